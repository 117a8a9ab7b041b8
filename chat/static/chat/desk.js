/** The counsellor's desk: hears the server, keeps the book, and lets the parts draw it. See docs/protocol.md, "A counsellor". */

import { Along } from "./desk-along.js";
import { Announcer } from "./desk-announce.js";
import { Book } from "./desk-book.js";
import { isEnabled, part, show, write } from "./desk-dom.js";
import { askReason } from "./desk-end.js";
import { Guests } from "./desk-guests.js";
import { renderKnown } from "./desk-known.js";
import { Hands } from "./desk-hands.js";
import { Leaving } from "./desk-leaving.js";
import { Lists, nameOf } from "./desk-lists.js";
import { Shift } from "./desk-shift.js";
import { Strip } from "./desk-strip.js";
import { TalkPane } from "./desk-talk.js";
import { Tools } from "./desk-tools.js";
import { aheadOfUs } from "./desk-time.js";
import { chooseView, isNarrow, watchBar } from "./desk-views.js";
import { Wire } from "./wire.js";
import { fill, pageConfig } from "./words.js";

/** @typedef {import("./desk-book.js").Talk} Talk */
/** @typedef {import("./desk-book.js").Entry} Entry */

const SECOND = 1000;
/** After a question that the server had no time for. */
const ASK_AGAIN = 2000;

class Desk {
  /** @param {{socket: string, max_text?: number, strings: Record<string, any>, replies_page: string, max_note: number, max_advice: number}} config */
  constructor(config) {
    const { socket, max_text: limit, strings } = config;
    this.strings = strings;
    this.limit = limit;
    this.book = new Book();
    /** @type {Map<string, TalkPane>} */
    this.panes = new Map();
    this.wire = new Wire(socket, () => ({ do: "hello" }));
    this.strip = new Strip(strings, (state) => this.post({ do: "presence", state }));
    this.lists = new Lists(strings, { take: () => this.take(), choose: (code) => this.choose(code, true) });
    this.announcer = new Announcer(strings);
    this.leaving = new Leaving(strings, () => this.book.openCount);
    this.shift = new Shift(strings, (frame) => this.post(frame), deedsOf(this));
    this.tools = new Tools(config, this.wire);
    this.along = new Along(strings, this.wire, this.tools.whispers, () => (this.book.active = null));
    this.hands = new Hands(strings, this.book, this.wire, (one, about) => void this.along.begin(one, about));
    this.guests = new Guests(this.shift.keys, (code) => this.next(code));
    this.ahead = aheadOfUs(Number(part("panes").dataset.made));
    /** Whether the server has said how things are on this connection. */
    this.greeted = false;
    this.taking = false;
    this.asking = 0;
    this.refusal = "";
    /** @type {string | null} the talk that we asked to end */
    this.ending = null;
    this.refusals = {
      taken: strings.refused_taken, nobody_waiting: strings.hint_nobody_waiting, no_room: strings.hint_no_room,
      not_present: strings.hint_not_present, slow_down: strings.refused_slow_down, broken: strings.refused_broken,
      unlogged: strings.refused_unlogged, cannot_block: strings.refused_cannot_block,
    };
  }

  start() {
    const heard = {
      line: this.onLine, desk: this.onDesk, taken: this.onTaken, said: this.onSaid, stored: this.onStored, seen: this.onSeen,
      state: this.onState, history: this.onHistory, latest: this.onLatest, knock: this.onKnock, peer: this.onPeer, typing: this.onTyping, silence: this.onSilence, refused: this.onRefused,
      ...this.tools.heard,
    };
    for (const [kind, listener] of Object.entries(heard)) {
      this.wire.addEventListener(kind, (event) => {
        listener.call(this, /** @type {CustomEvent} */ (event).detail);
        this.render();
      });
    }
    watchBar();
    window.addEventListener("beforeunload", (event) => {
      if (!this.leaving.isSure && (this.hasTalk || this.hasUnsent)) event.preventDefault();
    });
    setInterval(() => this.render(), SECOND);
    this.wire.start();
  }

  get online() {
    return this.wire.state === "online" && this.greeted;
  }

