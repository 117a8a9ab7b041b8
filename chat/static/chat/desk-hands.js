/** Talks that change hands, on this desk: what was asked of us, what we asked, and which talks we lost. */

import { Colleagues } from "./desk-colleagues.js";
import { keepInStep, part, show, tree, write } from "./desk-dom.js";
import { nameOf } from "./desk-lists.js";
import { askWhere } from "./desk-transfer.js";
import { stepOf } from "./left.js";
import { clock, element, fill } from "./words.js";

/**
 * @typedef {{id: string, talk: string, how: string, state: string, mine: boolean, name: string, line_name: string, language: string,
 *   since: string, until: string, note: string, answer: string, agreement: string}} Handover
 * @typedef {{id: string, talk: string, line_name: string, at: string, where: "waiting" | "colleague" | "over"}} Lost
 * @typedef {{id: string, talk: string, sentence: string, where?: undefined}} TakenAway
 */
/** Seconds that a question still stands, at which that is told. */
const STEPS = [180, 120, 60, 30];
const ACTIONS = new Set(["transfer", "accept", "decline", "withdraw", "takeover", "follow"]);
const SETTLED_WITHOUT_WORDS = new Set(["done", "withdrawn"]);

export class Hands {
  /**
   * @param {Record<string, any>} strings
   * @param {import("./desk-book.js").Book} book
   * @param {EventTarget & {send: (frame: object) => boolean}} wire
   * @param {(one: import("./desk-colleagues.js").Guided, about: string) => void} read
   */
  constructor(strings, book, wire, read) {
    this.strings = strings;
    this.book = book;
    this.wire = wire;
    /** @type {any} the newest whole view */
    this.frame = null;
    /** By the server's clock. */
    this.now = Date.now();
    /** @type {Set<string>} answers that were read */
    this.read = new Set();
    this.colleagues = new Colleagues(strings, (talk, why) => this.send({ do: "takeover", talk, why }), () => this.mayTake(), read);
    this.sentences = {
      declined: strings.hand_declined, refused: strings.hand_refused, expired: strings.hand_expired, void: strings.hand_void,
      asked: strings.hand_asked, offered: strings.hand_offered,
    };
    this.lost = { waiting: strings.lost_waiting, colleague: strings.lost_colleague, over: strings.lost_over };
    this.gone = { taken_over: strings.hand_taken_over, taken_back: strings.hand_taken_back };
    /** @type {TakenAway[]} */
    this.takenAway = [];
    this.refusals = {
      unlogged: strings.refused_unlogged,
      pending: strings.hand_pending, not_there: strings.hand_not_there, over: strings.hand_over, no_room: strings.hint_no_room,
      not_present: strings.hand_not_present,
    };
    part("pass").addEventListener("click", () => void this.ask());
    wire.addEventListener("desk", (event) => this.tell(/** @type {CustomEvent} */ (event).detail));
    wire.addEventListener("state", (event) => this.taken(/** @type {CustomEvent} */ (event).detail));
    wire.addEventListener("refused", (event) => this.refused(/** @type {CustomEvent} */ (event).detail));
  }

  /** @param {object} frame */
  send(frame) {
    const sent = this.wire.send(frame);
    this.explain(sent ? "" : this.strings.refused_offline);
  }

  /** Say what stands in the way of one more talk, before anybody writes why they want it. */
  mayTake() {
    const { obstacle } = this.book;
    const stands = obstacle === "not_present" || obstacle === "no_room" ? this.refusals[obstacle] : "";
    this.explain(stands);
    return stands === "";
  }

  /** @param {string} sentence */
  explain(sentence) {
    write(part("hands-refusal"), sentence);
    show(part("hands-refusal"), sentence !== "");
  }

  /** @param {{do: string | null, why: string}} frame */
  refused({ do: action, why }) {
    if (!ACTIONS.has(action ?? "")) return;
    this.explain(this.refusals[/** @type {keyof Hands["refusals"]} */ (why)] ?? this.strings.refused_broken);
  }

