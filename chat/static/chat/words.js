/** Small helpers for sentences: filling in, times, and the page's own configuration. */

/**
 * Fill `{name}` in a sentence.
 * @param {string} sentence
 * @param {Record<string, string | number | null | undefined>} values
 */
export function fill(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (whole, key) => (key in values ? String(values[key] ?? "") : whole));
}

/**
 * The language of the page, for dates; the browser's own when the page names none that it knows. English is that of Europe.
 * @returns {string | undefined}
 */
function locale() {
  const { lang } = document.documentElement;
  return lang === "en" ? "en-GB" : lang || undefined;
}

/**
 * The hour and minute on this device's clock.
 * @param {string} moment ISO 8601
 */
export function clock(moment) {
  return new Intl.DateTimeFormat(locale(), { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(new Date(moment));
}

/**
 * A weekday, date and time in words.
 * @param {string} moment ISO 8601
 */
export function dayAndTime(moment) {
  const day = { weekday: "long", day: "numeric", month: "long", hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  return new Intl.DateTimeFormat(locale(), /** @type {Intl.DateTimeFormatOptions} */ (day)).format(new Date(moment));
}

/**
 * What the server put in the page with `json_script`.
 * @param {string} [id]
 * @returns {any}
 */
export function pageConfig(id = "config") {
  return JSON.parse(/** @type {HTMLElement} */ (document.getElementById(id)).textContent || "{}");
}

/**
 * A new element.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} [className]
 * @param {string} [text]
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, className = "", text = "") {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}
