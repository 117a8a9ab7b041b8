/** Clocks and counted words of the desk: values in, text out. */

import { fill } from "./words.js";

/** How far our clock may be off before we correct it, in milliseconds: below this the page's own travel time weighs more. */
const TOLERANCE = 3000;

/**
 * By how much the server's clock is ahead of this computer's, from the instant at which the server made this page.
 * A desk with a wrong clock would otherwise show wrong waits.
 * @param {number} madeAt seconds since 1970, by the server
 * @returns {number} milliseconds
 */
export function aheadOfUs(madeAt) {
  const [visit] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType("navigation"));
  const difference = madeAt * 1000 - (performance.timeOrigin + (visit?.responseStart ?? 0));
  return Math.abs(difference) < TOLERANCE ? 0 : difference;
}

/**
 * Milliseconds from an instant to now, never below zero.
 * @param {string} instant ISO 8601
 * @param {number} now
 */
export function elapsed(instant, now) {
  return Math.max(0, now - Date.parse(instant));
}

/**
 * 07:05, or 1:07:05 from an hour.
 * @param {number} milliseconds
 */
export function asClock(milliseconds) {
  const seconds = Math.floor(milliseconds / 1000);
  const pair = (/** @type {number} */ n) => String(n).padStart(2, "0");
  const rest = `${pair(Math.floor(seconds / 60) % 60)}:${pair(seconds % 60)}`;
  return seconds < 3600 ? rest : `${Math.floor(seconds / 3600)}:${rest}`;
}

/** @param {number} milliseconds */
export function asMinutes(milliseconds) {
  return Math.floor(milliseconds / 60000);
}

/**
 * "Nederlands" for nl, in the language of the page.
 * @param {string} code
 */
export function languageName(code) {
  try {
    return new Intl.DisplayNames([document.documentElement.lang], { type: "language" }).of(code) ?? code;
  } catch {
    return code;
  }
}

/**
 * The singular or the plural text with its {n} filled.
 * @param {number} n
 * @param {string} one
 * @param {string} many
 */
export function counted(n, one, many) {
  return fill(n === 1 ? one : many, { n });
}
