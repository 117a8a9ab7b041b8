/** The left pane: the button that takes the next visitor, the counsellor's talks, and who waits. */

import { phase, urgency, waitsForUs } from "./desk-clocks.js";
import { enable, isEnabled, keepInStep, part, show, tree, write } from "./desk-dom.js";
import { asClock, asMinutes, counted, elapsed, languageName } from "./desk-time.js";
import { element, fill } from "./words.js";

/** @typedef {import("./desk-book.js").Book} Book */
/** @typedef {import("./desk-book.js").Entry} Entry */
/** @typedef {import("./desk-book.js").Waiting} Waiting */

/**
 * How a visitor is called here: the nickname, or "Visitor" with a letter; no two talks on a desk are called the same.
 * @param {Entry} entry
 * @param {Record<string, string>} strings
 */
export function nameOf({ talk: { nickname }, mark, isNamesake }, strings) {
  if (!nickname) return fill(strings.visitor_marked, { mark });
  return isNamesake ? `${nickname} (${mark})` : nickname;
}

export class Lists {
  /**
   * @param {Record<string, string>} strings
   * @param {{take: () => void, choose: (code: string) => void}} on
   */
  constructor(strings, on) {
    this.strings = strings;
    this.on = on;
    this.hints = { not_present: strings.hint_not_present, no_room: strings.hint_no_room, nobody_waiting: strings.hint_nobody_waiting };
    /** @type {string[]} the talks' codes in the order of the list */
    this.order = [];
    /** @type {HTMLElement} */
    this.take = part("take");
    this.take.addEventListener("click", () => isEnabled(this.take) && on.take());
  }

  /**
   * @param {Book} book
   * @param {{online: boolean, taking: boolean, now: number, refusal: string}} moment
   */
  render(book, moment) {
    this.renderTake(book, moment);
    show(part("talks-empty"), book.entries.size === 0);
    show(part("talks"), book.entries.size > 0);
    keepInStep(
      part("talks"), this.inOrder(book, moment.now), (entry) => entry.talk.code, (entry) => this.makeTalk(entry),
      (child, entry) => this.renderTalk(child, entry, entry === book.current, moment.now),
    );
    show(part("waiting-empty"), book.waiting.length === 0);
    show(part("waiting"), book.waiting.length > 0);
    keepInStep(
      part("waiting"), book.waiting, (visitor) => visitor.code, (visitor) => this.makeWaiting(visitor),
      (child, visitor) => this.renderWaiting(child, visitor, moment.now),
    );
  }

  /**
   * Whoever waits longest for our answer comes first. While somebody points at the list or is in it, nothing moves under the finger.
   * @param {Book} book
   * @param {number} now
   */
  inOrder(book, now) {
    const list = part("talks");
    if (list.matches(":hover") || list.contains(document.activeElement)) return this.shown(book);
    const weight = (/** @type {Entry} */ entry) => (urgency(waitsForUs(entry, now)) === "calm" ? -1 : waitsForUs(entry, now));
    this.order = book.talks.sort((a, b) => Number(!a.isOpen) - Number(!b.isOpen) || weight(b) - weight(a)).map((entry) => entry.talk.code);
    return this.shown(book);
  }

  /** The talks as they stand on the screen; new ones last. @param {Book} book */
  shown(book) {
    const place = (/** @type {Entry} */ entry) => (this.order.indexOf(entry.talk.code) + 1 || this.order.length + 1);
    return book.talks.sort((a, b) => place(a) - place(b));
  }

  /**
   * @param {Book} book
   * @param {{online: boolean, taking: boolean, refusal: string}} moment
   */
  renderTake(book, moment) {
    const obstacle = book.obstacle;
    enable(this.take, moment.online && !moment.taking && obstacle === null);
    write(part("take-hint"), this.hint(book, moment, obstacle));
    write(part("take-refusal"), moment.refusal);
  }

  /**
   * @param {Book} book
   * @param {{online: boolean, taking: boolean}} moment
   * @param {"not_present" | "no_room" | "nobody_waiting" | null} obstacle
   */
  hint(book, moment, obstacle) {
    if (!moment.online) return this.strings.hint_offline;
    if (moment.taking) return this.strings.hint_taking;
    if (obstacle) return this.hints[obstacle];
    return counted(book.waiting.length, this.strings.waiting_one, this.strings.waiting_many);
  }

  /** @param {Entry} entry */
  makeTalk(entry) {
    const button = tree(
      "button", "talk-button",
      element("span", "talk-button__name"), element("span", "badge"),
      element("span", "talk-button__line"), element("span", "talk-button__time"), element("span", "talk-button__mark"),
    );
    button.setAttribute("type", "button");
    button.addEventListener("click", () => this.on.choose(entry.talk.code));
    return tree("li", "list__item", button);
  }

  /**
   * @param {HTMLElement} child
   * @param {Entry} entry
   * @param {boolean} isCurrent
   * @param {number} now
   */
  renderTalk(child, entry, isCurrent, now) {
    const button = /** @type {HTMLElement} */ (child.firstElementChild);
    const [name, badge, line, time, mark] = /** @type {HTMLElement[]} */ ([...button.children]);
    if (isCurrent) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
    button.classList.toggle("talk-button--unread", entry.unread > 0);
    button.classList.toggle("talk-button--over", !entry.isOpen);
    write(name, nameOf(entry, this.strings));
    show(badge, entry.unread > 0);
    write(badge, counted(entry.unread, this.strings.unread_one, this.strings.unread_many));
    write(line, entry.talk.line_name);
    const minutes = asMinutes(elapsed(entry.talk.claimed, entry.ended?.at ?? now));
    time.dataset.phase = entry.isOpen ? phase(minutes, entry.talk.soft_minutes) : "calm";
    write(time, fill(this.strings.minutes, { n: minutes }));
    const waits = waitsForUs(entry, now);
    mark.dataset.phase = urgency(waits);
    write(mark, this.mark(entry, waits));
    show(mark, mark.textContent !== "");
  }

  /** @param {Entry} entry @param {number} waits minutes that the visitor waits for our answer */
  mark(entry, waits) {
    if (!entry.isOpen) return this.strings.mark_over;
    if (!entry.talk.present) return this.strings.mark_dropped;
    return urgency(waits) === "calm" ? "" : fill(this.strings.mark_waits, { n: waits });
  }

  /** @param {Waiting} visitor */
  makeWaiting(visitor) {
    const about = element("span", "waiting__line", visitor.line_name);
    const language = element("span", "waiting__language", languageName(visitor.language));
    return tree("li", "list__item waiting", about, element("span", "waiting__time"), language, element("span", "waiting__mark"));
  }

  /**
   * @param {HTMLElement} child
   * @param {Waiting} visitor
   * @param {number} now
   */
  renderWaiting(child, visitor, now) {
    const [, time, , mark] = /** @type {HTMLElement[]} */ ([...child.children]);
    write(time, asClock(elapsed(visitor.since, now)));
    write(mark, visitor.present ? (visitor.back ? this.strings.mark_back : "") : this.strings.mark_dropped);
    show(mark, mark.textContent !== "");
  }
}
