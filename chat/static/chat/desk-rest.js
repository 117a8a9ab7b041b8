/** Rest: a pause in one press, without a reason; how long it still lasts; and the way back, which is always the counsellor's own. */

import { enable, isEnabled, part, show, write } from "./desk-dom.js";
import { clock, fill } from "./words.js";

/** @typedef {import("./desk-book.js").Book} Book */

const MINUTE = 60_000;
const MORE = 5;
/** For so long after a talk the desk asks whether a pause would do good. */
const AFTER_TALK = 10 * MINUTE;

export class Rest {
  /** @type {import("./desk-book.js").Resting | null} */
  #rest = null;
  #now = 0;

  /**
   * @param {Record<string, string>} strings
   * @param {(frame: object) => void} post
   */
  constructor(strings, post) {
    this.strings = strings;
    this.post = post;
    /** @type {HTMLInputElement} */
    this.returns = part("rest-returns");
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (part("rest").querySelectorAll("[data-rest]"))) {
      button.addEventListener("click", () => isEnabled(button) && this.pause(Number(button.dataset.rest)));
    }
    part("rest-more").addEventListener("click", () => isEnabled(part("rest-more")) && this.pause(this.#left() + MORE));
    part("rest-back").addEventListener("click", () => isEnabled(part("rest-back")) && this.post({ do: "presence", state: "present" }));
    this.returns.addEventListener("change", () => this.pause(this.#left()));
  }

  /** @param {number} minutes */
  pause(minutes) {
    const isResting = this.#rest !== null;
    this.post({ do: "presence", state: "pause", minutes: Math.min(120, Math.max(1, minutes)), returns: isResting && this.returns.checked });
  }

  /** Whole minutes that are left, none below zero. */
  #left() {
    return this.#rest ? Math.max(0, Math.ceil((Date.parse(this.#rest.until) - this.#now) / MINUTE)) : 0;
  }

  /**
   * @param {Book} book
   * @param {number} now
   * @param {boolean} online
   */
  render(book, now, online) {
    this.#rest = book.rest;
    this.#now = now;
    const isPausing = book.told && book.presence === "pause";
    const isAfterTalk = book.told && book.presence === "present" && [...book.entries.values()].some((entry) => entry.ended && now - entry.ended.at < AFTER_TALK);
    const hadFocus = part("rest").contains(document.activeElement);
    show(part("rest"), isPausing || isAfterTalk);
    show(part("rest-offer"), isAfterTalk);
    show(part("rest-running"), isPausing);
    write(part("rest-title"), isPausing ? this.strings.rest_title : this.strings.rest_offer_title);
    write(part("rest-text"), isPausing ? this.#sentence() : this.strings.rest_offer_text);
    show(part("rest-choice"), isPausing && this.#left() > 0);
    if (this.#rest && document.activeElement !== this.returns) this.returns.checked = this.#rest.returns;
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (part("rest").querySelectorAll("button"))) enable(button, online);
    // The button that was pressed is gone: the other one is what comes next.
    if (hadFocus && /** @type {HTMLElement} */ (document.activeElement).offsetParent === null) (isPausing ? part("rest-back") : part("take")).focus();
  }

  #sentence() {
    if (!this.#rest) return this.strings.rest_open;
    const left = this.#left();
    if (left === 0) return this.#rest.returns ? this.strings.rest_returning : this.strings.rest_over;
    return fill(left === 1 ? this.strings.rest_until_one : this.strings.rest_until, { time: clock(this.#rest.until), n: left });
  }
}
