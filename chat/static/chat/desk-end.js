/** The question before a talk is ended: how did it end? */

import { part, show, write } from "./desk-dom.js";

/**
 * Ask; the browser gives the focus back to the button from which it was opened.
 * @param {{title: string, hasDraft: boolean}} talk
 * @returns {Promise<string | null>} the reason; null when the talk goes on
 */
export function askReason({ title, hasDraft }) {
  const dialog = /** @type {HTMLDialogElement} */ (part("end"));
  const form = /** @type {HTMLFormElement} */ (dialog.querySelector("form"));
  form.reset();
  dialog.returnValue = "";
  write(part("end-title"), title);
  show(part("end-draft"), hasDraft);
  dialog.showModal();
  return new Promise((resolve) => {
    const done = () => resolve(dialog.returnValue === "end" ? String(new FormData(form).get("why")) : null);
    dialog.addEventListener("close", done, { once: true });
  });
}
