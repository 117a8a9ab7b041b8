/** What was written and not yet sent survives a reload of the desk: in this tab alone, and no longer than the talk lasts. */

import { keep, kept } from "./desk-kept.js";

const PLACE = "toeverlaat.draft.";
/** A message that waits its three seconds (desk-undo.js). */
const HELD = "toeverlaat.held.";

export class Drafts {
  constructor() {
    // Who signs out leaves nothing behind for the next person at this computer.
    for (const form of document.querySelectorAll("form[method=post]")) form.addEventListener("submit", () => this.keepOnly([]));
  }

  /**
   * Give a new pane what was written in it before, and follow what is written now.
   * @param {string} code
   * @param {import("./chat-composer.js").ChatComposer} composer
   */
  follow(code, composer) {
    const draft = kept(PLACE + code);
    if (draft && !composer.value) {
      composer.value = draft.text;
      composer.spoken = draft.lang;
    }
    composer.addEventListener("draft", () => keep(PLACE + code, { text: composer.value, lang: composer.spoken }));
  }

  /** The talk is over: on the screen the text can still be copied, and nowhere else is it kept. @param {string} code */
  forget(code) {
    keep(PLACE + code, null);
  }

  /** What belongs to none of these talks is of an earlier shift, or of somebody else. @param {string[]} codes */
  keepOnly(codes) {
    try {
      for (const key of Object.keys(sessionStorage)) {
        const place = [PLACE, HELD].find((one) => key.startsWith(one));
        if (place && !codes.includes(key.slice(place.length))) sessionStorage.removeItem(key);
      }
    } catch {
      // A browser that stores nothing has nothing to forget.
    }
  }
}
