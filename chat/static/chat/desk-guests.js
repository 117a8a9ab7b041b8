/**
 * Parts of the third pane that other apps bring along. They hear which talk is on the screen (`desk:talk`) and the keys that they
 * asked for (`desk:key`), and may say that they are ready for the next talk (`desk:next`); of the desk they know nothing.
 */

/** @typedef {import("./desk-book.js").Entry} Entry */

export class Guests {
  #told = "";

  /**
   * @param {import("./desk-keys.js").Keys} keys
   * @param {(code: string) => void} next
   */
  constructor(keys, next) {
    const parts = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-guest-key]"));
    for (const { dataset } of parts) keys.add(dataset.guestKey ?? "", () => tell("desk:key", { key: dataset.guestKey }));
    document.addEventListener("desk:next", (event) => next(/** @type {CustomEvent} */ (event).detail.code));
  }

  /** @param {Entry | null} entry the talk on the screen */
  render(entry) {
    const talk = { code: entry?.talk.code ?? null, isOpen: entry?.isOpen ?? false };
    const told = JSON.stringify(talk);
    if (told === this.#told) return;
    this.#told = told;
    tell("desk:talk", talk);
  }
}

/** @param {string} name @param {object} detail */
function tell(name, detail) {
  document.dispatchEvent(new CustomEvent(name, { detail }));
}
