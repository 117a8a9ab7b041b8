/** What lies beside the talk: canned replies, private notes, advice, whispers, and the yes of a visitor. The desk hooks in here and knows nothing of the parts. */

import { AdvicePanel } from "./desk-advice.js";
import { Canned } from "./desk-canned.js";
import { Consents } from "./desk-consent.js";
import { part } from "./desk-dom.js";
import { Notes } from "./desk-notes.js";
import { Whispers } from "./desk-whispers.js";

/** @typedef {import("./desk-book.js").Entry} Entry */
/** @typedef {import("./desk-talk.js").TalkPane} TalkPane */

export class Tools {
  /**
   * @param {{strings: Record<string, any>, replies_page: string, max_note: number, max_advice: number}} config
   * @param {import("./wire.js").Wire} wire
   */
  constructor({ strings, replies_page: page, max_note: note, max_advice: question }, wire) {
    const post = (/** @type {object} */ frame) => wire.send(frame);
    this.canned = new Canned(strings, post, page);
    this.notes = new Notes(part("notes-pads"), strings, post, note);
    this.advice = new AdvicePanel(strings, post, question);
    this.whispers = new Whispers(strings, post, question);
    this.consents = new Consents(strings, post);
    this.heard = {
      consent: this.consents.heard.bind(this.consents),
      consent_news: this.consents.news.bind(this.consents),
      replies: this.canned.heard.bind(this.canned),
      note: this.notes.heard.bind(this.notes),
      note_stored: this.notes.acknowledged.bind(this.notes),
      advice: this.advice.heardAll.bind(this.advice),
      advice_item: this.advice.heard.bind(this.advice),
      advice_gone: this.advice.gone.bind(this.advice),
      asked: this.advice.asked.bind(this.advice),
      advised: this.advice.advised.bind(this.advice),
      whisper: this.whispers.heard.bind(this.whispers),
      whispers: this.whispers.heardAll.bind(this.whispers),
      whispered: this.whispers.done.bind(this.whispers),
    };
    wire.addEventListener("refused", (event) => this.refused(/** @type {CustomEvent} */ (event).detail));
  }

  /** Whether something that was written here is not stored yet. */
  get hasUnstored() {
    return this.notes.hasUnstored;
  }

  /** A talk is on the desk. @param {TalkPane} pane */
  lay(pane) {
    this.canned.watch(pane);
    this.notes.lay(pane.entry);
    this.advice.lay(pane.entry);
    this.consents.lay(pane);
  }

  /** A talk is off the desk. @param {string} code */
  drop(code) {
    this.canned.drop(code);
    this.notes.drop(code);
    this.advice.drop(code);
    this.consents.drop(code);
    this.whispers.drop(code);
  }

  /** Nothing of anybody stays on the screen. */
  empty() {
    this.notes.empty();
    this.advice.empty();
    this.consents.empty();
    this.whispers.empty();
  }

  /** The line is there, for the first time or again. */
  arrive() {
    this.notes.arrive();
    this.advice.arrive();
    this.consents.arrive();
    this.whispers.arrive();
  }

  /** @param {{do: string | null, why: string, id: string | null, talk: string, found?: string[]}} frame */
  refused(frame) {
    if (frame.do === "note" || frame.do === "write_note") this.notes.refused(frame);
    else if (frame.do === "ask" || frame.do === "advise") this.advice.refused({ ...frame, do: frame.do });
    else if (frame.do === "whisper") this.whispers.refused(frame);
    else this.consents.refused(frame);
  }

  /** @param {Entry | null} entry the talk on the screen */
  render(entry) {
    const code = entry?.talk.code ?? null;
    this.notes.render(code);
    this.advice.render(entry?.isOpen ? code : null);
    this.whispers.render(entry);
    this.consents.render(entry);
  }
}