  async ask() {
    const entry = this.book.current;
    if (!entry || !this.frame) return;
    const { colleagues, other_lines: lines } = this.frame;
    const wish = await askWhere({ colleagues, lines, line: entry.talk.line, strings: this.strings });
    if (wish && entry.isOpen) this.send({ do: "transfer", talk: entry.talk.code, ...wish });
  }

  /** @param {any} frame */
  tell(frame) {
    this.frame = frame;
    if (frame.presence === "present" && part("hands-refusal").textContent === this.refusals.not_present) this.explain("");
    this.colleagues.tell(frame);
    for (const { talk } of /** @type {Lost[]} */ (frame.lost)) {
      // A talk that we lost while nothing could reach us: say so, and not only that it is over.
      const entry = this.book.entries.get(talk);
      if (entry?.ended && !entry.ended.why) this.book.end(talk, { by: null, why: "lost" }, entry.ended.at);
    }
    for (const one of /** @type {Handover[]} */ (frame.handovers)) this.refer(one);
    this.draw();
  }

  /** Remember to whom the visitor goes, as long as that is asked or agreed. @param {Handover} one */
  refer({ mine, how, state, talk, name, agreement }) {
    const entry = this.book.entries.get(talk);
    if (!entry || !mine || how !== "body") return;
    entry.referral = ["asked", "offered", "done"].includes(state) ? { name, agreement } : null;
  }

  /** Somebody else goes on with a talk that is not on the screen: its own pane would tell nobody. @param {{talk: string, why: string | null}} frame */
  taken({ talk, why }) {
    const sentence = this.gone[/** @type {keyof Hands["gone"]} */ (why)];
    const entry = this.book.entries.get(talk);
    if (!sentence || !entry?.isOpen || entry === this.book.current) return;
    this.takenAway = this.takenAway.filter((one) => one.talk !== talk);
    this.takenAway.push({ id: `${talk} ${Date.now()}`, talk, sentence: fill(sentence, { visitor: nameOf(entry, this.strings) }) });
  }

  draw() {
    if (!this.frame) return;
    const handovers = /** @type {Handover[]} */ (this.frame.handovers).filter((one) => this.hasNews(one));
    const current = this.book.current?.talk.code;
    this.takenAway = this.takenAway.filter((one) => one.talk !== current && !this.read.has(one.id));
    const lost = [...this.frame.lost.filter((/** @type {Lost} */ one) => !this.read.has(one.id)), ...this.takenAway];
    // A card is made anew when its state changes; so it is read aloud.
    keepInStep(part("hands-asked"), handovers, (one) => `${one.id} ${one.state}`, (one) => this.make(one), (card, one) => this.tellTime(card, one));
    keepInStep(part("hands-lost"), lost, (one) => `${one.id} ${one.where ?? ""}`, (one) => this.makeLost(one), () => {});
    show(part("hands-asked"), handovers.length > 0);
    show(part("hands-lost"), lost.length > 0);
  }

  /** A question lapses by itself: that is told before. @param {HTMLElement} card @param {Handover} one */
  tellTime(card, one) {
    const line = /** @type {HTMLElement | null} */ (card.querySelector(".hand__time"));
    if (!line) return;
    const { strings } = this;
    const step = stepOf((Date.parse(one.until) - this.now) / 1000, STEPS);
    const shorter = { 60: strings.hand_left_one, 30: strings.hand_left_half, 0: strings.hand_left_last };
    write(line, fill(shorter[/** @type {keyof typeof shorter} */ (step)] ?? strings.hand_left, { n: step / 60 }));
  }

