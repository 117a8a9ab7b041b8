/** The visitor's yes to opening their address, on the desk: asked here, answered by the visitor, and never by us (E05, E06). */

import { enable, isEnabled, part, show, tree, write } from "./desk-dom.js";
import { nameOf } from "./desk-lists.js";
import { stepOf } from "./left.js";
import { clock, element, fill } from "./words.js";

/**
 * @typedef {import("./desk-talk.js").TalkPane} TalkPane
 * @typedef {import("./desk-book.js").Entry} Entry
 * @typedef {{id: string, state: string, recipient: string, purpose: string, at: string, until: string}} Question
 * @typedef {{talk: string, possible: boolean, why: string | null, again: string | null, recipients: string[], asks: boolean,
 *   question: Question | null}} Told
 */

/** Seconds that a question still stands, at which that is told. */
const STEPS = [300, 240, 180, 120, 60, 30];
const ACTIONS = new Set(["consent", "ask_consent", "drop_consent"]);

/** How the question of one talk stands, in the pane of that talk. */
class Card {
  /** @type {Told | null} */
  told = null;
  #drawn = "";
  /** The end that was read and put away. */
  #read = "";

  /**
   * @param {TalkPane} pane
   * @param {Record<string, any>} strings
   * @param {(frame: object) => void} post
   */
  constructor(pane, strings, post) {
    this.entry = pane.entry;
    this.strings = strings;
    this.post = post;
    this.text = element("p", "consent__text");
    this.text.setAttribute("role", "status");
    this.time = element("p", "soft");
    this.row = element("div", "row");
    this.root = tree("div", "consent", this.text, this.time, this.row);
    pane.status.before(this.root);
    show(this.root, false);
  }

  /** @param {number} now */
  render(now) {
    const question = this.entry.isOpen ? (this.told?.question ?? null) : null;
    const state = question ? `${question.id} ${question.state} ${this.told?.asks}` : "";
    const shown = question !== null && state !== this.#read;
    show(this.root, shown);
    if (!question || !shown) return;
    if (state !== this.#drawn) this.#draw(question, state);
    this.#drawn = state;
    write(this.time, question.state === "asked" ? this.#left((Date.parse(question.until) - now) / 1000) : "");
    show(this.time, this.time.textContent !== "");
  }

  /** @param {Question} question @param {string} state */
  #draw(question, state) {
    const { strings, entry } = this;
    const sentence = strings.consent_states[question.state] ?? "";
    const recipient = strings.consent_recipients[question.recipient] ?? "";
    write(this.text, fill(sentence, { visitor: nameOf(entry, strings), recipient, time: clock(question.at) }));
    const drop = { do: "drop_consent", talk: entry.talk.code, consent: question.id };
    if (question.state === "asked") this.row.replaceChildren(this.#button(strings.hand_withdraw, () => this.post(drop)));
    else if (question.state === "given") {
      const next = this.told?.asks ? this.#link() : element("p", "soft", fill(strings.consent_code, { code: entry.talk.code }));
      this.row.replaceChildren(next, this.#button(strings.consent_drop, () => this.post(drop)));
    } else this.row.replaceChildren(this.#button(strings.hand_close, () => this.#putAway(state)));
  }

  /** @param {string} state */
  #putAway(state) {
    this.#read = state;
    show(this.root, false);
    /** @type {HTMLElement | null} */ (this.root.parentElement?.querySelector("chat-composer textarea"))?.focus();
  }

  /** The page on which it is asked of the office, with this talk. */
  #link() {
    const made = element("a", "button", this.strings.consent_open);
    made.append(element("span", "visually-hidden", ` ${this.strings.new_tab}`));
    const known = /** @type {HTMLAnchorElement} */ (part("known-opening").querySelector("a"));
    made.href = `${known.pathname}?talk=${encodeURIComponent(this.entry.talk.code)}`;
    made.target = "_blank";
    made.rel = "noopener";
    return made;
  }

  /** @param {string} word @param {() => void} act */
  #button(word, act) {
    const made = element("button", "button button--quiet", word);
    made.type = "button";
    made.addEventListener("click", act);
    return made;
  }

  /** @param {number} seconds */
  #left(seconds) {
    const { strings } = this;
    const step = stepOf(seconds, STEPS);
    const shorter = { 60: strings.hand_left_one, 30: strings.hand_left_half, 0: strings.hand_left_last };
    return fill(shorter[/** @type {keyof typeof shorter} */ (step)] ?? strings.hand_left, { n: step / 60 });
  }
}

