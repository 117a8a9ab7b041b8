/** The visitor's page as one screen at a time, and the question before something ends. */

/** @param {string} name @param {ParentNode} [within] @returns {HTMLElement | null} the part marked `data-<name>` */
export function part(name, within = document) {
  return within.querySelector(`[data-${name}]`);
}

/** @param {string} name @param {string} text empty: nothing to tell, the part goes away */
export function tell(name, text) {
  const target = part(name);
  if (!target || target.textContent === text) return;
  target.textContent = text;
  if (target.hasAttribute("role")) return;
  target.hidden = !text;
}

/** @returns {string} the step in sight */
export function step() {
  return document.body.dataset.at ?? "promise";
}

/**
 * Show one step and put the focus on its heading, so that a screen reader starts there.
 * @param {string} name
 */
export function show(name) {
  if (step() === name) return;
  document.body.dataset.at = name;
  for (const section of document.querySelectorAll("[data-step]")) {
    if (section instanceof HTMLElement) section.hidden = section.dataset.step !== name;
  }
  window.scrollTo(0, 0);
  /** @type {HTMLElement | null} */ (document.querySelector(`[data-step="${name}"] h1`))?.focus({ preventScroll: true });
}

/**
 * Ask before something ends.
 * @param {{title: string, text: string, yes: string, no: string}} words
 * @returns {Promise<boolean>}
 */
export function confirmed(words) {
  const dialog = /** @type {HTMLDialogElement} */ (part("confirm"));
  for (const [name, text] of Object.entries(words)) {
    /** @type {HTMLElement} */ (part(`confirm-${name}`, dialog)).textContent = text;
  }
  // Safari before 15.4 has no dialogs of its own.
  if (!dialog.showModal) return Promise.resolve(window.confirm(words.text));
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

/** Keep the talk above a phone's keyboard where the browser does not shrink the page for it. */
export function followKeyboard() {
  const view = window.visualViewport;
  view?.addEventListener("resize", () => {
    document.documentElement.style.setProperty("--seen-height", `${Math.round(view.height)}px`);
    if (step() === "talk") window.scrollTo(0, 0);
  });
}