  /** Whether somebody would be left alone when this page is closed. */
  get hasTalk() {
    return this.book.openCount > 0 && this.wire.state !== "stopped";
  }

  get hasUnsent() {
    return [...this.panes.values()].some((pane) => pane.entry.isOpen && pane.hasUnsent) || this.tools.hasUnstored;
  }

  get now() {
    return Date.now() + this.ahead;
  }

  /** @param {object} frame */
  post(frame) {
    return this.wire.send(frame);
  }

  take() {
    this.refusal = "";
    this.taking = this.post({ do: "take" });
    this.render();
  }

  /**
   * Bring a talk on the screen.
   * @param {string} code
   * @param {boolean} byHand whether the counsellor asked for it: then the focus goes along
   */
  choose(code, byHand) {
    this.along.hide();
    this.book.active = code;
    this.render();
    if (!byHand) return;
    chooseView("talk");
    const pane = this.panes.get(code);
    // On a telephone the keyboard would cover what was said.
    if (isNarrow() || !pane?.entry.isOpen) pane?.name.focus();
    else pane.composer.focus();
  }

  /** @param {Entry} entry */
  async end(entry) {
    const pane = this.panes.get(entry.talk.code);
    const title = fill(this.strings.end_title, { name: nameOf(entry, this.strings) });
    const why = await askReason({ title, hasDraft: pane?.hasDraft ?? false });
    if (why === null || !entry.isOpen) return;
    pane?.undo.release();
    const { code: talk } = entry.talk;
    const blocks = why.startsWith("block-");
    const frame = blocks ? { do: "block", talk, why: why.slice(6) } : { do: "close", talk, why };
    this.ending = this.post(frame) ? talk : null;
    if (!this.ending) pane?.explain(this.strings.refused_offline);
  }

  /** Take a talk that is over off the desk; the next one that goes on comes in its place. @param {string} code */
  dismiss(code) {
    this.remove(code);
    const next = this.book.talks.find((entry) => entry.isOpen) ?? this.book.talks[0];
    if (next) this.choose(next.talk.code, true);
    else {
      chooseView("talks");
      this.render();
      this.lists.take.focus();
    }
  }

  /** All is done for a talk: it goes, and who waits comes. @param {string} code */
  next(code) {
    if (this.book.entries.get(code)?.isOpen === false) this.dismiss(code);
    if (isEnabled(this.lists.take)) this.lists.take.click();
  }

  /** @param {string} code */
  remove(code) {
    this.panes.get(code)?.root.remove();
    this.panes.delete(code);
    this.tools.drop(code);
    this.shift.drop(code);
    this.book.forget(code);
  }

  /** Give a new entry its pane and ask for what was said. @param {Entry} entry */
  lay(entry) {
    const { code } = entry.talk;
    const pane = new TalkPane(entry, this.strings, {
      post: (frame) => this.post(frame),
      read: (seq) => this.read(entry, seq),
      end: () => void this.end(entry),
      dismiss: () => this.dismiss(code),
    });
    if (this.limit) pane.composer.limit = this.limit;
    this.panes.set(code, pane);
    pane.settle(part("pane-talk"));
    this.shift.lay(pane);
    pane.open();
    this.tools.lay(pane);
  }

  /**
   * @param {Entry} entry
   * @param {number} seq everything up to here was on the screen
   */
  read(entry, seq) {
    if (!entry.read(seq)) return;
    this.post({ do: "seen", talk: entry.talk.code, seq });
    // It may come in the midst of drawing.
    queueMicrotask(() => this.render());
  }

  /** The server asks whether somebody is there; the answer is all that keeps our talks ours. */
  onKnock() {
    this.post({ do: "here" });
  }

  /** @param {{state: string, code: number}} line */
  onLine({ state, code }) {
    if (state !== "online") this.greeted = this.taking = false;
    show(part("barrier"), state === "stopped");
    if (state !== "stopped") return;
    if (code === 4403) this.empty();
    const link = /** @type {HTMLAnchorElement} */ (part("barrier-link"));
    write(part("barrier-text"), code === 4403 ? this.strings.barrier_sign_in : this.strings.barrier_stopped);
    write(link, code === 4403 ? this.strings.barrier_sign_in_link : this.strings.barrier_reload_link);
    if (code !== 4403) link.href = location.pathname;
  }

