/** One talk of a visitor over the wire: it speaks the protocol and tells the page what happened. */

import { Outbox, PASSING } from "./outbox.js";
import { Poll } from "./poll.js";
import { Wire } from "./wire.js";

const PATIENCE = 5000;
/** What a visitor says to the question whether their address may be opened. */
const ANSWERS = new Set(["allow", "deny", "retract"]);

/** @typedef {import("./visitor-memory.js").Memory} Memory */
/** @typedef {import("./chat-log.js").ChatLog} ChatLog */

/**
 * Events: `moved` with `{state, why, by, counsellor}`, `peer` with `{present}`, `place` with `{ahead}`, `line` with
 * `{state, code}`, `typing`, `clock` with `{left, soft_minutes}`, `ticket` with `{name, code}`, `gone` with `{why}` ("not_found": the ticket did not fit), `refused` with the frame (a start, or the whole talk), `returned` with
 * `{text, why}` (not stored: back to the composer), `unstored` (this browser forbids storage), `said`.
 */
export class Talk extends EventTarget {
  /** "" until the server said that the talk exists. */
  state = "";
  #leaving = false;
  #over = false;
  /** @type {Record<string, string>} */
  #answers = {};
  /** Whether the server let us into the talk on the socket that is open now. */
  #mayWrite = false;
  /** @type {import("./visitor-memory.js").Remembered | null} left: what saying goodbye needs, in this page only */
  #farewell = null;
  /** @type {{name: string, code: string} | null} what somebody typed to come back with, until the server answered */
  #ticket = null;
  /** @type {any} the frame that told how much time is left */
  #clock = null;
  #patience = 0;

