/** Whoever works on gets no page from us for hours: half an hour before the session ends they are told, and one press keeps it (WCAG 2.2.1). */

import { part, show, write } from "./desk-dom.js";
import { clock, fill, pageConfig } from "./words.js";

const BEFORE = 30 * 60_000;
const LOOK_EVERY = 15_000;

class SessionEnd {
  #until = 0;
  #notice = part("session-ends");
  #text = part("session-ends-text");
  #stay = part("session-stay");

  /** @param {{session_seconds: number, strings: Record<string, string>}} config */
  constructor({ session_seconds: seconds, strings }) {
    this.seconds = seconds;
    this.strings = strings;
    this.#begin();
    this.#stay.addEventListener("click", () => void this.stay());
    window.setInterval(() => this.look(), LOOK_EVERY);
    // A computer that slept runs no timers.
    document.addEventListener("visibilitychange", () => this.look());
    this.look();
  }

  #begin() {
    this.#until = Date.now() + this.seconds * 1000;
  }

  look() {
    const left = this.#until - Date.now();
    const isSoon = left > 0 && left <= BEFORE;
    show(this.#notice, isSoon);
    show(this.#stay, isSoon);
    // The same sentence all the time: a text that counts down would be read aloud again and again.
    if (isSoon) this.#say(this.strings.session_ends);
    else write(this.#text, "");
  }

  /** Opening any page of ours keeps the session; this one is not shown. */
  async stay() {
    const isKept = await fetch(location.pathname, { cache: "no-store", redirect: "manual" }).then((answer) => answer.ok, () => false);
    if (isKept) this.#begin();
    this.#say(isKept ? this.strings.session_stays : this.strings.session_failed);
    if (!isKept) return;
    const hadFocus = document.activeElement === this.#stay;
    show(this.#stay, false);
    if (hadFocus) part("take").focus();
  }

  /** @param {string} sentence */
  #say(sentence) {
    write(this.#text, fill(sentence, { time: clock(new Date(this.#until).toISOString()) }));
  }
}

new SessionEnd(pageConfig());
