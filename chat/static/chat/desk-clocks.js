/** The three clocks of a talk: how long it lasts, when the visitor last wrote, and when the counsellor did. Words first, colour second. */

import { write } from "./desk-dom.js";
import { asMinutes, elapsed } from "./desk-time.js";
import { cuesBefore } from "./soft-end.js";
import { element, fill } from "./words.js";

/** @typedef {import("./desk-book.js").Entry} Entry */
/** @typedef {"calm" | "near" | "last" | "over"} Phase */

/** Minutes that a visitor waits for an answer until that stands out, and until it is late. */
const STANDS_OUT = 2;
const LATE = 5;

/**
 * How a talk stands against its soft length.
 * @param {number} minutes
 * @param {number} softMinutes
 * @returns {Phase}
 */
export function phase(minutes, softMinutes) {
  const left = softMinutes - minutes;
  if (left <= 0) return "over";
  const cues = cuesBefore(softMinutes);
  if (left <= Math.min(...cues)) return "last";
  return left <= Math.max(...cues) ? "near" : "calm";
}

/**
 * Minutes for which a visitor waits for our answer; -1 when it is not our turn.
 * @param {Entry} entry
 * @param {number} now
 */
export function waitsForUs(entry, now) {
  const { visitor, counsellor } = entry.spoke;
  if (!entry.isOpen || !visitor || visitor <= counsellor) return -1;
  return asMinutes(elapsed(visitor, now));
}

/**
 * @param {number} minutes as `waitsForUs` gives them
 * @returns {Phase}
 */
export function urgency(minutes) {
  if (minutes < STANDS_OUT) return "calm";
  return minutes < LATE ? "near" : "over";
}

export class Clocks {
  whole = element("p", "talk__clock");
  visitor = element("p", "talk__since");
  own = element("p", "talk__since");
  /** @type {Phase | null} null until the first look: what is past is not told again after a reload */
  #told = null;

  /**
   * @param {Record<string, string>} strings
   * @param {(sentence: string) => void} cue
   */
  constructor(strings, cue) {
    this.strings = strings;
    this.cue = cue;
  }

  get lines() {
    return [this.whole, this.visitor, this.own];
  }

  /** @param {Entry} entry @param {number} now */
  render(entry, now) {
    const { talk, ended, spoke } = entry;
    const minutes = asMinutes(elapsed(talk.claimed, ended?.at ?? now));
    const how = ended ? "calm" : phase(minutes, talk.soft_minutes);
    const sentences = { calm: this.strings.clock, near: this.strings.clock_near, last: this.strings.clock_near, over: this.strings.clock_over };
    this.whole.dataset.phase = how;
    write(this.whole, fill(sentences[how], { n: minutes, left: talk.soft_minutes - minutes, over: minutes - talk.soft_minutes }));
    this.#tell(how, talk.soft_minutes - minutes);
    const waits = waitsForUs(entry, now);
    this.visitor.hidden = this.own.hidden = Boolean(ended);
    this.visitor.dataset.phase = urgency(waits);
    write(this.visitor, this.#since(spoke.visitor, now, waits < 0 ? this.strings.since_visitor : this.strings.since_visitor_waits, this.strings.since_visitor_none));
    write(this.own, this.#since(entry.wroteAt, now, this.strings.since_own, this.strings.since_own_none));
  }

  /** @param {string} at @param {number} now @param {string} sentence @param {string} never */
  #since(at, now, sentence, never) {
    if (!at) return never;
    const minutes = asMinutes(elapsed(at, now));
    return fill(sentence, { time: minutes === 0 ? this.strings.since_now : fill(this.strings.since_minutes, { n: minutes }) });
  }

  /** @param {Phase} how @param {number} left */
  #tell(how, left) {
    const before = this.#told;
    this.#told = how;
    if (before === null || before === how || how === "calm") return;
    this.cue(how === "over" ? this.strings.cue_over : fill(this.strings.cue_left, { n: left }));
  }
}
