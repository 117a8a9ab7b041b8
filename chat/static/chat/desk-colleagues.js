/** The colleagues at their desks, and for a mentor the talks that go on. Nothing here ranks anybody. */

import { keepInStep, part, show, tree, write } from "./desk-dom.js";
import { clock, element, fill } from "./words.js";

/** @typedef {{id: string, name: string, state: string, lines: string[], talks: number, room: number}} Colleague */
/** @typedef {{code: string, line_name: string, counsellor: string, since: string, along: boolean}} Guided */

export class Colleagues {
  /**
   * @param {Record<string, any>} strings
   * @param {(talk: string, why: string) => void} onTakeOver
   * @param {() => boolean} mayTake whether one more talk can come here; says why when not
   * @param {(one: Guided, about: string) => void} onRead
   */
  constructor(strings, onTakeOver, mayTake, onRead) {
    this.onRead = onRead;
    this.strings = strings;
    this.onTakeOver = onTakeOver;
    this.mayTake = mayTake;
    /** @type {Colleague[]} */
    this.there = [];
    /** @type {Map<string, string>} by talk: why it is to be taken over, until it is not there to be taken any more */
    this.reasons = new Map();
  }

  /** @param {{colleagues: Colleague[], guided: Guided[], along?: {code: string} | null}} frame */
  tell({ colleagues, guided, along }) {
    this.there = colleagues;
    for (const code of this.reasons.keys()) if (!guided.some((one) => one.code === code)) this.reasons.delete(code);
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
    keepInStep(part("guided"), guided, (one) => one.code, (one) => this.makeGuided(one), (child, one) => {
      // Where the policy lets nobody read along there is no button for it; and none while one reads this talk along already.
      const read = child.querySelector(".guided__read");
      const may = one.along && along?.code !== one.code;
      if (may && !read) child.append(this.makeRead(one));
      if (!may) read?.remove();
    });
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

  /** @param {Guided} one */
  makeRead(one) {
    const about = fill(this.strings.guided_about, { name: one.counsellor, line: one.line_name, time: clock(one.since) });
    const read = element("button", "button button--quiet guided__read", this.strings.guided_read);
    read.type = "button";
    read.setAttribute("aria-label", `${this.strings.guided_read}: ${about}`);
    read.addEventListener("click", () => this.onRead(one, about));
    return read;
  }

  /**
   * @param {Guided} one
   * @param {string} about
   */
  async ask(one, about) {
    if (!this.mayTake()) return;
    const dialog = /** @type {HTMLDialogElement} */ (part("takeover"));
    const why = /** @type {HTMLTextAreaElement} */ (part("takeover-why"));
    why.value = this.reasons.get(one.code) ?? "";
    write(part("takeover-about"), about);
    dialog.returnValue = "";
    dialog.showModal();
    await new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
    this.reasons.set(one.code, why.value);
    if (dialog.returnValue === "take" && why.value.trim()) this.onTakeOver(one.code, why.value.trim());
  }
}
