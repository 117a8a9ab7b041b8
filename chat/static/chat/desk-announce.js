/** What is told without looking: one polite line for a screen reader, and counts in the title. Never a name or a word of a talk. */

import { part, write } from "./desk-dom.js";
import { counted } from "./desk-time.js";

/** At most one announcement in this time, so that a busy shift does not drown everything else. */
const PAUSE = 5000;

export class Announcer {
  /** @param {Record<string, string>} strings */
  constructor(strings) {
    this.strings = strings;
    this.page = document.title;
    this.told = { waiting: 0, unread: 0 };
    this.now = { waiting: 0, unread: 0 };
    /** @type {number | null} */
    this.timer = null;
  }

  /** Count in the title of the page what waits for this counsellor. @param {number} n */
  title(n) {
    const title = n > 0 ? `(${n}) ${this.page}` : this.page;
    if (document.title !== title) document.title = title;
  }

  /**
   * Take in how many wait and how many messages are unread; says so when there are more than were told.
   * @param {number} waiting
   * @param {number} unread
   */
  count(waiting, unread) {
    this.now = { waiting, unread };
    this.told.waiting = Math.min(this.told.waiting, waiting);
    this.told.unread = Math.min(this.told.unread, unread);
    if (this.timer === null) this.speak();
  }

  speak() {
    const { waiting, unread } = this.now;
    const news = [];
    if (waiting > this.told.waiting) news.push(counted(waiting, this.strings.waiting_one, this.strings.waiting_many));
    if (unread > this.told.unread) news.push(counted(unread, this.strings.say_unread_one, this.strings.say_unread_many));
    if (news.length === 0) return;
    this.told = { waiting, unread };
    write(part("announcer"), news.join(" "));
    this.timer = window.setTimeout(() => {
      this.timer = null;
      // Emptied first, so that the same count is heard a second time.
      write(part("announcer"), "");
      this.speak();
    }, PAUSE);
  }
}
