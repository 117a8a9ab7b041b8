/** One talk on the desk: its header, what was said, and where the counsellor writes. Stays in the page, so a draft stays too. */

import "./chat-composer.js";
import "./chat-log.js";
import { Clocks } from "./desk-clocks.js";
import { enable, isEnabled, part, show, tree, write } from "./desk-dom.js";
import { nameOf } from "./desk-lists.js";
import { preferences } from "./desk-preferences.js";
import { languageName } from "./desk-time.js";
import { Undo } from "./desk-undo.js";
import { Outbox } from "./outbox.js";
import { Typing } from "./typing.js";
import { element, fill } from "./words.js";

/** @typedef {import("./chat-log.js").ChatLog} ChatLog */
/** @typedef {import("./chat-composer.js").ChatComposer} ChatComposer */
/** @typedef {import("./desk-book.js").Entry} Entry */
/** @typedef {{post: (frame: object) => boolean, read: (seq: number) => void, end: () => void, dismiss: () => void}} Actions */

export class TalkPane {
  /**
   * @param {Entry} entry
   * @param {Record<string, any>} strings
   * @param {Actions} on
   */
  constructor(entry, strings, on) {
    this.entry = entry;
    this.strings = strings;
    this.on = on;
    this.code = entry.talk.code;
    this.refusals = {
      closed: strings.refused_closed, not_here: strings.refused_not_here, too_long: strings.refused_too_long, empty: strings.refused_empty,
    };
    this.name = element("h2", "talk__name");
    this.name.tabIndex = -1;
    this.about = element("p", "talk__about");
    this.there = element("p", "talk__there");
    this.button = element("button", "button button--quiet talk__end");
    this.button.type = "button";
    this.button.addEventListener("click", () => this.pressed());
    this.status = element("p", "talk__status");
    this.status.setAttribute("role", "status");
    this.refusal = element("p", "talk__refusal");
    this.refusal.setAttribute("role", "status");
    this.refusal.hidden = true;
    this.log = /** @type {ChatLog} */ (document.createElement("chat-log"));
    this.composer = /** @type {ChatComposer} */ (document.createElement("chat-composer"));
    this.outbox = new Outbox((id, text, lang) => on.post({ do: "say", talk: this.code, id, text, ...(lang && { lang }) }));
    this.typing = new Typing(this.composer, () => on.post({ do: "typing", talk: this.code }));
    this.undo = new Undo(this.code, strings, { send: (text, lang) => this.outbox.add(text, undefined, lang), giveBack: (text, lang) => this.takeUp(text, lang) });
    /** What lies ready beside the composer: others put their buttons in it. */
    this.tools = element("div", "talk__tools");
    const titles = tree("div", "talk__titles", this.name, this.about);
    this.clocks = new Clocks(strings, (sentence) => this.log.note(sentence));
    const head = tree("header", "talk__head", titles, this.button, tree("div", "talk__clocks", this.there, ...this.clocks.lines));
    this.root = tree("article", "talk", head, this.log, tree("div", "talk__foot", this.status, this.refusal, this.undo.root, this.typing.line, this.tools, this.composer));
    this.root.hidden = true;
    this.beganSeq = Infinity;
    this.prepare();
    this.listen();
  }

  /** Give the shared parts their words; the name of the visitor in them guards against writing in the wrong talk. */
  prepare() {
    const name = nameOf(this.entry, this.strings);
    this.name.id = `talk-${this.code}`;
    this.root.setAttribute("aria-labelledby", this.name.id);
    this.log.own = "counsellor";
    this.log.words = { ...this.strings, log_nameless: name, log_label: fill(this.strings.log_label_with, { name }) };
    this.composer.words = { ...this.strings, composer_label: fill(this.strings.composer_label_with, { name }) };
  }

  listen() {
    this.composer.addEventListener("say", (event) => {
      this.explain("");
      const { text, lang } = /** @type {CustomEvent} */ (event).detail;
      this.undo.add(text, lang);
    });
    this.log.addEventListener("gap", (event) => this.ask(/** @type {CustomEvent} */ (event).detail.since));
    this.log.addEventListener("again", (event) => this.outbox.retry(/** @type {CustomEvent} */ (event).detail.id));
    this.log.addEventListener("latest", (event) => this.on.read(/** @type {CustomEvent} */ (event).detail.seq));
    this.outbox.addEventListener("pending", (event) => this.log.pending(/** @type {CustomEvent} */ (event).detail));
    this.outbox.addEventListener("failed", (event) => this.log.failed(/** @type {CustomEvent} */ (event).detail.id));
    this.outbox.addEventListener("returned", (event) => this.returned(/** @type {CustomEvent} */ (event).detail));
  }

  /** Put the pane in the page; only then have the shared parts their insides. @param {HTMLElement} place */
  settle(place) {
    place.insertBefore(this.root, part("enter-choice"));
    this.log.label();
    this.composer.label();
    this.undo.restore();
  }

  /** A text that was to be sent comes back, to be changed. @param {string} text @param {string} lang */
  takeUp(text, lang) {
    this.composer.giveBack(text, lang);
    if (!this.root.hidden) this.composer.focus();
  }

  /** Whether something that was written here is not with the visitor yet. */
  get hasUnsent() {
    return this.hasDraft || this.undo.held !== null || this.outbox.size > 0;
  }

  get hasDraft() {
    return this.composer.value.trim() !== "";
  }

  open() {
    this.on.post({ do: "open", talk: this.code, since: this.log.lastSeq });
  }

  /** @param {number} seq */
  ask(seq) {
    this.on.post({ do: "since", talk: this.code, seq });
  }

