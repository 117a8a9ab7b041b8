/** The dialog in which a counsellor says where a talk goes. The server asks the colleague and the visitor. */

import { enable, isEnabled, part, show, write } from "./desk-dom.js";
import { element } from "./words.js";

/** @typedef {import("./desk-colleagues.js").Colleague} Colleague */
/** @typedef {{slug: string, name: string, there: number}} OtherLine */
/** @typedef {{how: string, to: string, note: string, agreement: string}} Wish */

/**
 * @param {string} id
 * @returns {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement}
 */
function field(id) {
  return /** @type {any} */ (document.getElementById(id));
}

/** @param {HTMLElement} form */
function chosen(form) {
  return String(new FormData(/** @type {HTMLFormElement} */ (form)).get("how"));
}

/**
 * Fill a list, and say whether there is something in it.
 * @param {string} id
 * @param {[string, string][]} options
 */
function fillList(id, options) {
  field(id).replaceChildren(
    ...options.map(([value, name]) => {
      const option = element("option", "", name);
      option.value = value;
      return option;
    }),
  );
}

/**
 * Ask where the talk goes.
 * @param {{colleagues: Colleague[], lines: OtherLine[], line: string, strings: Record<string, any>}} situation `line` is that of the talk
 * @returns {Promise<Wish | null>} null when the talk stays
 */
export function askWhere({ colleagues, lines, line, strings }) {
  const dialog = /** @type {HTMLDialogElement} */ (part("transfer"));
  const form = /** @type {HTMLFormElement} */ (dialog.querySelector("form"));
  form.reset();
  const free = colleagues.filter((one) => one.room > 0 && one.lines.includes(line));
  const elsewhere = lines.filter((one) => one.slug !== line && one.there > 0);
  fillList("transfer-colleague", free.map((one) => [one.id, one.name]));
  fillList("transfer-line", elsewhere.map((one) => [one.slug, one.name]));
  const nobody = {
    colleague: free.length > 0 ? "" : strings.transfer_no_colleague,
    line: elsewhere.length > 0 ? "" : strings.transfer_no_line,
    body: "",
  };
  const ask = part("transfer-ask");
  const settle = () => {
    const how = chosen(form);
    for (const one of form.querySelectorAll("[data-for]")) {
      show(/** @type {HTMLElement} */ (one), (/** @type {HTMLElement} */ (one).dataset.for ?? "").split(" ").includes(how));
    }
    const obstacle = nobody[/** @type {keyof typeof nobody} */ (how)];
    write(part("transfer-nobody"), obstacle);
    enable(ask, obstacle === "");
    field("transfer-body").required = how === "body";
  };
  form.onchange = settle;
  form.onsubmit = (event) => {
    if (event.submitter === ask && !isEnabled(ask)) event.preventDefault();
  };
  settle();
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "ask" ? wish(chosen(form)) : null), { once: true });
  });
}

/**
 * @param {string} how
 * @returns {Wish | null}
 */
function wish(how) {
  const to = field(`transfer-${how}`).value.trim();
  if (!to) return null;
  const isBody = how === "body";
  return {
    how, to,
    note: isBody ? "" : field("transfer-note").value.trim(),
    agreement: isBody ? field("transfer-agreement").value.trim() : "",
  };
}