  /** Who may not be here any more reads nothing here any more, and neither does who sits down at this computer next. */
  empty() {
    for (const code of this.panes.keys()) this.remove(code);
    this.book.clear();
    this.along.empty();
    this.hands.empty();
    this.tools.empty();
    this.shift.drafts.keepOnly([]);
    for (const dialog of document.querySelectorAll("dialog")) dialog.close();
    for (const form of document.querySelectorAll("form")) form.reset();
  }

  /** @param {import("./desk-book.js").DeskFrame} frame */
  onDesk(frame) {
    const isFirst = !this.greeted;
    const isBack = isFirst && this.book.told;
    this.greeted = true;
    const known = [...this.panes.values()];
    const open = known.filter((pane) => pane.entry.isOpen);
    for (const entry of this.book.tell(frame, this.now, isFirst)) this.lay(entry);
    // Nobody told us that it ended: what was said last may be missing too.
    for (const pane of open) if (!pane.entry.isOpen) pane.ask(pane.log.lastSeq);
    if (isBack) for (const pane of known) pane.catchUp();
    this.shift.told(frame.silences, this.book);
    if (isFirst) this.tools.arrive();
    if (this.book.current === null && !this.along.isShown && this.book.talks.length > 0) {
      const first = this.book.talks.find((entry) => entry.unread > 0) ?? this.book.talks[0];
      this.choose(first.talk.code, false);
    }
  }

  /** @param {{talk: Talk}} frame */
  onTaken({ talk }) {
    // A talk that another tab of this counsellor took does not pull the focus away here.
    const asked = this.taking;
    this.taking = false;
    const entry = this.book.add(talk, this.now);
    if (entry) this.lay(entry);
    // It was on this desk before: meanwhile others may have spoken.
    else this.panes.get(talk.code)?.catchUp();
    if (asked || (this.book.current === null && !this.along.isShown)) this.choose(talk.code, asked);
  }

  /** @param {import("./chat-log.js").Message & {talk: string}} frame */
  onSaid(frame) {
    const pane = this.panes.get(frame.talk);
    pane?.said(frame);
    if (pane && frame.from === "visitor") this.shift.alerts.heard(pane.root);
  }

  /** @param {{talk: string, id: string, seq: number, at: string}} frame */
  onStored(frame) {
    this.panes.get(frame.talk)?.stored(frame);
  }

  /** @param {{talk: string, seq: number}} frame */
  onSeen({ talk, seq }) {
    const entry = this.book.entries.get(talk);
    if (entry) entry.talk.visitor_seen_seq = Math.max(entry.talk.visitor_seen_seq, seq);
  }

  /** @param {{talk: string, state: string, by: string | null, why: string | null}} frame */
  onState({ talk, state, by, why }) {
    // Active for another reason than our own taking: it is a colleague's now.
    if (state === "active" && !why) return;
    const pane = this.panes.get(talk);
    const hadFocus = pane?.root.contains(document.activeElement) ?? false;
    this.book.end(talk, { by, why }, this.now);
    this.shift.over(talk);
    this.render();
    if (this.ending === talk) this.ending = null;
    // The composer that had the focus may be gone: the way out is the next thing to reach.
    if (hadFocus && pane && !pane.hasDraft) pane.button.focus();
  }

  /** @param {{talk: string, messages: import("./chat-log.js").Message[], last_seq: number}} frame */
  onHistory(frame) {
    this.panes.get(frame.talk)?.history(frame);
  }

  /** The server could not tell everything for a while. @param {{talk: string, seq: number}} frame */
  onLatest({ talk, seq }) {
    const pane = this.panes.get(talk);
    if (pane && seq > pane.log.lastSeq) pane.ask(pane.log.lastSeq);
  }

  /** @param {{talk: string, present: boolean}} frame */
  onPeer({ talk, present }) {
    const entry = this.book.entries.get(talk);
    if (entry) entry.talk.present = present;
  }

