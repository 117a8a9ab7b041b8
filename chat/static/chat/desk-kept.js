/** What was written and is not with the visitor yet, in this tab alone: a text, and its language where that is another one than the talk's. */

/** @typedef {{text: string, lang: string}} Written */

/** @param {string} place @param {Written | null} written null or an empty text takes it away */
export function keep(place, written) {
  try {
    if (written?.text) sessionStorage.setItem(place, JSON.stringify(written));
    else sessionStorage.removeItem(place);
  } catch {
    // A browser that stores nothing: the text is still on the screen.
  }
}

/** @param {string} place @returns {Written | null} */
export function kept(place) {
  let found = null;
  try {
    found = sessionStorage.getItem(place);
    const { text, lang } = JSON.parse(found ?? "null") ?? {};
    if (typeof text === "string") return { text, lang: String(lang ?? "") };
  } catch {
    // Kept by the program of before: the text alone.
  }
  return found ? { text: found, lang: "" } : null;
}
