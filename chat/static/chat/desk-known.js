/** The right pane: what is known of the visitor in the talk on the screen. Never where they are: no frame tells it. */

import { part, show, tree } from "./desk-dom.js";
import { asClock, languageName } from "./desk-time.js";
import { clock, element, fill } from "./words.js";

/** @typedef {import("./desk-book.js").Talk} Talk */

/**
 * The rows of the pane: what the visitor answered first, then the facts of the talk.
 * @param {Talk} talk
 * @param {Record<string, string>} strings
 * @returns {[string, string][]}
 */
export function rows(talk, strings) {
  const waited = asClock(Math.max(0, Date.parse(talk.claimed) - Date.parse(talk.waited_from)));
  return [
    ...talk.answers.map((answer) => /** @type {[string, string]} */ ([answer.label, answer.value])),
    [strings.known_line, talk.line_name],
    [strings.known_language, languageName(talk.language)],
    [strings.known_started, fill(strings.known_started_value, { time: clock(talk.since), waited })],
    ...(talk.contact ? [/** @type {[string, string]} */ ([strings.known_contact, fill(strings.known_contact_value, { n: talk.contact })])] : []),
    [strings.known_length, fill(strings.minutes, { n: talk.soft_minutes })],
  ];
}

/**
 * @param {Talk | null} talk
 * @param {Record<string, string>} strings
 */
export function renderKnown(talk, strings) {
  const list = part("known");
  show(part("known-empty"), talk === null);
  show(list, talk !== null);
  showOpening(talk);
  show(part("known-silent"), talk !== null && talk.answers.length === 0);
  const made = talk ? rows(talk, strings) : [];
  const written = JSON.stringify(made);
  if (list.dataset.written === written) return;
  list.dataset.written = written;
  list.replaceChildren(
    ...made.map(([label, value]) => tree("div", "known__row", element("dt", "", label), element("dd", "", value))),
  );
}

/** The way to ask for the address of the talk on the screen; nobody here ever sees the address. @param {Talk | null} talk */
function showOpening(talk) {
  const place = part("known-opening");
  show(place, talk !== null);
  const link = /** @type {HTMLAnchorElement} */ (place.querySelector("a"));
  link.search = talk === null ? "" : `?talk=${encodeURIComponent(talk.code)}`;
}
