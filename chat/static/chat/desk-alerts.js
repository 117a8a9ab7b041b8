/** Who waits is heard and seen until somebody takes them: sound, notification and count. Never a name or a word of a talk. */

import { part, show, write } from "./desk-dom.js";
import { Notices } from "./desk-notices.js";
import { preferences } from "./desk-preferences.js";
import { Sound } from "./desk-sound.js";
import { counted } from "./desk-time.js";

/** @typedef {import("./desk-book.js").Book} Book */
/** @typedef {"none" | "quiet" | "loud"} Level */

const AGAIN = 6000;
/** After the set seconds the sound comes faster. */
const AGAIN_LATE = 4000;
const QUIET_FOR = 60_000;
const BETWEEN_SOFT = 2000;

/**
 * Those who wait, are there, and wait longer than the policy's seconds.
 * @param {Book} book
 * @param {number} now
 */
export function overdue(book, now) {
  return book.waiting.filter((visitor) => visitor.present && Date.parse(visitor.alert_at) <= now);
}

/**
 * How this desk is told: loud when this counsellor can take the next visitor; quiet when nobody did in time and this is a colleague
 * who pauses, has no room, or guides the line; not at all for who is away.
 * @param {Book} book
 * @param {number} now
 * @returns {Level}
 */
export function levelOf(book, now) {
  if (book.obstacle === null && book.waiting.some((visitor) => visitor.present)) return "loud";
  const isTold = book.presence !== "away" || book.guides;
  return isTold && overdue(book, now).length > 0 ? "quiet" : "none";
}

export class Alerts {
  /** @type {Level} */
  level = "none";
  #nextRing = 0;
  #quietUntil = 0;
  #nextSoft = 0;
  /** @type {Set<string>} those of whom the quiet sign was given */
  #told = new Set();

  /** @param {Record<string, string>} strings */
  constructor(strings) {
    this.strings = strings;
    this.sound = new Sound();
    this.notices = new Notices(strings);
    for (const button of document.querySelectorAll("[data-try-sound]")) {
      button.addEventListener("click", () => void this.sound.test().then(() => this.renderSound()));
    }
    part("alert-quiet").addEventListener("click", () => this.quieten());
    preferences.addEventListener("change", () => this.renderSound());
  }

  /** Be silent for a minute; what is to be seen stays. */
  quieten() {
    if (this.level === "none") return;
    const hadFocus = document.activeElement === part("alert-quiet");
    this.#quietUntil = Date.now() + QUIET_FOR;
    show(part("alert-quiet"), false);
    if (hadFocus) part("take").focus();
  }

  /** A message came in a talk that is not on the screen. @param {HTMLElement} pane */
  heard(pane) {
    if (pane.offsetParent !== null && !document.hidden) return;
    const now = Date.now();
    if (now >= this.#nextSoft) this.sound.soft();
    this.#nextSoft = now + BETWEEN_SOFT;
    this.notices.tell("message", this.strings.notice_message);
  }

  /**
   * @param {Book} book
   * @param {number} now by the server's clock
   * @param {boolean} online
   */
  render(book, now, online) {
    this.level = online ? levelOf(book, now) : "none";
    const late = overdue(book, now);
    if (this.level === "loud") this.#ring(late.length > 0);
    else this.#stop();
    if (this.level === "quiet") this.#sign(late.map((visitor) => visitor.code));
    this.#told = new Set([...this.#told].filter((code) => book.waiting.some((visitor) => visitor.code === code)));
    const isRinging = this.level === "loud" && preferences.get("sound") && Date.now() >= this.#quietUntil;
    show(part("alert-quiet"), isRinging);
    const text = this.level === "none" || late.length === 0 ? "" : counted(late.length, this.strings.overdue_one, this.strings.overdue_many);
    write(part("alert-overdue"), text);
    show(part("shift"), book.told && book.presence === "away");
    this.renderSound();
  }

  /** @param {boolean} isLate */
  #ring(isLate) {
    const now = Date.now();
    if (now < this.#nextRing) return;
    this.#nextRing = now + (isLate ? AGAIN_LATE : AGAIN);
    if (now >= this.#quietUntil) this.sound.ring();
    this.notices.tell("waiting", this.strings.notice_waiting);
  }

  #stop() {
    this.#nextRing = this.#quietUntil = 0;
    if (this.level === "none") this.notices.takeBack("waiting");
  }

  /** Once for each visitor. @param {string[]} codes */
  #sign(codes) {
    const fresh = codes.filter((code) => !this.#told.has(code));
    if (fresh.length === 0) return;
    for (const code of fresh) this.#told.add(code);
    this.sound.soft();
    this.notices.tell("waiting", this.strings.notice_overdue);
  }

  /** Whether the browser holds our sound back is seen before somebody waits. */
  renderSound() {
    const banner = part("sound-blocked");
    const isBlocked = preferences.get("sound") && this.sound.isBlocked;
    const hadFocus = banner.contains(document.activeElement);
    show(banner, isBlocked);
    if (hadFocus && !isBlocked) part("take").focus();
  }
}
