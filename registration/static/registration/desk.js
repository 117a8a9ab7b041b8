/** Beside the talk: its registration, filled in meanwhile, finished in one go after, and never in the way of talking. */

import { part, show, write } from "../chat/desk-dom.js";
import { fill, pageConfig } from "../chat/words.js";
import { RegistrationForm } from "./form.js";
import { ask, trees } from "./post.js";

const PAUSE = 800;
const AGAIN = 4000;

class Beside {
  /** @type {string | null} the talk on the screen */
  code = null;
  /** @type {string | null} the talk whose form is laid */
  laid = null;
  isOpen = false;
  isDone = false;
  isDirty = false;
  isBusy = false;
  version = 0;
  #timer = 0;
  /** @type {string | null} the talk that is to be finished once what is on its way is kept */
  #wanted = null;

  /** @param {any} config */
  constructor(config) {
    this.config = config;
    this.strings = config.strings;
    this.form = new RegistrationForm(this.strings, config.report_length, trees(config.tree));
    part("registration-form").append(this.form.root);
    this.button = part("registration-save");
    this.form.addEventListener("change", () => this.#changed());
    this.form.addEventListener("finish", () => void this.finish());
    this.form.addEventListener("settled", () => this.button.focus());
    this.button.addEventListener("click", () => void this.finish());
    document.addEventListener("desk:talk", (event) => void this.turn(/** @type {CustomEvent} */ (event).detail));
    document.addEventListener("desk:key", (event) => /** @type {CustomEvent} */ (event).detail.key === "g" && this.enter());
    window.addEventListener("beforeunload", (event) => this.isDirty && event.preventDefault());
    void this.count();
  }

  get address() {
    return this.config.talk.replace("TALK", this.laid ?? "");
  }

  /** Another talk is on the screen, or this one ended. @param {{code: string | null, isOpen: boolean}} talk */
  async turn({ code, isOpen }) {
    const hasEnded = this.isOpen && !isOpen && code === this.code;
    this.isOpen = isOpen;
    if (code !== this.code) {
      if (this.isDirty) void this.save();
      this.code = code;
      this.laid = null;
      show(part("registration"), false);
      if (code) await this.load(code);
    } else if (hasEnded) void this.#tellLength();
    this.render();
  }

  /** How long it took, once that is known. */
  async #tellLength() {
    const code = this.laid;
    if (!code) return;
    const { status, told } = await ask(this.address);
    if (status === 200 && this.laid === code) this.about(/** @type {any} */ (told));
  }

  /** @param {string} code */
  async load(code) {
    const { status, told } = await ask(this.config.talk.replace("TALK", code));
    if (this.code !== code || status !== 200 || !told.form) return;
    this.laid = code;
    this.form.lay(told.form.fields);
    this.form.filled = told.filled;
    this.form.mark(told.marks);
    this.version = told.version;
    this.isDone = told.done;
    this.isDirty = false;
    this.about(told);
    this.say("");
    show(part("registration"), true);
    this.render();
  }

  /** @param {{line: string, moment: string, minutes: number}} told */
  about({ line, moment, minutes }) {
    const hour = /^h(\d\d)$/.exec(moment)?.[1];
    const when = hour ? fill(this.strings.h_hour, { hour: Number(hour) }) : this.strings[moment] ?? "";
    const sentence = this.isOpen ? this.strings.length_so_far : this.strings.length;
    write(part("registration-about"), fill(sentence, { line, moment: when, n: minutes }));
  }

  #changed() {
    this.isDirty = true;
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void this.save(), PAUSE);
  }

  async save() {
    clearTimeout(this.#timer);
    const code = this.laid;
    if (!code || this.isDone || this.isBusy) return;
    const filled = this.form.filled;
    this.isBusy = true;
    this.isDirty = false;
    this.say(this.strings.saving);
    const { status, told } = await ask(this.address, { do: "save", filled, version: this.version });
    this.isBusy = false;
    const isWanted = this.#wanted === code;
    this.#wanted = null;
    if (this.laid !== code) return;
    if (isWanted) return this.finish();
    if (status === 200) {
      this.version = told.version;
      this.form.mark(told.marks);
      this.say(this.strings.saved);
      if (this.isDirty) this.#changed();
    } else if (told.why === "conflict") this.#merge(told.filled, told.version);
    else this.#failed(status, told);
  }

  /** Another tab wrote too: what is empty here comes from there, and nothing is lost. @param {Record<string, any>} theirs @param {number} version */
  #merge(theirs, version) {
    this.version = version;
    this.form.filled = { ...theirs, ...this.form.filled };
    this.#changed();
  }

  /** @param {number} status @param {Record<string, any>} told */
  #failed(status, told) {
    const known = { closed: this.strings.done, not_here: this.strings.not_here, too_long: this.strings.too_long, year_closed: this.strings.year_closed, nothing_asked: this.strings.nothing_asked, going_on: this.strings.after_end };
    this.say(status === 0 ? this.strings.offline : known[/** @type {keyof typeof known} */ (told.why)] ?? this.strings.failed);
    this.isDirty = status === 0 || status >= 500;
    if (this.isDirty) this.#timer = window.setTimeout(() => void this.save(), AGAIN);
  }

  async finish() {
    const code = this.laid;
    if (!code || this.isDone) return;
    if (this.isOpen) return this.say(this.strings.after_end);
    clearTimeout(this.#timer);
    // Pressed while a draft is on its way: no press is lost, and none counts twice.
    if (this.isBusy) {
      this.#wanted = code;
      return;
    }
    this.isBusy = true;
    const { status, told } = await ask(this.address, { do: "finish", filled: this.form.filled, kept: this.form.kept });
    this.isBusy = false;
    this.#wanted = null;
    if (status === 200) {
      this.isDone = true;
      this.isDirty = false;
      this.say(this.strings.done);
      this.left(told.left);
      this.render();
      document.dispatchEvent(new CustomEvent("desk:next", { detail: { code } }));
    } else if (status === 422) {
      this.say(this.strings.incomplete);
      this.form.complain(told);
    } else this.#failed(status, told);
  }

  /** To the form, by its key. */
  enter() {
    if (!part("registration").hidden && !this.isDone) this.form.first?.focus();
  }

  /** @param {string} sentence */
  say(sentence) {
    write(part("registration-said"), sentence);
  }

  async count() {
    const { status, told } = await ask(this.config.to_finish);
    if (status === 200) this.left(told.left);
  }

  /** @param {number} n */
  left(n) {
    const sentence = n === 1 ? this.strings.left_one : this.strings.left_many;
    write(part("registration-left"), n > 0 ? fill(sentence, { n }) : "");
  }

  render() {
    show(this.form.root, !this.isDone);
    show(this.button, !this.isDone);
    this.button.setAttribute("aria-disabled", String(this.isOpen));
    write(part("registration-hint"), this.isDone ? "" : this.isOpen ? this.strings.after_end : this.strings.save_hint);
    if (this.isDone) this.say(this.strings.done);
  }
}

new Beside(pageConfig("registration-config"));
