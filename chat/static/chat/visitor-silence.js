/** Somebody who says nothing for long is asked whether they are still there, in good time; any touch, key or word is a yes. */

import { part, tell } from "./visitor-page.js";
import { fill } from "./words.js";

const TOUCHES = ["pointerdown", "keydown", "input"];

/**
 * @param {import("./visitor-talk.js").Talk} talk
 * @param {Record<string, string>} strings
 * @param {() => void} call draws attention where the talk is out of sight
 */
export function watchSilence(talk, strings, call) {
  const notice = /** @type {HTMLElement} */ (part("still"));
  let shown = 0;
  const show = (/** @type {number} */ step, /** @type {string} */ sentence) => {
    shown = step;
    notice.hidden = step === 0;
    // One sentence for each step: a text that counts down would be read aloud again and again.
    tell("still-text", sentence);
    tell("still-aloud", sentence);
  };
  const answer = () => {
    if (shown === 0) return;
    talk.wire.send({ do: "still" });
    // What opens the keyboard again is not taken away from under the finger.
    const hadFocus = notice.contains(document.activeElement);
    show(0, "");
    if (hadFocus) /** @type {HTMLElement | null} */ (document.querySelector("chat-composer"))?.focus();
  };
  talk.wire.addEventListener("silence", (event) => {
    const { step, seconds } = /** @type {CustomEvent} */ (event).detail;
    if (step === shown) return;
    if (step === 0) show(0, "");
    else show(step, step === 1 ? fill(strings.still_first, { minutes: Math.max(1, Math.floor(seconds / 60)) }) : strings.still_last);
    if (step > 0) call();
  });
  talk.addEventListener("moved", () => show(0, ""));
  notice.addEventListener("click", answer);
  // On the notice itself the press comes first and the click answers: a notice that went with the press would send the click elsewhere.
  for (const touch of TOUCHES) {
    document.addEventListener(touch, (event) => notice.contains(/** @type {Node} */ (event.target)) || answer(), { capture: true, passive: true });
  }
}
