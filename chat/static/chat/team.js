/** Keeps "The lines now" fresh, as long as somebody looks; it can be stopped, and never takes the focus from a form. */

const EVERY = 10_000;
const place = /** @type {HTMLElement} */ (document.getElementById("now"));
const told = /** @type {HTMLElement} */ (document.querySelector("[data-refreshed]"));
const hold = /** @type {HTMLButtonElement} */ (document.querySelector("[data-hold]"));

/** Somebody is busy with what is on the page: drawing it anew would take it out of their hands. */
function isBusy() {
  return place.querySelector("details[open]") !== null || place.contains(document.activeElement);
}

async function refresh() {
  if (document.hidden || hold.getAttribute("aria-pressed") === "true" || isBusy()) return;
  try {
    const answer = await fetch(place.dataset.address ?? "", { credentials: "same-origin", redirect: "error" });
    if (!answer.ok) throw new Error(String(answer.status));
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!isBusy()) place.replaceChildren(...document.importNode(fresh.body, true).childNodes);
    told.textContent = "";
  } catch {
    told.textContent = place.dataset.lost ?? "";
  }
}

hold.hidden = false;
hold.addEventListener("click", () => {
  hold.setAttribute("aria-pressed", String(hold.getAttribute("aria-pressed") !== "true"));
  void refresh();
});
window.setInterval(() => void refresh(), EVERY);
document.addEventListener("visibilitychange", () => void refresh());