export class Consents {
  /** @type {Map<string, Card>} */
  #cards = new Map();
  /** @type {Entry | null} */
  #entry = null;

  /**
   * @param {Record<string, any>} strings
   * @param {(frame: object) => boolean} post
   */
  constructor(strings, post) {
    this.strings = strings;
    this.post = post;
    this.button = part("consent-ask");
    this.button.addEventListener("click", () => isEnabled(this.button) && void this.#ask());
  }

  /** @param {TalkPane} pane */
  lay(pane) {
    this.#cards.set(pane.code, new Card(pane, this.strings, (frame) => void this.#send(frame)));
    this.#look(pane.code);
  }

  /** @param {string} code */
  drop(code) {
    this.#cards.delete(code);
  }

  empty() {
    this.#cards.clear();
    this.#explain("");
  }

  /** The line is there again: what was answered meanwhile was not told. */
  arrive() {
    for (const code of this.#cards.keys()) this.#look(code);
  }

  /** @param {Told} told */
  heard(told) {
    const card = this.#cards.get(told.talk);
    if (card) card.told = told;
    if (told.talk === this.#entry?.talk.code) this.#explain("");
  }

  /** @param {{talk: string}} news */
  news({ talk }) {
    this.#look(talk);
  }

  /** @param {{do: string | null, why: string, again?: string}} frame */
  refused({ do: action, why, again }) {
    if (!ACTIONS.has(action ?? "")) return;
    const { strings } = this;
    const known = { ...this.#hints(again ?? null), over: strings.hand_over, unlogged: strings.refused_unlogged };
    if (action !== "consent") this.#explain(known[/** @type {keyof typeof known} */ (why)] ?? strings.refused_broken);
  }

  /** @param {Entry | null} entry the talk on the screen */
  render(entry) {
    if (this.#entry !== entry) this.#explain("");
    this.#entry = entry;
    const now = Date.now();
    for (const card of this.#cards.values()) card.render(now);
    const told = this.#told;
    show(part("known-consent"), told?.possible ?? false);
    const again = told?.again && Date.parse(told.again) <= now ? null : told?.why;
    enable(this.button, !again);
    const hints = this.#hints(told?.again ?? null);
    write(part("consent-hint"), again ? (hints[/** @type {keyof typeof hints} */ (again)] ?? "") : "");
  }

  get #told() {
    return this.#entry?.isOpen ? (this.#cards.get(this.#entry.talk.code)?.told ?? null) : null;
  }

  /** Why the visitor cannot be asked now. @param {string | null} again */
  #hints(again) {
    const { strings } = this;
    return {
      pending: strings.consent_pending,
      enough: strings.consent_enough,
      too_soon: fill(strings.consent_too_soon, { time: again ? clock(again) : "" }),
    };
  }

  /** @param {string} code */
  #look(code) {
    this.post({ do: "consent", talk: code });
  }

  /** @param {object} frame */
  #send(frame) {
    this.#explain(this.post(frame) ? "" : this.strings.refused_offline);
  }

  /** @param {string} sentence */
  #explain(sentence) {
    write(part("consent-refusal"), sentence);
    show(part("consent-refusal"), sentence !== "");
  }

  async #ask() {
    const entry = this.#entry;
    const told = this.#told;
    if (!entry || !told) return;
    const dialog = /** @type {HTMLDialogElement} */ (part("consent"));
    const form = /** @type {HTMLFormElement} */ (dialog.querySelector("form"));
    form.reset();
    part("consent-recipient").replaceChildren(...told.recipients.map((name) => {
      const option = element("option", "", this.strings.consent_recipients[name] ?? name);
      option.value = name;
      return option;
    }));
    dialog.returnValue = "";
    dialog.showModal();
    await new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
    const given = new FormData(form);
    if (dialog.returnValue !== "ask" || !entry.isOpen) return;
    this.#send({ do: "ask_consent", talk: entry.talk.code, recipient: given.get("recipient"), purpose: String(given.get("purpose")).trim() });
  }
}
