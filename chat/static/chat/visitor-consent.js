/** The counsellor asks whether the visitor's address may be opened: what for, and who hears it; yes and no are equal (E05, E06). */

import { Countdown, stepOf } from "./left.js";
import { part, tell } from "./visitor-page.js";
import { fill } from "./words.js";

/**
 * @typedef {{id: string, state: string, offices: string[], recipient: string, purpose: string, left: number | null}} Asked
 */

/** Seconds that are left to answer, at which that is told. */
const STEPS = [300, 240, 180, 120, 60];

export class Consent {
  #id = "";
  /** What was told already: one line in the talk for one end. */
  #told = "";
  /** Whether an answer is on its way. */
  #waits = false;

  /**
   * @param {Record<string, any>} strings
   * @param {(frame: object) => boolean} send
   * @param {(sentence: string) => void} note writes a line in the talk
   */
  constructor(strings, send, note) {
    this.strings = strings;
    this.send = send;
    this.note = note;
    this.time = new Countdown((seconds) => {
      const step = stepOf(seconds, STEPS);
      const sentence = step > 60 ? strings.consent_left : step ? strings.consent_left_one : strings.consent_left_last;
      tell("consent-time", fill(sentence, { minutes: step / 60 }));
    });
    for (const [name, act] of Object.entries({ yes: "allow", no: "deny", back: "retract" })) {
      part(`consent-${name}`)?.addEventListener("click", () => this.#answer(act));
    }
  }

  /** @param {Asked} frame */
  hear(frame) {
    const { strings } = this;
    const recipient = strings.consent_recipients[frame.recipient] ?? "";
    this.close();
    if (frame.state === "asked") {
      this.#id = frame.id;
      tell("consent-purpose", frame.purpose);
      tell("consent-recipient", recipient);
      this.#show("consent-frame", "consent-asked", fill(strings.consent_ask, { who: this.#who(frame.offices) }));
      this.time.set(frame.left ?? 0);
    } else if (frame.state === "given") {
      this.#id = frame.id;
      this.#show("consent-strip", "consent-said", fill(strings.consent_given, { recipient }));
    } else {
      this.#end(frame, fill(strings.consent_ended[frame.state] ?? "", { recipient }));
    }
  }

  /** An answer that did not arrive counts for nothing: the question stands as it was. @param {{why: string}} refused */
  refused({ why }) {
    this.note(why === "over" ? this.strings.consent_over : this.strings.consent_again);
    this.#enable(why !== "over");
    if (why === "over") this.close();
  }

  /** @param {boolean} [goesOn] the talk waits for a colleague: a yes still counts, and can be taken back */
  close(goesOn = false) {
    this.time.stop();
    this.#show("consent-frame", "consent-asked", "");
    if (!goesOn) this.#show("consent-strip", "consent-said", "");
    this.#enable(true);
  }

  /** One press is one answer; until the server has it the buttons stand still. @param {string} act */
  #answer(act) {
    if (!this.#waits) this.#enable(!this.send({ do: act, consent: this.#id }));
  }

  /** What came of it, as a line in the talk. @param {Asked} frame @param {string} sentence */
  #end({ id, state }, sentence) {
    const told = `${id} ${state}`;
    if (sentence && told !== this.#told) this.note(sentence);
    this.#told = told;
  }

  /** @param {string[]} offices */
  #who(offices) {
    return offices.map((office) => this.strings.consent_offices[office] ?? "").join(this.strings.consent_and);
  }

  /** @param {boolean} enabled */
  #enable(enabled) {
    this.#waits = !enabled;
    for (const name of ["yes", "no", "back"]) part(`consent-${name}`)?.setAttribute("aria-disabled", String(!enabled));
  }

  /** @param {string} frame @param {string} words @param {string} text */
  #show(frame, words, text) {
    const box = /** @type {HTMLElement} */ (part(frame));
    const hadFocus = box.contains(document.activeElement);
    box.hidden = !text;
    tell(words, text);
    if (hadFocus && !text) /** @type {HTMLElement | null} */ (document.querySelector("chat-composer textarea"))?.focus();
  }
}
