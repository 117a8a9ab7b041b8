/** One talk of before, finished on a page of its own: the part of the desk, without a desk around it. */

import "./desk.js";

const page = /** @type {HTMLElement} */ (document.getElementById("finish"));
document.dispatchEvent(new CustomEvent("desk:talk", { detail: { code: page.dataset.talk ?? null, isOpen: false } }));
document.addEventListener("desk:next", () => /** @type {HTMLElement | null} */ (document.querySelector(".registration-links a"))?.focus());
