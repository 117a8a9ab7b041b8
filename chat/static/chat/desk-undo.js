/** A message that waits three seconds before it goes, by choice of the counsellor, so that it can be taken back. */

import { show, tree, write } from "./desk-dom.js";
import { preferences } from "./desk-preferences.js";
import { element } from "./words.js";

const WAIT = 3000;

/** Holds one text at a time; a next one lets the one before go first, so that the order stays. */
export class Undo {
  /** @type {string | null} the text that waits */
  held = null;
  #timer = 0;

  /**
   * @param {string} code the talk
   * @param {Record<string, string>} strings
   * @param {{send: (text: string) => void, giveBack: (text: string) => void}} on
   */
  constructor(code, strings, on) {
    this.on = on;
    // Lives as long as this tab: a reload in these seconds gives the text back. Removed as soon as it goes.
    this.place = `toeverlaat.held.${code}`;
    this.said = element("p", "undo__said");
    this.said.setAttribute("role", "status");
    this.text = element("p", "undo__text");
    this.button = element("button", "button button--quiet", strings.undo_button);
    this.button.type = "button";
    this.button.addEventListener("click", () => this.takeBack());
    this.waiting = strings.undo_waiting;
    this.bar = tree("div", "undo", tree("div", "undo__what", this.said, this.text), this.button);
    this.bar.hidden = true;
    this.root = this.bar;
  }

  /** @param {string} text */
  add(text) {
    this.release();
    if (!preferences.get("undo")) {
      this.on.send(text);
      return;
    }
    this.#hold(text);
    this.#timer = window.setTimeout(() => this.release(), WAIT);
  }

  /** Let it go now. */
  release() {
    const text = this.#drop();
    if (text !== null) this.on.send(text);
  }

  /** Back to the composer, where it can be changed. @returns {boolean} whether something waited */
  takeBack() {
    const text = this.#drop();
    if (text !== null) this.on.giveBack(text);
    return text !== null;
  }

  /** After a reload: what waited then comes back as a draft, and is not sent by itself. */
  restore() {
    const text = kept(this.place);
    this.#keep(null);
    if (text) this.on.giveBack(text);
  }

  /** @param {string} text */
  #hold(text) {
    this.held = text;
    this.#keep(text);
    write(this.text, text);
    show(this.bar, true);
    write(this.said, this.waiting);
  }

  #drop() {
    const text = this.held;
    clearTimeout(this.#timer);
    this.held = null;
    this.#keep(null);
    if (this.bar.contains(document.activeElement)) /** @type {HTMLElement | null} */ (this.bar.parentElement?.querySelector("chat-composer"))?.focus();
    write(this.said, "");
    write(this.text, "");
    show(this.bar, false);
    return text;
  }

  /** @param {string | null} text */
  #keep(text) {
    try {
      if (text === null) sessionStorage.removeItem(this.place);
      else sessionStorage.setItem(this.place, text);
    } catch {
      // A browser that stores nothing: then the question before leaving is all there is.
    }
  }
}

/** @param {string} place */
function kept(place) {
  try {
    return sessionStorage.getItem(place);
  } catch {
    return null;
  }
}
