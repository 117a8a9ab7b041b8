/** A talk that will end because the visitor says nothing: the counsellor sees it coming, and can give time. */

import { show, tree, write } from "./desk-dom.js";
import { element, fill } from "./words.js";

/** @typedef {{step: number, seconds: number | null}} Told */

export class SilenceNotice {
  /** @type {{step: number, until: number}} */
  #told = { step: 0, until: 0 };
  #text = element("p", "silence__text");

  /**
   * @param {string} code
   * @param {Record<string, string>} strings
   * @param {(frame: object) => void} post
   */
  constructor(code, strings, post) {
    this.strings = strings;
    this.#text.setAttribute("role", "status");
    const wait = element("button", "button button--quiet", strings.silence_wait);
    const never = element("button", "button button--quiet", strings.silence_never);
    wait.type = never.type = "button";
    wait.addEventListener("click", () => post({ do: "wait", talk: code }));
    never.addEventListener("click", () => post({ do: "wait", talk: code, never: true }));
    this.buttons = tree("div", "row", wait, never);
    this.root = tree("div", "silence", this.#text, this.buttons);
    show(this.buttons, false);
  }

  get isOn() {
    return this.#told.step > 0;
  }

  /** @param {Told} told */
  tell({ step, seconds }) {
    this.#told = { step, until: Date.now() + (seconds ?? 0) * 1000 };
  }

  /** @param {boolean} isOpen */
  render(isOpen) {
    const { step, until } = this.#told;
    const isOn = isOpen && step > 0;
    const minutes = Math.max(1, Math.round((until - Date.now()) / 60_000));
    // One sentence for each step: a text that counts down would be read aloud again and again.
    const sentence = step === 2 ? this.strings.silence_last : fill(this.strings.silence_first, { n: minutes });
    if (!isOn || !this.#text.textContent || this.#text.dataset.step !== String(step)) write(this.#text, isOn ? sentence : "");
    this.#text.dataset.step = isOn ? String(step) : "";
    const hadFocus = this.buttons.contains(document.activeElement);
    show(this.buttons, isOn);
    this.root.classList.toggle("silence--on", isOn);
    if (hadFocus && !isOn) /** @type {HTMLElement | null} */ (this.root.parentElement?.querySelector("chat-composer"))?.focus();
  }
}
