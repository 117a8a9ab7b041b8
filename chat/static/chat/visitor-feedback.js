/**
 * The questions after a talk, on its last screen. Nothing is fetched until somebody asks for them, nothing of the talk goes
 * along, and going away is never held up. Where this fails the link opens the questions on a page of their own.
 */
import { part } from "./visitor-page.js";

const open = /** @type {HTMLAnchorElement | null} */ (part("feedback-open"));
const place = /** @type {HTMLElement | null} */ (part("feedback-place"));

/** @param {string} address @param {RequestInit} [how] @returns {Promise<DocumentFragment>} */
async function fetched(address, how) {
  const answer = await fetch(`${address}&part=1`, { credentials: "omit", redirect: "error", ...how });
  if (!answer.ok) throw new Error(String(answer.status));
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const found = document.createDocumentFragment();
  found.append(...document.importNode(page.body, true).childNodes);
  return found;
}

/** @param {DocumentFragment} content */
function put(content) {
  if (!place) return;
  place.replaceChildren(content);
  const form = place.querySelector("form");
  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    void send(form);
  });
  /** @type {HTMLElement | null} */ (place.querySelector("[data-feedback-done], input, textarea"))?.focus();
}

/** @param {HTMLFormElement} form */
async function send(form) {
  const body = new URLSearchParams();
  for (const [name, value] of new FormData(form)) body.append(name, String(value));
  try {
    put(await fetched(form.action, { method: "POST", body }));
  } catch {
    form.submit();
  }
}

open?.addEventListener("click", async (event) => {
  event.preventDefault();
  try {
    put(await fetched(open.href));
    open.hidden = true;
  } catch {
    window.open(open.href, "_blank", "noopener");
  }
});

// A next talk begins with an empty form.
new MutationObserver(() => {
  if (document.body.dataset.at === "thanks" || !open) return;
  place?.replaceChildren();
  open.hidden = false;
}).observe(document.body, { attributeFilter: ["data-at"] });
