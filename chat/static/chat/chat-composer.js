/** <chat-composer>: where somebody writes. Shared by the visitor's page and the counsellor's desk. */

import { element, fill } from "./words.js";

let made = 0;

/**
 * Set `words` (a table with the keys of `chat/strings/shared.py`) before use, then call `label()`.
 *
 * Events: `say` with `{text, lang}` (trimmed, 1 to `limit` characters; the box is emptied, `giveBack` returns a text that
 * was not stored), `draft` with `{text}` at every change.
 */
export class ChatComposer extends HTMLElement {
  /** What sends, in every composer of this page: "enter", or "ctrl" (Ctrl or Command with Enter; Enter alone is a new line). */
  static sendWith = "enter";
  /** @type {any} */
  words = {};
  limit = 4000;
  #form = element("form", "composer");
  #label = element("label", "composer__label");
  #box = element("textarea", "composer__box");
  #send = element("button", "button composer__send");
  #note = element("p", "composer__note");
  #reason = "";

  connectedCallback() {
    if (this.#form.isConnected) return;
    made += 1;
    this.#box.id = `composer-${made}`;
    this.#note.id = `composer-${made}-note`;
    this.#label.htmlFor = this.#box.id;
    this.#note.setAttribute("aria-live", "polite");
    this.#send.type = "submit";
    this.#box.rows = 1;
    // A spelling service in the cloud, or a list of earlier entries, would carry the words outside the talk.
    const settings = { autocomplete: "off", spellcheck: "false", writingsuggestions: "false", enterkeyhint: "send", dir: "auto" };
    for (const [name, value] of Object.entries(settings)) this.#box.setAttribute(name, value);
    this.#box.setAttribute("aria-describedby", this.#note.id);
    this.#box.addEventListener("input", () => this.#changed());
    this.#box.addEventListener("keydown", (event) => this.#pressed(event));
    this.#form.addEventListener("submit", (event) => this.#submitted(event));
    const row = element("div", "composer__row");
    row.append(this.#box, this.#send);
    this.#form.append(this.#label, row, this.#note);
    this.append(this.#form);
  }

  /** Give the parts their words; call again after `words` changed. */
  label() {
    this.#label.textContent = this.words.composer_label;
    this.#send.textContent = this.words.composer_send;
    this.#box.placeholder = this.words.composer_placeholder;
    this.#tell();
  }

  get value() {
    return this.#box.value;
  }

  set value(text) {
    this.#box.value = text;
    this.#grow();
    this.#tell();
  }

  /** In which language the text is, where that is another one than the talk's; it lasts until the box is empty. */
  get spoken() {
    return this.#box.lang;
  }

  set spoken(lang) {
    if (lang) this.#box.lang = lang;
    else this.#box.removeAttribute("lang");
  }

  /** The words cannot be sent now: they stay, may be copied, and the reason stands below. @param {string} reason */
  disable(reason) {
    this.#reason = reason;
    this.#switch(true);
  }

  enable() {
    this.#reason = "";
    this.#switch(false);
  }

  /**
   * A text that was not stored comes back, before what was written since.
   * @param {string} text
   * @param {string} [lang]
   */
  giveBack(text, lang = "") {
    this.value = this.value ? `${text}\n${this.value}` : text;
    if (lang) this.spoken = lang;
    this.#announce();
  }

  focus() {
    this.#box.focus();
  }

  /** @param {boolean} off */
  #switch(off) {
    this.#box.readOnly = off;
    this.#box.setAttribute("aria-disabled", String(off));
    this.#send.disabled = off;
    this.#tell();
  }

  #changed() {
    this.#grow();
    this.#tell();
    this.#announce();
  }

  #announce() {
    this.dispatchEvent(new CustomEvent("draft", { detail: { text: this.value } }));
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    // While an input method composes a character, Enter belongs to it; some browsers tell so only by the code 229.
    if (event.key !== "Enter" || event.shiftKey || event.altKey || event.isComposing || event.keyCode === 229) return;
    if (ChatComposer.sendWith === "ctrl" && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    this.#form.requestSubmit();
  }

  /** @param {SubmitEvent} event */
  #submitted(event) {
    event.preventDefault();
    const text = this.value.trim();
    if (!text || this.#reason || this.#left(text) < 0) return;
    const lang = this.spoken;
    this.value = "";
    this.dispatchEvent(new CustomEvent("say", { detail: { text, lang } }));
    this.#announce();
    this.focus();
  }

  /** Room left, counted as the server counts: in characters, not in the halves that JavaScript counts. @param {string} text */
  #left(text) {
    return this.limit - [...text.trim()].length;
  }

  #tell() {
    if (!this.value) this.spoken = "";
    const left = this.#left(this.value);
    let note = this.#reason;
    if (!note && left === -1) note = this.words.composer_one_too_long;
    else if (!note && left < 0) note = fill(this.words.composer_too_long, { count: -left });
    else if (!note && left <= this.limit / 10) note = fill(this.words.composer_left, { count: left });
    if (this.#note.textContent !== note) this.#note.textContent = note;
    this.#note.classList.toggle("composer__note--wrong", left < 0);
    this.#box.setAttribute("aria-invalid", String(left < 0));
  }

  #grow() {
    this.#box.style.height = "auto";
    // The style sheet sets the highest height; the border is not in scrollHeight.
    this.#box.style.height = `${this.#box.scrollHeight + 2}px`;
  }
}

customElements.define("chat-composer", ChatComposer);
