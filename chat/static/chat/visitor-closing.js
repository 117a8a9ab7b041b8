/** Somebody who waits while the line will close is told so in good time, in a few steps. */

import { Countdown, stepOf } from "./left.js";
import { tell } from "./visitor-page.js";
import { fill } from "./words.js";

const MINUTES = [15, 10, 7, 5, 3, 2];

/**
 * @param {import("./visitor-talk.js").Talk} talk
 * @param {Record<string, string>} strings
 */
export function watchClosing(talk, strings) {
  const steps = MINUTES.map((minutes) => minutes * 60);
  const countdown = new Countdown((seconds) => {
    const step = stepOf(seconds, steps);
    if (seconds > steps[0]) tell("closes", "");
    else tell("closes", step ? fill(strings.closing_left, { minutes: step / 60 }) : strings.closing_last);
  });
  talk.addEventListener("place", (event) => {
    const { closes, now } = /** @type {CustomEvent} */ (event).detail;
    if (closes) countdown.set((Date.parse(closes) - Date.parse(now)) / 1000);
    else stop();
  });
  const stop = () => {
    countdown.stop();
    tell("closes", "");
  };
  talk.addEventListener("moved", stop);
  talk.addEventListener("gone", stop);
}