  /**
   * @param {{config: any, memory: Memory, log: ChatLog}} parts
   */
  constructor({ config, memory, log }) {
    super();
    this.config = config;
    this.memory = memory;
    this.log = log;
    this.wire = new Wire(config.socket, () => this.#firstFrame(), Poll);
    this.outbox = new Outbox((id, text) => this.#mayWrite && this.wire.send({ do: "say", id, text }));
    this.#listen();
  }

  get isOn() {
    return !this.#over && this.wire.state !== "stopped";
  }

  /** @param {Record<string, string>} answers */
  begin(answers) {
    this.wire.stop();
    this.#answers = answers;
    this.#farewell = null;
    this.state = "";
    this.resume();
  }

  /** Go on with a talk that another tab had. @param {{name: string, code: string}} ticket */
  rejoin(ticket) {
    this.wire.stop();
    this.#ticket = ticket;
    this.#farewell = null;
    this.state = "";
    this.resume();
  }

  /** The page was loaded anew: what was on its way goes on its way again. */
  restore() {
    for (const { id, text } of this.memory.held?.letters ?? []) this.outbox.add(text, id);
    this.resume();
  }

  /** Go on with the talk that this tab remembers, or start one. */
  resume() {
    this.#over = this.#leaving = false;
    this.wire.start();
  }

  /** @param {string} text */
  say(text) {
    this.outbox.add(text);
    this.#keepLetters(false);
  }

  /** Whoever waits for an answer longer than this is told; the line itself is given more time. @param {boolean} answered */
  #keepLetters(answered = true) {
    const { outbox, wire } = this;
    this.memory.put({ letters: outbox.letters });
    if (answered) {
      clearTimeout(this.#patience);
      this.#patience = 0;
      if (wire.state === "online") this.#tell("line", { state: "online", code: 0 });
    }
    if (outbox.size) {
      this.#patience ||= window.setTimeout(() => this.isOn && outbox.size && this.#tell("line", { state: "offline", code: 0 }), PATIENCE);
    }
  }

  typing() {
    if (this.#mayWrite && this.state === "active") this.wire.send({ do: "typing" });
  }

  /** Yes or no to going on with somebody else. @param {string} handover @param {boolean} yes */
  answer(handover, yes) {
    this.wire.send({ do: yes ? "agree" : "disagree", handover });
  }

  /** The visitor goes; the page does not wait for the server, but the server is told as soon as that can be. @param {boolean} exit at once, by the quick exit */
  leave(exit = false) {
    this.#leaving = this.#over = true;
    this.#farewell = this.memory.held;
    this.memory.forget();
    if (this.#ticket) {
      // Nothing was opened yet: whoever stops looking for a talk does not end it.
      this.#ticket = null;
      this.wire.stop();
    } else if (this.#mayWrite) this.wire.send({ do: "leave", exit });
    else if (!this.#farewell && this.wire.state !== "online") this.wire.stop();
  }

  #firstFrame() {
    const known = this.memory.held ?? this.#farewell;
    if (this.#ticket) return { do: "rejoin", ...this.#ticket };
    if (known) return { do: "resume", code: known.code, secret: known.secret, since: this.log.lastSeq };
    if (!this.#leaving) return { do: "start", language: this.config.language, answers: this.#answers, token: this.memory.token };
    // Gone before the server knew of us: there is nobody to say goodbye to.
    queueMicrotask(() => this.wire.stop());
    return null;
  }

  #listen() {
    const { wire, log, outbox } = this;
    /** @type {Record<string, (frame: any) => void>} */
    const heard = {
      started: (frame) => this.#started(frame),
      resumed: (frame) => this.#resumed(frame),
      gone: (frame) => this.#gone(frame),
      history: (frame) => this.#history(frame),
      said: (frame) => this.#said(frame),
      stored: (frame) => this.#stored(frame),
      seen: (frame) => log.seen(frame.seq),
      state: (frame) => this.#moved(frame),
      waiting: (frame) => this.#tell("place", frame),
      peer: (frame) => this.#tell("peer", frame),
      handover: (frame) => this.#tell("handover", frame),
      consent: (frame) => this.#tell("consent", frame),
      typing: () => this.#tell("typing", {}),
      refused: (frame) => this.#refused(frame),
      line: (line) => this.#lineChanged(line),
    };
    for (const [kind, listener] of Object.entries(heard)) {
      wire.addEventListener(kind, (event) => listener(/** @type {CustomEvent} */ (event).detail));
    }
    for (const kind of ["pending", "failed", "returned"]) {
      outbox.addEventListener(kind, (event) => this.#onItsWay(kind, /** @type {CustomEvent} */ (event).detail));
    }
    log.addEventListener("gap", (event) => wire.send({ do: "since", seq: /** @type {CustomEvent} */ (event).detail.since }));
    log.addEventListener("again", (event) => outbox.retry(/** @type {CustomEvent} */ (event).detail.id));
    log.addEventListener("latest", (event) => this.#mayWrite && wire.send({ do: "seen", seq: /** @type {CustomEvent} */ (event).detail.seq }));
  }

  /** @param {any} frame */
  #started(frame) {
    this.#mayWrite = true;
    this.log.language = frame.language;
    if (!this.#leaving) this.#remember(frame);
    this.#afterWelcome({ ...frame, why: null, by: null, counsellor: null });
  }

  /** @param {any} frame */
  #resumed(frame) {
    this.#mayWrite = true;
    if (!this.#leaving) {
      this.#remember(frame);
      this.wire.send({ do: "keep" });
    }
    this.#ticket = null;
    this.#clock = frame;
    // A talk keeps its language, also where the page it came back to is in another.
    this.log.language = frame.language;
    this.log.seen(frame.seen_seq);
    this.#afterWelcome(frame);
    this.#tell("peer", { present: frame.present });
  }

  /** @param {any} frame */
  #afterWelcome(frame) {
    if (this.#leaving) {
      this.#farewell = null;
      this.wire.send({ do: "leave" });
      return;
    }
    this.#moved(frame);
    this.outbox.resend();
  }

  /** @param {{code: string, secret: string}} frame */
  #remember({ code, secret }) {
    const seq = this.memory.held?.seq ?? 0;
    if (!this.memory.keep({ code: code ?? this.memory.held?.code, secret, seq })) this.#tell("unstored", {});
  }

  /** @param {any} frame */
  #gone(frame) {
    const rejoining = Boolean(this.#ticket);
    this.#end();
    this.#tell("gone", { ...frame, why: rejoining && frame.why === "unknown" ? "not_found" : frame.why });
  }

  /** @param {any} frame */
  #history(frame) {
    if (this.#leaving) return;
    for (const message of frame.messages) this.outbox.stored(message.id);
    this.#keepLetters();
    this.log.addAll(frame.messages);
    this.log.seen(frame.seen_seq);
    this.memory.reached(this.log.lastSeq);
    this.#tellClock();
    const last = frame.messages.at(-1);
    if (last && last.seq < frame.last_seq) this.wire.send({ do: "since", seq: last.seq });
  }

  /** @param {any} frame */
  #said(frame) {
    // Somebody who has left reads no more, and nothing more comes onto their screen.
    if (this.#leaving) return;
    this.log.add(frame);
    this.memory.reached(this.log.lastSeq);
    if (frame.from === "counsellor") this.#tell("said", frame);
  }

  /** @param {any} frame */
  #stored(frame) {
    this.outbox.stored(frame.id);
    this.#keepLetters();
    this.log.stored(frame.id, frame.seq, frame.at);
    this.memory.reached(this.log.lastSeq);
  }

  /** @param {any} frame */
  #moved(frame) {
    if (frame.rejoin) this.#tell("ticket", frame.rejoin);
    this.state = frame.state;
    if (frame.state !== "waiting" && frame.state !== "active") this.#end();
    this.#tell("moved", frame);
    if (frame.kind !== "state") return;
    this.#clock = frame;
    this.#tellClock();
  }

  /** Once what was said stands there: a line about the time comes after it. */
  #tellClock() {
    if (typeof this.#clock?.left === "number") this.#tell("clock", this.#clock);
    this.#clock = null;
  }

  /** @param {any} frame */
  #refused(frame) {
    if (frame.do === "say") this.outbox.refused(frame.id, frame.why);
    else if (frame.do === "since") window.setTimeout(() => this.wire.send({ do: "since", seq: this.log.lastSeq }), 1000);
    else if (frame.do === "rejoin" || (frame.do === "resume" && PASSING.has(frame.why))) this.#askAgain();
    else if (ANSWERS.has(frame.do)) this.#tell("unanswered", frame);
    else if (frame.do === "start" || frame.do === "resume") {
      this.#end();
      this.#tell("refused", frame);
    }
  }

  /** It went wrong on the other side, or was too much at once: the talk is still there. */
  #askAgain() {
    window.setTimeout(() => {
      const frame = this.wire.state === "online" && !this.#mayWrite && !this.#over && this.#firstFrame();
      if (frame) this.wire.send(frame);
    }, 2000);
  }

  /** @param {{state: string, code: number}} line */
  #lineChanged(line) {
    if (line.state !== "online") this.#mayWrite = false;
    this.#tell("line", line);
  }

  /** The talk is over on the server: nothing to come back to, and what was not stored goes back to its writer. */
  #end() {
    this.#over = true;
    this.#farewell = this.#ticket = null;
    this.memory.forget();
    this.wire.stop();
    this.giveUp();
  }

  /** What was not stored goes back to its writer, in the order in which it was written. */
  giveUp() {
    const letters = this.outbox.giveUp();
    if (!letters.length) return;
    for (const { id } of letters) this.log.withdraw(id);
    this.#tell("returned", { text: letters.map(({ text }) => text).join("\n"), why: "closed" });
  }

  /** @param {string} kind @param {{id: string, text: string, why?: string}} letter */
  #onItsWay(kind, letter) {
    if (kind === "pending") this.log.pending(letter);
    else if (kind === "failed") this.log.failed(letter.id);
    else {
      this.log.withdraw(letter.id);
      this.#keepLetters();
      this.#tell("returned", letter);
    }
  }

  /** @param {string} name @param {any} detail */
  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
