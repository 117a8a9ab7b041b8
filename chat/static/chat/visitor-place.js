/** Somebody's place among those who wait, in words; and how long it will take, as far as that is known. */

import { fill } from "./words.js";

/**
 * @param {{ahead: number, queue?: boolean, minutes?: [number, number | null] | null}} frame
 * @param {Record<string, string>} strings
 */
export function placeInWords({ ahead, queue, minutes }, strings) {
  const sentence = { 0: strings.place_first, 1: strings.place_one }[ahead] ?? strings.place_more;
  const place = fill(sentence, { count: ahead });
  return queue ? `${place} ${estimate(minutes ?? null, strings)}` : place;
}

/**
 * @param {[number, number | null] | null} minutes
 * @param {Record<string, string>} strings
 */
function estimate(minutes, strings) {
  if (!minutes) return strings.wait_unknown;
  const [low, high] = minutes;
  const sentence = high === null ? strings.wait_long : low ? strings.wait_span : strings.wait_most;
  return fill(sentence, { low, high });
}
