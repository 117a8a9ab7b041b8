/** Small hands for the desk's elements; text goes in as text, never as HTML. */

import { element } from "./words.js";

/**
 * An element that holds others.
 * @param {keyof HTMLElementTagNameMap} tag
 * @param {string} className
 * @param {...HTMLElement} children
 * @returns {HTMLElement}
 */
export function tree(tag, className, ...children) {
  const made = element(tag, className);
  made.append(...children);
  return made;
}

/**
 * The one element of the page with this id; the template and the modules belong together, so a missing one is a fault.
 * @template {HTMLElement} [T=HTMLElement]
 * @param {string} id
 * @returns {T}
 */
export function part(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no #${id}`);
  return /** @type {T} */ (found);
}

/**
 * Write a text only when it is another one, so that clocks do not disturb a selection or a screen reader.
 * @param {Element} target
 * @param {string} text
 */
export function write(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

/**
 * Show or hide.
 * @param {HTMLElement} target
 * @param {boolean} shown
 */
export function show(target, shown) {
  target.hidden = !shown;
}

/**
 * Greyed out but still in reach of the keyboard, so that the reason can be read where the button is.
 * @param {HTMLElement} button
 * @param {boolean} possible
 */
export function enable(button, possible) {
  button.setAttribute("aria-disabled", String(!possible));
}

/**
 * @param {HTMLElement} button
 * @returns {boolean}
 */
export function isEnabled(button) {
  return button.getAttribute("aria-disabled") !== "true";
}

/**
 * Keep a list's children in step with values, reusing elements so that focus stays where it is.
 * @template T
 * @param {HTMLElement} list
 * @param {T[]} values
 * @param {(value: T) => string} keyOf
 * @param {(value: T) => HTMLElement} make
 * @param {(child: HTMLElement, value: T) => void} update
 */
export function keepInStep(list, values, keyOf, make, update) {
  const before = new Map([...list.children].map((child) => [/** @type {HTMLElement} */ (child).dataset.key, child]));
  values.forEach((value, position) => {
    const key = keyOf(value);
    const child = /** @type {HTMLElement} */ (before.get(key) ?? make(value));
    child.dataset.key = key;
    before.delete(key);
    update(child, value);
    if (list.children[position] !== child) list.insertBefore(child, list.children[position] ?? null);
  });
  before.forEach((child) => child.remove());
}
