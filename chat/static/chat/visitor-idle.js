/** Nobody touched the page for a while: it is covered, so that who comes by reads nothing. One tap shows it again. */

import { part, tell } from "./visitor-page.js";

const AFTER = 10 * 60_000;
const SIGNS = ["pointerdown", "pointermove", "keydown", "wheel", "scroll", "input"];

export class Idle {
  #last = Date.now();
  /** @type {HTMLElement | null} */
  #focused = null;
  #cover = /** @type {HTMLElement} */ (part("cover"));

  constructor() {
    for (const sign of SIGNS) document.addEventListener(sign, () => this.#alive(), { capture: true, passive: true });
    document.addEventListener("visibilitychange", () => this.#look());
    this.#cover.addEventListener("click", () => this.#uncover());
    this.#wait();
  }

  get isCovered() {
    return !this.#cover.hidden;
  }

  /** Something happened under the cover; what it is stays there. @param {string} text */
  news(text) {
    if (this.isCovered) tell("cover-news", text);
  }

  #alive() {
    // A telephone that slept runs no timers: the first touch may come before them.
    this.#look();
    if (!this.isCovered) this.#last = Date.now();
  }

  #wait() {
    window.setTimeout(() => {
      this.#look();
      this.#wait();
    }, Math.max(1000, this.#last + AFTER - Date.now()));
  }

  #look() {
    if (!this.isCovered && Date.now() - this.#last >= AFTER && document.body.dataset.at !== "gone") this.#covered();
  }

  #covered() {
    // A question that stays on top would be read; closing it answers "no".
    /** @type {HTMLDialogElement | null} */ (document.querySelector("dialog[open]"))?.close("no");
    this.#focused = /** @type {HTMLElement | null} */ (document.activeElement);
    tell("cover-news", "");
    this.#switch(true);
    /** @type {HTMLElement} */ (part("uncover")).focus();
  }

  #uncover() {
    this.#last = Date.now();
    this.#switch(false);
    this.#focused?.focus({ preventScroll: true });
  }

  /** @param {boolean} on */
  #switch(on) {
    this.#cover.hidden = !on;
    document.body.toggleAttribute("data-covered", on);
    for (const child of document.body.children) {
      if (child instanceof HTMLElement && child !== this.#cover && !child.hasAttribute("data-bar")) child.inert = on;
    }
  }
}
