/** Another language without losing what was filled in: the answers wait in the tab until the page is there again. */

import { part, show, step } from "./visitor-page.js";

/** @param {string} key */
function take(key) {
  try {
    const found = JSON.parse(sessionStorage.getItem(key) ?? "null");
    sessionStorage.removeItem(key);
    return Array.isArray(found) ? found : null;
  } catch {
    return null;
  }
}

/**
 * @param {string} place organisation and line
 * @param {() => void} moving called before the page makes room for itself in the other language
 */
export function switchLanguage(place, moving) {
  const form = /** @type {HTMLFormElement | null} */ (part("questions"));
  const key = `answers:${place}`;
  part("languages")?.addEventListener("click", (event) => {
    const link = event.target instanceof Element && event.target.closest("a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    try {
      if (form && step() === "questions") sessionStorage.setItem(key, JSON.stringify([...new FormData(form).entries()]));
    } catch {
      // Where nothing may be stored the answers are asked again.
    }
    moving();
    // A tab that a button opened stays known to it.
    const where = new URL(link.href);
    if (new URLSearchParams(location.search).has("tab")) where.searchParams.set("tab", "1");
    // Replaced, so that Back does not lead through every language.
    location.replace(where.href);
  });
  const kept = take(key);
  if (!form || !kept) return;
  for (const [name, value] of kept) {
    const field = form.elements.namedItem(String(name));
    if (field instanceof HTMLInputElement || field instanceof HTMLSelectElement) field.value = String(value);
  }
  show("questions");
}
