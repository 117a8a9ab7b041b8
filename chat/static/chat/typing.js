/** Somebody is writing: only that, never what. Shared by the visitor's page and the counsellor's desk. */

import { element } from "./words.js";

/** Told at most so often while somebody writes on, and gone from the other screen a while after. */
const TELL_EVERY = 3000;
const GONE_AFTER = 6000;

/** @typedef {import("./chat-composer.js").ChatComposer} ChatComposer */

export class Typing {
  #told = 0;
  #timer = 0;
  /** Where it stands on the screen; the page puts it in its place. Read aloud only for who asks (`aloud`). */
  line = element("p", "typing");

  /**
   * @param {ChatComposer} composer
   * @param {() => void} tell says to the other side that somebody writes here
   */
  constructor(composer, tell) {
    this.aloud(false);
    composer.addEventListener("draft", (event) => {
      const isEmpty = !(/** @type {CustomEvent} */ (event).detail.text.trim());
      if (isEmpty || Date.now() - this.#told < TELL_EVERY) return;
      this.#told = Date.now();
      tell();
    });
  }

  /** @param {boolean} on whether a screen reader tells it too */
  aloud(on) {
    if (on) this.line.setAttribute("role", "status");
    else this.line.removeAttribute("role");
    this.line.setAttribute("aria-hidden", String(!on));
  }

  /** @param {string} sentence who writes, in words */
  show(sentence) {
    clearTimeout(this.#timer);
    if (this.line.textContent !== sentence) this.line.textContent = sentence;
    this.#timer = window.setTimeout(() => this.stop(), GONE_AFTER);
  }

  stop() {
    clearTimeout(this.#timer);
    this.line.textContent = "";
  }
}
