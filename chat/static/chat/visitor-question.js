/** The counsellor asks whether the visitor wants to go on with somebody else; yes and no are equal (C10). */

import { Countdown, stepOf } from "./left.js";
import { part, tell } from "./visitor-page.js";
import { fill } from "./words.js";

/** @typedef {{id: string, open: boolean, how: string, name: string | null, agreement: string | null, left: number, why?: string}} Offer */

/** Seconds that are left to answer, at which that is told. */
const STEPS = [180, 120, 60];

export class Question {
  #id = "";
  /** With whom an outside body goes on, and what was agreed about it: a yes that ends the talk. */
  #asked = "";
  /** What the visitor said yes to; it stays in sight until they go, and is stored nowhere. */
  agreed = "";

  /**
   * @param {Record<string, any>} strings
   * @param {(id: string, yes: boolean) => void} answer
   */
  constructor(strings, answer) {
    this.strings = strings;
    this.time = new Countdown((seconds) => {
      const step = stepOf(seconds, STEPS);
      const sentence = step > 60 ? strings.ask_left : step ? strings.ask_left_one : strings.ask_left_last;
      tell("question-time", fill(sentence, { minutes: step / 60 }));
    });
    for (const yes of [true, false]) {
      part(yes ? "question-yes" : "question-no")?.addEventListener("click", () => {
        const id = this.#id;
        this.agreed = yes ? this.#asked : "";
        this.close();
        // Where the typing goes on, whatever the answer.
        /** @type {HTMLElement | null} */ (document.querySelector("chat-composer textarea"))?.focus();
        if (id) answer(id, yes);
      });
    }
  }

  /** @param {Offer} offer */
  hear(offer) {
    if (!offer.open) {
      if (offer.why !== "done") this.agreed = "";
      if (offer.id === this.#id) this.close();
      return;
    }
    this.#id = offer.id;
    const { strings } = this;
    this.#asked = offer.how === "body" ? `${fill(strings.agreed, { name: offer.name ?? "" })} ${offer.agreement ?? ""}` : "";
    const sentences = { colleague: strings.ask_colleague, line: strings.ask_line, body: strings.ask_body };
    const sentence = sentences[/** @type {keyof typeof sentences} */ (offer.how)] ?? "";
    tell("question-agreement", offer.agreement ?? "");
    this.time.set(offer.left);
    this.#show(fill(sentence, { name: offer.name || strings.ask_somebody }));
  }

  /** What was agreed, beside the last words and the goodbye; "" once the visitor goes from there. */
  recall(text = this.agreed) {
    this.agreed = text;
    tell("over-agreed", text);
    tell("thanks-agreed", text);
  }

  close() {
    this.#id = "";
    this.time.stop();
    this.#show("");
  }

  /** @param {string} text */
  #show(text) {
    /** @type {HTMLElement} */ (part("question-frame")).hidden = !text;
    /** @type {HTMLElement} */ (part("question")).textContent = text;
  }
}
