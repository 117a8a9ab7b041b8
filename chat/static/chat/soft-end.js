/** When the two sides of a talk are told that its time comes to an end (C03). */

const USUAL = [10, 5];
/** In a talk of less than ten minutes. */
const SHORT = 2;

/**
 * Minutes before the soft end, longest first: only what is at most half of the talk, and never nothing.
 * @param {number} softMinutes
 */
export function cuesBefore(softMinutes) {
  const fitting = USUAL.filter((minutes) => minutes * 2 <= softMinutes);
  return fitting.length > 0 ? fitting : [SHORT];
}