  /** The line is back: fetch what was missed, tell what was read meanwhile, and send what was not answered. */
  catchUp() {
    this.ask(this.log.lastSeq);
    if (this.entry.seen > this.entry.talk.seen_seq) this.on.post({ do: "seen", talk: this.code, seq: this.entry.seen });
    this.outbox.resend();
  }

  /**
   * Who goes on with a talk joins it again: it began only once.
   * @param {import("./chat-log.js").Message} message
   */
  told(message) {
    if (message.from !== "system" || message.text !== "joined") return message;
    this.beganSeq = Math.min(this.beganSeq, message.seq);
    if (message.seq === this.beganSeq) return message;
    return { ...message, text: message.name ? "joined_again" : "joined_again_nameless" };
  }

  /** @param {import("./chat-log.js").Message} message */
  said(message) {
    this.typing.stop();
    this.entry.hear(message);
    // Whether it is the beginning, what came before it tells; that is asked for already, and brings this line along.
    if (message.text === "joined" && message.from === "system" && message.seq > this.log.lastSeq + 1) return;
    this.log.add(this.told(message));
  }

  typed() {
    if (!this.entry.isOpen) return;
    this.typing.aloud(preferences.get("typed"));
    this.typing.show(fill(this.strings.typing, { name: nameOf(this.entry, this.strings) }));
  }

  /** @param {{messages: import("./chat-log.js").Message[], last_seq: number, seen_seq: number}} frame */
  history({ messages, last_seq: last, seen_seq: seen }) {
    for (const message of messages) {
      this.entry.hear(message);
      this.outbox.stored(message.id ?? "");
    }
    this.log.addAll(messages.map((message) => this.told(message)));
    this.log.seen(seen);
    if (messages.length > 0 && this.log.lastSeq < last) this.ask(this.log.lastSeq);
  }

  /** @param {{id: string, seq: number, at: string}} frame */
  stored({ id, seq, at }) {
    this.outbox.stored(id);
    this.entry.wrote("counsellor", at);
    this.log.stored(id, seq, at);
  }

  /** @param {{id: string, text: string, lang: string, why: string}} letter */
  returned({ id, text, lang, why }) {
    this.log.withdraw(id);
    this.composer.giveBack(text, lang);
    this.explain(this.refusals[/** @type {keyof TalkPane["refusals"]} */ (why)] ?? this.strings.refused_other);
  }

  /** Say next to the composer what did not work; an empty sentence takes it away. @param {string} sentence */
  explain(sentence) {
    write(this.refusal, sentence);
    show(this.refusal, sentence !== "");
  }

  pressed() {
    if (!isEnabled(this.button)) return;
    if (this.entry.isOpen) this.on.end();
    else this.on.dismiss();
  }

  /**
   * @param {boolean} online
   * @param {number} now
   */
  render(online, now) {
    const { talk, isOpen } = this.entry;
    this.root.classList.toggle("talk--over", !isOpen);
    write(this.name, nameOf(this.entry, this.strings));
    const readers = isOpen ? (talk.readers ?? []) : [];
    const reads = readers.length > 0 ? ` · ${fill(this.strings.about_readers, { name: readers.join(", ") })}` : "";
    this.log.language = talk.language;
    write(this.about, `${talk.line_name} · ${languageName(talk.language)}${reads}`);
    this.renderThere(talk.present, isOpen);
    this.clocks.render(this.entry, now);
    write(this.button, isOpen ? this.strings.end_talk : this.strings.dismiss);
    enable(this.button, online || !isOpen);
    write(this.status, this.situation(online));
    show(this.status, this.status.textContent !== "");
    // It had not gone yet when the talk ended: it is here, and the sentence says so.
    if (!isOpen && this.undo.takeBack()) this.explain(this.strings.refused_closed);
    this.renderComposer(isOpen);
    show(this.tools, isOpen);
    this.log.seen(talk.visitor_seen_seq);
  }

  /**
   * @param {boolean} present
   * @param {boolean} isOpen
   */
  renderThere(present, isOpen) {
    show(this.there, isOpen);
    this.there.dataset.present = String(present);
    write(this.there, present ? this.strings.visitor_here : this.strings.visitor_dropped);
  }

  /** @param {boolean} isOpen */
  renderComposer(isOpen) {
    const closed = this.composer.dataset.closed === "true";
    if (isOpen && closed) this.composer.enable();
    if (!isOpen && !closed) this.composer.disable(this.strings.composer_over);
    this.composer.dataset.closed = String(!isOpen);
    this.composer.hidden = !isOpen && !this.hasDraft;
  }

  /** @param {{name: string, agreement: string}} referral */
  referred({ name, agreement }) {
    const agreed = agreement ? ` ${fill(this.strings.over_agreed, { agreement })}` : "";
    return `${this.strings.over} ${fill(this.strings.over_referred, { name })}${agreed}`;
  }

  /**
   * How this talk stands, when there is something to know.
   * @param {boolean} online
   */
  situation(online) {
    const { ended, talk } = this.entry;
    if (ended?.why === "not_back") return this.strings.over_not_back;
    if (ended?.why === "lost") return this.strings.over_lost;
    if (ended?.why === "passed") return this.strings.over_passed;
    if (ended?.why === "taken_back") return this.strings.over_taken_back;
    if (ended?.why === "taken_over") return this.strings.over_taken_over;
    if (ended?.why === "exit") return this.strings.over_exit;
    if (ended?.why === "referred" && this.entry.referral) return this.referred(this.entry.referral);
    if (ended?.by === "visitor") return this.strings.over_by_visitor;
    if (ended?.by === "counsellor") return this.strings.over_by_you;
    if (ended) return this.strings.over;
    if (!online) return this.strings.talk_offline;
    return talk.present ? "" : this.strings.talk_dropped;
  }
}
