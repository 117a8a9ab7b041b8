/** All that looks after the counsellor, in one place for desk.js: alerts, rest, silent talks, drafts and keys. */

import { Alerts } from "./desk-alerts.js";
import { part, write } from "./desk-dom.js";
import { Drafts } from "./desk-drafts.js";
import { EnterChoice, Keys } from "./desk-keys.js";
import { waitsForUs } from "./desk-clocks.js";
import { watchPanel } from "./desk-preferences.js";
import { Rest } from "./desk-rest.js";
import { SilenceNotice } from "./desk-silence.js";
import { counted } from "./desk-time.js";

/** @typedef {import("./desk-talk.js").TalkPane} TalkPane */
/** @typedef {import("./desk-book.js").Book} Book */
/** @typedef {{talk: string, step: number, seconds: number | null}} Silent */

export class Shift {
  /** @type {Map<string, SilenceNotice>} */
  #silences = new Map();

  /**
   * @param {Record<string, string>} strings
   * @param {(frame: object) => void} post
   * @param {import("./desk-keys.js").Deeds} deeds
   */
  constructor(strings, post, deeds) {
    this.strings = strings;
    this.post = post;
    this.alerts = new Alerts(strings);
    this.rest = new Rest(strings, post);
    this.drafts = new Drafts();
    this.enterChoice = new EnterChoice();
    this.keys = new Keys({ ...deeds, quiet: () => this.alerts.quieten() });
    watchPanel();
  }

  /** @param {TalkPane} pane */
  lay(pane) {
    const notice = new SilenceNotice(pane.code, this.strings, this.post);
    this.#silences.set(pane.code, notice);
    pane.status.before(notice.root);
    this.drafts.follow(pane.code, pane.composer);
  }

  /** The server's whole view. @param {Silent[]} silences @param {Book} book */
  told(silences, book) {
    for (const [code, notice] of this.#silences) {
      notice.tell(silences.find((one) => one.talk === code) ?? { step: 0, seconds: null });
    }
    this.drafts.keepOnly(book.talks.filter((entry) => entry.isOpen).map((entry) => entry.talk.code));
  }

  /** @param {Silent} frame */
  silence(frame) {
    this.#silences.get(frame.talk)?.tell(frame);
  }

  /** @param {string} code */
  over(code) {
    this.drafts.forget(code);
  }

  /** @param {string} code */
  drop(code) {
    this.#silences.delete(code);
  }

  /**
   * @param {Book} book
   * @param {number} now
   * @param {boolean} online
   */
  render(book, now, online) {
    this.alerts.render(book, now, online);
    this.rest.render(book, now, online);
    for (const [code, notice] of this.#silences) notice.render(book.entries.get(code)?.isOpen ?? false);
    this.enterChoice.render(book.current?.isOpen ?? false);
    const waiting = book.talks.filter((entry) => waitsForUs(entry, now) >= 0).length;
    write(part("talks-urgent"), waiting > 0 ? counted(waiting, this.strings.urgent_one, this.strings.urgent_many) : "");
  }
}
