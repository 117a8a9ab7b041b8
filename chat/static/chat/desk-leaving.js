/** Before a counsellor with talks signs out: hand over, end, or stay? Without JavaScript the form just works. */

import { part, write } from "./desk-dom.js";
import { counted } from "./desk-time.js";

export class Leaving {
  /** Whether it was asked and answered: then nothing is asked a second time. */
  isSure = false;

  /**
   * @param {Record<string, string>} strings
   * @param {() => number} talks how many go on now
   */
  constructor(strings, talks) {
    this.strings = strings;
    this.talks = talks;
    const form = /** @type {HTMLFormElement} */ (part("sign-out"));
    // Before all others that hear it: nothing is forgotten as long as somebody may stay.
    form.addEventListener("submit", (event) => {
      if (this.isSure || talks() === 0) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      void this.ask(form);
    }, { capture: true });
  }

  /** @param {HTMLFormElement} form */
  async ask(form) {
    const dialog = /** @type {HTMLDialogElement} */ (part("leaving"));
    write(part("leaving-title"), counted(this.talks(), this.strings.leaving_one, this.strings.leaving_many));
    dialog.returnValue = "";
    dialog.showModal();
    await new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
    if (dialog.returnValue !== "go") return;
    this.isSure = true;
    form.requestSubmit();
  }
}
