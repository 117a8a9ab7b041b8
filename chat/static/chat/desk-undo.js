/** A message that waits three seconds before it goes, by choice of the counsellor, so that it can be taken back. */

import { show, tree, write } from "./desk-dom.js";
import { keep, kept } from "./desk-kept.js";
import { preferences } from "./desk-preferences.js";
import { element } from "./words.js";

const WAIT = 3000;

/** Holds one text at a time; a next one lets the one before go first, so that the order stays. */
export class Undo {
  /** @type {import("./desk-kept.js").Written | null} the text that waits */
  held = null;
  #timer = 0;

  /**
   * @param {string} code the talk
   * @param {Record<string, string>} strings
   * @param {{send: (text: string, lang: string) => void, giveBack: (text: string, lang: string) => void}} on
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

  /** @param {string} text @param {string} lang */
  add(text, lang) {
    this.release();
    if (!preferences.get("undo")) {
      this.on.send(text, lang);
      return;
    }
    this.#hold({ text, lang });
    this.#timer = window.setTimeout(() => this.release(), WAIT);
  }

  /** Let it go now. */
  release() {
    const held = this.#drop();
    if (held) this.on.send(held.text, held.lang);
  }

  /** Back to the composer, where it can be changed. @returns {boolean} whether something waited */
  takeBack() {
    const held = this.#drop();
    if (held) this.on.giveBack(held.text, held.lang);
    return held !== null;
  }

  /** After a reload: what waited then comes back as a draft, and is not sent by itself. */
  restore() {
    const held = kept(this.place);
    keep(this.place, null);
    if (held) this.on.giveBack(held.text, held.lang);
  }

  /** @param {import("./desk-kept.js").Written} held */
  #hold(held) {
    this.held = held;
    keep(this.place, held);
    write(this.text, held.text);
    this.text.lang = held.lang;
    show(this.bar, true);
    write(this.said, this.waiting);
  }

  #drop() {
    const held = this.held;
    clearTimeout(this.#timer);
    this.held = null;
    keep(this.place, null);
    if (this.bar.contains(document.activeElement)) /** @type {HTMLElement | null} */ (this.bar.parentElement?.querySelector("chat-composer"))?.focus();
    write(this.said, "");
    write(this.text, "");
    show(this.bar, false);
    return held;
  }
}
