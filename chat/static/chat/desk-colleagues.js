/** The colleagues at their desks, and for a mentor the talks that go on. Nothing here ranks anybody. */

import { keepInStep, part, show, tree, write } from "./desk-dom.js";
import { clock, element, fill } from "./words.js";

/** @typedef {{id: string, name: string, state: string, lines: string[], talks: number, room: number}} Colleague */
/** @typedef {{code: string, line_name: string, counsellor: string, since: string}} Guided */

export class Colleagues {
  /**
   * @param {Record<string, any>} strings
   * @param {(talk: string, why: string) => void} onTakeOver
   */
  constructor(strings, onTakeOver) {
    this.strings = strings;
    this.onTakeOver = onTakeOver;
    /** @type {Colleague[]} */
    this.there = [];
  }

  /** @param {{colleagues: Colleague[], guided: Guided[]}} frame */
  tell({ colleagues, guided }) {
    this.there = colleagues;
    show(part("colleagues-empty"), colleagues.length === 0);
    show(part("colleagues"), colleagues.length > 0);
    keepInStep(
      part("colleagues"), colleagues, (one) => one.id,
      () => tree("li", "list__item colleague", element("span", "colleague__name"), element("span", "colleague__state")),
      (child, one) => {
        write(child.children[0], one.name);
        write(child.children[1], this.room(one));
      },
    );
    show(part("guided-frame"), guided.length > 0);
    keepInStep(part("guided"), guided, (one) => one.code, (one) => this.makeGuided(one), () => {});
  }

  /** @param {Colleague} one */
  room(one) {
    if (one.state !== "present") return this.strings.colleague_pause;
    return one.room > 0 ? fill(this.strings.colleague_room, { n: one.room }) : this.strings.colleague_full;
  }

  /** @param {Guided} one */
  makeGuided(one) {
    const about = fill(this.strings.guided_about, { name: one.counsellor, line: one.line_name, time: clock(one.since) });
    const button = element("button", "button button--quiet", this.strings.guided_take);
    button.type = "button";
    button.setAttribute("aria-label", `${this.strings.guided_take}: ${about}`);
    button.addEventListener("click", () => void this.ask(one, about));
    return tree("li", "list__item guided", element("span", "guided__about", about), button);
  }

  /**
   * @param {Guided} one
   * @param {string} about
   */
  async ask(one, about) {
    const dialog = /** @type {HTMLDialogElement} */ (part("takeover"));
    const why = /** @type {HTMLTextAreaElement} */ (part("takeover-why"));
    why.value = "";
    write(part("takeover-about"), about);
    dialog.returnValue = "";
    dialog.showModal();
    await new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
    if (dialog.returnValue === "take" && why.value.trim()) this.onTakeOver(one.code, why.value.trim());
  }
}
