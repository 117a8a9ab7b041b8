/** What a counsellor prefers on this device: plain choices in `localStorage`, never anything of a talk; and the panel that changes them. */

import { part } from "./desk-dom.js";

const PLACE = "toeverlaat.desk";
/** Every preference with its first value; a choice from a list names the list. An empty `enter`: nobody was asked yet. */
const FIRST = { sound: true, tone: "bell", volume: 60, soft: true, notify: false, keys: true, enter: "", undo: false, typed: false };
/** @type {Record<string, string[]>} */
const CHOICES = { tone: ["bell", "wood", "wave"], enter: ["", "enter", "ctrl"] };

/** @typedef {keyof typeof FIRST} Name */

/**
 * `preferences.get("undo")`, `preferences.set("undo", true)`; fires `change` with `{name, value}`, also when another tab of this
 * device changed it. A field of the panel with `data-preference="<name>"` is filled in and read without more.
 */
export class Preferences extends EventTarget {
  #known = { ...FIRST };

  constructor() {
    super();
    this.#read();
    window.addEventListener("storage", (event) => {
      if (event.key === PLACE || event.key === null) this.#read();
    });
  }

  /**
   * @template {Name} N
   * @param {N} name
   * @returns {typeof FIRST[N]}
   */
  get(name) {
    return this.#known[name];
  }

  /** @param {Name} name @param {string | number | boolean} value */
  set(name, value) {
    if (!isPossible(name, value) || this.#known[name] === value) return;
    this.#take(name, value);
    try {
      localStorage.setItem(PLACE, JSON.stringify(this.#known));
    } catch {
      // A browser that stores nothing: the choice holds until the page goes.
    }
  }

  #read() {
    const stored = kept();
    for (const name of /** @type {Name[]} */ (Object.keys(FIRST))) {
      const value = stored[name] ?? FIRST[name];
      if (isPossible(name, value) && this.#known[name] !== value) this.#take(name, value);
    }
  }

  /** @param {Name} name @param {any} value */
  #take(name, value) {
    /** @type {Record<string, any>} */ (this.#known)[name] = value;
    this.dispatchEvent(new CustomEvent("change", { detail: { name, value } }));
  }
}

/** What this device remembers, as far as it can be read. @returns {Record<string, any>} */
function kept() {
  try {
    const stored = JSON.parse(localStorage.getItem(PLACE) ?? "{}");
    return stored && typeof stored === "object" ? stored : {};
  } catch {
    return {};
  }
}

/** @param {Name} name @param {unknown} value */
function isPossible(name, value) {
  if (!(name in FIRST) || typeof value !== typeof FIRST[name]) return false;
  if (name === "volume") return Number(value) >= 0 && Number(value) <= 100;
  return CHOICES[name]?.includes(String(value)) ?? true;
}

export const preferences = new Preferences();

/** Join the fields of the page with the preferences, in both directions, and open the panel from its button. */
export function watchPanel() {
  const fields = /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll("[data-preference]"));
  const fillIn = () => fields.forEach(fillField);
  for (const field of fields) field.addEventListener(field.type === "range" ? "input" : "change", () => takeField(field));
  preferences.addEventListener("change", fillIn);
  fillIn();
  part("preferences-open").addEventListener("click", openPanel);
}

export function openPanel() {
  const dialog = /** @type {HTMLDialogElement} */ (part("preferences"));
  if (!dialog.open) dialog.showModal();
}

/** @param {HTMLInputElement} field */
function fillField(field) {
  const value = preferences.get(/** @type {Name} */ (field.dataset.preference));
  if (field.type === "checkbox") field.checked = Boolean(value);
  else if (field.type === "radio") field.checked = field.value === value;
  else field.value = String(value);
}

/** @param {HTMLInputElement} field */
function takeField(field) {
  const name = /** @type {Name} */ (field.dataset.preference);
  if (field.type === "checkbox") preferences.set(name, field.checked);
  else preferences.set(name, typeof FIRST[name] === "number" ? Number(field.value) : field.value);
}
