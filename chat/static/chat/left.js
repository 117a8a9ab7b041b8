/** How much time is left, told in steps: a text that counts down each second would be read aloud again and again. */

const LOOK_EVERY = 5000;
/** Seconds by which a step is told too early at the most. */
const SLACK = 5;

/**
 * The longest of these steps that is left yet, or 0.
 * @param {number} seconds
 * @param {number[]} steps in seconds, the longest first
 */
export function stepOf(seconds, steps) {
  return steps.find((step) => step <= seconds + SLACK) ?? 0;
}

/** Tells every few seconds how many are left; whoever hears it says something when the step is another one. */
export class Countdown {
  #timer = 0;

  /** @param {(seconds: number) => void} tell */
  constructor(tell) {
    this.tell = tell;
  }

  /** @param {number} seconds from now on, as the server counts them */
  set(seconds) {
    this.stop();
    const end = Date.now() + seconds * 1000;
    const look = () => this.tell((end - Date.now()) / 1000);
    this.#timer = window.setInterval(look, LOOK_EVERY);
    look();
  }

  stop() {
    clearInterval(this.#timer);
  }
}
