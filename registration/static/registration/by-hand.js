/** A contact by telephone or e-mail, filled in by hand: the line decides which form it is. */

import { part, show, write } from "../chat/desk-dom.js";
import { pageConfig } from "../chat/words.js";
import { RegistrationForm } from "./form.js";
import { ask, trees } from "./post.js";

const config = pageConfig("registration-config");
const { strings } = config;
const form = new RegistrationForm(strings, config.report_length, trees(config.tree));
const line = /** @type {HTMLSelectElement} */ (part("hand-line"));
const minutes = /** @type {HTMLInputElement} */ (part("hand-minutes"));
let isBusy = false;

part("hand-form").append(form.root);
line.addEventListener("change", () => void load());
part("hand-save").addEventListener("click", () => void finish());
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.defaultPrevented) void finish();
});
form.addEventListener("finish", () => void finish());
form.addEventListener("settled", () => part("hand-save").focus());
void load();

async function load() {
  const { status, told } = await ask(`${config.by_hand}?line=${encodeURIComponent(line.value)}`);
  if (status !== 200 || !told.form) return write(part("hand-said"), strings.failed);
  form.lay(told.form.fields);
  show(part("hand-form"), true);
  write(part("hand-said"), "");
}

async function finish() {
  if (isBusy) return;
  if (minutes.value === "") {
    write(part("hand-said"), strings.incomplete);
    return minutes.focus();
  }
  isBusy = true;
  const value = (/** @type {string} */ id) => /** @type {HTMLSelectElement} */ (part(id)).value;
  const body = { do: "hand", line: line.value, month: value("hand-month"), hour: Number(value("hand-hour")), minutes: Number(minutes.value) };
  const { status, told } = await ask(config.by_hand, { ...body, filled: form.filled, kept: form.kept });
  isBusy = false;
  if (status === 200) {
    minutes.value = "";
    form.filled = {};
    form.mark([]);
    write(part("hand-said"), strings.done);
    minutes.focus();
  } else if (status === 422) {
    write(part("hand-said"), strings.incomplete);
    form.complain(told);
  } else write(part("hand-said"), status === 0 ? strings.offline : strings[told.why] ?? strings.failed);
}