  /** Whether the talk on the screen can be handed over now. @param {number} now */
  render(now) {
    this.now = now;
    this.draw();
    const entry = this.book.current;
    const pending = (this.frame?.handovers ?? []).some((/** @type {Handover} */ one) => one.mine && one.talk === entry?.talk.code && this.isPending(one));
    show(part("pass"), (entry?.isOpen ?? false) && !pending);
  }

  empty() {
    this.explain("");
    this.takenAway = [];
    this.colleagues.reasons.clear();
    this.tell({ handovers: [], lost: [], colleagues: [], guided: [], other_lines: [] });
  }

  /** @param {Handover} one */
  isPending(one) {
    return one.state === "asked" || one.state === "offered";
  }

  /** @param {Handover} one */
  hasNews(one) {
    if (this.isPending(one)) return true;
    if (this.read.has(one.id) || SETTLED_WITHOUT_WORDS.has(one.state)) return false;
    // What came of a question is news until the next question about that talk, or its end.
    const last = this.frame.handovers.filter((/** @type {Handover} */ other) => other.mine && other.talk === one.talk).at(-1);
    return last === one && (this.book.entries.get(one.talk)?.isOpen ?? false);
  }

  /** @param {Handover} one */
  make(one) {
    return one.mine ? this.makeOwn(one) : this.makeAsked(one);
  }

  /**
   * @param {string} word
   * @param {() => void} act
   * @param {string} [kind]
   */
  button(word, act, kind = " button--quiet") {
    const made = element("button", `button${kind}`, word);
    made.type = "button";
    made.addEventListener("click", act);
    return made;
  }

  /** A colleague asks us. @param {Handover} one */
  makeAsked(one) {
    const { strings } = this;
    const sentence = fill(strings.hand_ask, { name: one.name, line: one.line_name, time: clock(one.since) });
    const card = tree("li", "hand hand--asked", element("p", "hand__text", sentence));
    if (one.note) card.append(element("p", "hand__note", fill(strings.hand_note, { note: one.note })));
    if (one.state === "offered") card.append(element("p", "hand__text", strings.hand_wait_visitor));
    card.append(element("p", "soft hand__time"));
    const why = element("input", "hand__why");
    why.maxLength = 500;
    why.autocomplete = "off";
    why.setAttribute("aria-label", strings.hand_why_not);
    why.placeholder = strings.hand_why_not;
    const row = tree("div", "row hand__row");
    if (one.state === "asked") row.append(this.button(strings.hand_accept, () => this.send({ do: "accept", handover: one.id }), ""));
    row.append(why, this.button(strings.hand_decline, () => this.send({ do: "decline", handover: one.id, note: why.value.trim() })));
    card.append(row);
    return card;
  }

  /** What came of our own question. @param {Handover} one */
  makeOwn(one) {
    const { strings } = this;
    const entry = this.book.entries.get(one.talk);
    const visitor = entry ? nameOf(entry, strings) : strings.visitor;
    const sentence = this.sentences[/** @type {keyof Hands["sentences"]} */ (one.state)];
    const card = tree("li", "hand", element("p", "hand__text", fill(sentence, { name: one.name, visitor })));
    if (one.answer) card.append(element("p", "hand__note", fill(strings.hand_note, { note: one.answer })));
    if (this.isPending(one)) card.append(element("p", "soft hand__time"), this.button(strings.hand_withdraw, () => this.send({ do: "withdraw", handover: one.id })));
    else card.append(this.close(one.id, card));
    return card;
  }

  /** @param {Lost | TakenAway} one */
  makeLost(one) {
    const sentence = "sentence" in one ? one.sentence : fill(this.lost[one.where], { line: one.line_name, time: clock(one.at) });
    const card = tree("li", "hand", element("p", "hand__text", sentence));
    card.append(this.close(one.id, card));
    return card;
  }

  /**
   * @param {string} id
   * @param {HTMLElement} card
   */
  close(id, card) {
    return this.button(this.strings.hand_close, () => {
      this.read.add(id);
      card.remove();
      part("take").focus();
    });
  }
}
