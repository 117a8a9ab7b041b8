/** What the keyboard does at the desk. Keys are known by what they write (`event.key`), so azerty and qwertz work as they are labelled. */

import { ChatComposer } from "./chat-composer.js";
import { part, show } from "./desk-dom.js";
import { preferences } from "./desk-preferences.js";

/** What Enter does in the composer: asked once, beside the first talk; until then it sends. */
export class EnterChoice {
  constructor() {
    const follow = () => (ChatComposer.sendWith = preferences.get("enter") || "enter");
    follow();
    preferences.addEventListener("change", follow);
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (part("enter-choice").querySelectorAll("[data-enter]"))) {
      button.addEventListener("click", () => this.choose(button.dataset.enter ?? "enter"));
    }
  }

  /** @param {string} choice */
  choose(choice) {
    preferences.set("enter", choice);
    this.render(true);
    // The question goes away under the finger: writing is what comes next.
    /** @type {HTMLElement | null} */ (document.querySelector("#pane-talk .talk:not([hidden]) chat-composer"))?.focus();
  }

  /** @param {boolean} isTalking whether a talk that goes on is on the screen */
  render(isTalking) {
    show(part("enter-choice"), isTalking && preferences.get("enter") === "");
  }
}
