/**
 * What the keyboard does at the desk. Keys are known by what they write (`event.key`) and never by their place, so Belgian azerty and
 * qwertz work as their keys are labelled. Single keys work outside text fields only and can be switched off (WCAG 2.1.4).
 */

import { ChatComposer } from "./chat-composer.js";
import { part, show } from "./desk-dom.js";
import { preferences } from "./desk-preferences.js";

/** @typedef {{take: () => void, turn: (by: number) => void, go: (place: number) => void, write: () => void, end: () => void, pause: () => void, quiet: () => void}} Deeds */

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

export class Keys {
  /** @type {Map<string, () => void>} */
  #deeds;

  /** @param {Deeds} deeds */
  constructor(deeds) {
    this.#deeds = new Map([
      ["n", deeds.take], ["j", () => deeds.turn(1)], ["k", () => deeds.turn(-1)], ["r", deeds.write], ["e", deeds.end],
      ["p", deeds.pause], ["m", deeds.quiet], ["?", () => this.open()],
    ]);
    for (let place = 1; place <= 9; place += 1) this.#deeds.set(String(place), () => deeds.go(place - 1));
    document.addEventListener("keydown", (event) => this.#pressed(event));
    for (const button of document.querySelectorAll("[data-show-keys]")) button.addEventListener("click", () => this.open());
  }

  /** Another part of the desk has a key of its own. @param {string} key as it is written @param {() => void} deed */
  add(key, deed) {
    this.#deeds.set(key, deed);
  }

  open() {
    /** @type {HTMLDialogElement | null} */ (document.querySelector("dialog[open]"))?.close();
    /** @type {HTMLDialogElement} */ (part("keys")).showModal();
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    if (event.defaultPrevented || event.isComposing || event.keyCode === 229) return;
    const target = /** @type {HTMLElement} */ (event.target);
    if (document.querySelector("dialog[open]")) return;
    if (event.key === "Escape") leave(target);
    else if (isFree(event, target)) this.#act(event);
  }

  /** @param {KeyboardEvent} event */
  #act(event) {
    const deed = this.#deeds.get(event.key.toLowerCase());
    if (!deed || event.repeat) return;
    event.preventDefault();
    deed();
  }
}

/** Out of a text field to the name of its talk: from there single keys work, and Tab goes on. @param {HTMLElement} target */
function leave(target) {
  if (isText(target)) /** @type {HTMLElement | null} */ (target.closest(".talk")?.querySelector(".talk__name"))?.focus();
}

/**
 * Whether this press is a single key, and nobody is writing. Shift is part of writing `?` and, on azerty, a digit.
 * @param {KeyboardEvent} event
 * @param {HTMLElement} target
 */
function isFree(event, target) {
  const isCombined = event.ctrlKey || event.metaKey || event.altKey || event.getModifierState("AltGraph");
  return preferences.get("keys") && !isCombined && !isText(target);
}

/** @param {HTMLElement} target */
function isText(target) {
  const isPress = target instanceof HTMLInputElement && ["checkbox", "button", "submit"].includes(target.type);
  return target.isContentEditable || (target.matches("input, textarea, select") && !isPress);
}
