/** Told in time that a talk comes to its end (C03): calmly, a few times, and never as a clock that counts down. */

import { cuesBefore } from "./soft-end.js";
import { fill } from "./words.js";

const LOOK_EVERY = 5000;

export class Cues {
  #timer = 0;
  /** Told up to here, in minutes before the end. */
  #told = Infinity;
  #end = 0;
  #soft = 0;

  /**
   * @param {Record<string, string>} strings
   * @param {(sentence: string) => void} tell
   */
  constructor(strings, tell) {
    this.strings = strings;
    this.tell = tell;
  }

  /** @param {{left: number, soft_minutes: number}} clock seconds until the soft end, as the server counts them */
  set({ left, soft_minutes: soft }) {
    clearInterval(this.#timer);
    this.#end = Date.now() + left * 1000;
    this.#soft = soft;
    this.#timer = window.setInterval(() => this.#look(), LOOK_EVERY);
    this.#look();
  }

  /** Another talk, or none: what was told counts no more. */
  stop() {
    clearInterval(this.#timer);
    this.#told = Infinity;
  }

  #look() {
    const left = (this.#end - Date.now()) / 60_000;
    const passed = [...cuesBefore(this.#soft), 0].filter((minutes) => left <= minutes);
    const now = Math.min(...passed);
    if (now >= this.#told) return;
    this.#told = now;
    this.tell(now ? fill(this.strings.cue_before, { minutes: now }) : this.strings.cue_end);
  }
}