  /** @param {import("./desk-shift.js").Silent} frame */
  onSilence(frame) {
    this.shift.silence(frame);
  }

  /** @param {{talk: string}} frame */
  onTyping({ talk }) {
    this.panes.get(talk)?.typed();
  }

  /** @param {{why: string, do: string | null, id: string | null, talk?: string}} frame */
  onRefused({ why, do: action, id, talk }) {
    const sentence = this.refusals[/** @type {keyof Desk["refusals"]} */ (why)] ?? this.strings.refused_broken;
    if (action === "say") for (const pane of this.panes.values()) pane.outbox.refused(id, why);
    else if (action === "hello") this.wire.again();
    else if (action === "take" || action === "presence") {
      this.taking = false;
      this.refusal = sentence;
    } else if ((action === "close" || action === "block") && this.ending) {
      this.panes.get(this.ending)?.explain(sentence);
      this.ending = null;
    } else if (why === "unlogged" && talk) {
      this.panes.get(talk)?.explain(sentence);
    } else if (why === "slow_down" || why === "broken") {
      // Once for all that were refused, or asking again would itself be too much.
      window.clearTimeout(this.asking);
      this.asking = window.setTimeout(() => this.panes.forEach((pane) => pane.ask(pane.log.lastSeq)), ASK_AGAIN);
    }
  }

  render() {
    const { book, now, online } = this;
    const { state } = this.wire;
    this.strip.render(book, state === "online" && !online ? "connecting" : state, now);
    this.lists.render(book, { online, taking: this.taking, refusal: this.refusal, now });
    for (const pane of this.panes.values()) {
      show(pane.root, pane.entry === book.current);
      pane.render(online, now);
    }
    renderKnown(book.current?.talk ?? null, this.strings);
    this.hands.render(this.now);
    this.along.render();
    this.renderEmpty();
    this.tools.render(book.current);
    this.guests.render(book.current);
    write(part("bar-waiting"), book.waiting.length > 0 ? fill(this.strings.bar_waiting, { n: book.waiting.length }) : "");
    write(part("bar-unread"), book.unread > 0 ? fill(this.strings.bar_unread, { n: book.unread }) : "");
    this.shift.render(book, now, online);
    this.announcer.title(book.unread + (this.shift.alerts.level === "none" ? 0 : book.waiting.length));
    this.announcer.count(book.told ? book.waiting.length : 0, book.unread);
  }

  /** Without a talk on the screen: what happens next. */
  renderEmpty() {
    const { book, strings } = this;
    show(part("talk-empty"), book.current === null && !this.along.isShown && this.wire.state !== "stopped");
    const texts = {
      present: book.waiting.length > 0
        ? [strings.empty_waiting_title, strings.empty_waiting_text]
        : [strings.empty_present_title, strings.empty_present_text],
      pause: [strings.empty_pause_title, strings.empty_pause_text],
      away: [strings.empty_away_title, strings.empty_away_text],
    };
    const [title, text] = book.told
      ? texts[/** @type {keyof typeof texts} */ (book.presence)]
      : [strings.empty_connecting_title, strings.empty_connecting_text];
    write(part("talk-empty-title"), title);
    write(part("talk-empty-text"), text);
  }
}

/**
 * What the keys can do.
 * @param {Desk} desk
 * @returns {import("./desk-keys.js").Deeds}
 */
function deedsOf(desk) {
  const { book } = desk;
  const codes = () => desk.lists.shown(book).map((entry) => entry.talk.code);
  const go = (/** @type {string | undefined} */ code) => code && desk.choose(code, true);
  return {
    take: () => part("take").click(),
    go: (place) => go(codes()[place]),
    turn: (by) => {
      const all = codes();
      go(all[(all.indexOf(book.active ?? "") + by + all.length) % all.length]);
    },
    write: () => go(book.active ?? undefined),
    end: () => desk.panes.get(book.active ?? "")?.pressed(),
    pause: () => desk.post({ do: "presence", state: book.presence === "pause" ? "present" : "pause" }),
    quiet: () => undefined,
  };
}

new Desk(pageConfig()).start();
