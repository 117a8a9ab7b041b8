/** On a narrow screen one pane is shown at a time; the bar below switches. On a wide screen this changes nothing to see. */

import { part } from "./desk-dom.js";

/** @returns {HTMLElement[]} */
function buttons() {
  return [...part("bar").querySelectorAll("button")];
}

/** Whether only one pane is on the screen: then the style sheet shows the bar. */
export function isNarrow() {
  return getComputedStyle(part("bar")).display !== "none";
}

/** @param {string} view */
export function chooseView(view) {
  part("panes").dataset.view = view;
  document.body.dataset.view = view;
  for (const button of buttons()) {
    if (button.dataset.view === view) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
}

export function watchBar() {
  for (const button of buttons()) button.addEventListener("click", () => chooseView(button.dataset.view ?? "talks"));
}
