/** The word and the code to come back with: shown during the talk, asked for on the first page. */

import { part, tell } from "./visitor-page.js";

/** @param {{name: string, code: string}} ticket */
export function showTicket(ticket) {
  for (const [name, text] of Object.entries(ticket)) {
    for (const place of document.querySelectorAll(`[data-ticket-${name}]`)) place.textContent = text;
  }
  for (const place of document.querySelectorAll("[data-ticket]")) /** @type {HTMLElement} */ (place).hidden = !ticket.code;
  /** @type {HTMLFormElement | null} */ (part("rejoin"))?.reset();
}

/** The talk is over: what opened it stands nowhere any more. */
export function hideTicket() {
  showTicket({ name: "", code: "" });
}

/** What somebody typed fits no talk: told beside what they typed. @param {string} text */
export function rejoinWrong(text) {
  part("rejoin-frame")?.setAttribute("open", "");
  tell("rejoin-wrong", text);
  part("rejoin-wrong")?.focus();
}

/** @param {(ticket: {name: string, code: string}) => void} back what to do with what somebody typed */
export function rejoinForm(back) {
  const form = /** @type {HTMLFormElement | null} */ (part("rejoin"));
  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    const given = new FormData(form);
    tell("rejoin-wrong", "");
    back({ name: String(given.get("rejoin-name")).trim(), code: String(given.get("rejoin-code")).trim() });
  });
}
