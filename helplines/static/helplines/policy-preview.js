// While an administrator writes a policy: what visitors will read, and beside each field what is wrong with it.
// The server makes both from the form as it stands; nothing is stored. Without this script a button does the same.

const QUIET = 400;
const form = /** @type {HTMLFormElement} */ (document.getElementById("policy-form"));
const pane = /** @type {HTMLElement} */ (document.querySelector("[data-preview]"));
const told = /** @type {HTMLElement} */ (document.querySelector("[data-told]"));
let timer = 0;
let asked = 0;
let isChanged = false;

/** Ask after a pause in the typing; the newest question counts. @param {boolean} isDone whether a field was left */
function soon(isDone) {
  clearTimeout(timer);
  timer = window.setTimeout(() => void ask(isDone), isDone ? 0 : QUIET);
}

/** @param {boolean} isDone */
async function ask(isDone) {
  const number = ++asked;
  const sent = new FormData(form);
  sent.set("step", "look");
  try {
    const answer = await fetch(form.action, { method: "POST", body: sent, redirect: "error" });
    if (!answer.ok) throw new Error(String(answer.status));
    const found = await answer.json();
    if (number === asked) show(found, isDone);
  } catch {
    if (number === asked) tell("lost");
  }
}

/** @param {{preview: string, errors: Record<string, string[]>}} found @param {boolean} isDone */
function show(found, isDone) {
  const isRight = Boolean(found.preview);
  pane.toggleAttribute("data-stale", !isRight);
  if (isRight) pane.replaceChildren(document.createRange().createContextualFragment(found.preview));
  tell(isRight ? "fresh" : "stale");
  for (const place of form.querySelectorAll(".form-row")) mark(/** @type {HTMLElement} */ (place), found.errors, isDone);
}

/** What is wrong with a field appears when it is left, and goes as soon as it is right. @param {HTMLElement} row @param {Record<string, string[]>} errors @param {boolean} isDone */
function mark(row, errors, isDone) {
  const help = row.querySelector(".help[id]");
  const id = help ? help.id.replace(/_helptext$/, "") : "";
  const words = errors[id] ?? [];
  const shown = row.querySelector("ul.errorlist");
  if (words.length && !isDone && !shown) return;
  shown?.remove();
  row.classList.toggle("errors", words.length > 0);
  if (words.length) row.prepend(list(`${id}_error`, words));
  for (const field of row.querySelectorAll("input, textarea, select")) describe(field, `${id}_error`, words.length > 0);
}

/** @param {string} id @param {string[]} words */
function list(id, words) {
  const made = Object.assign(document.createElement("ul"), { className: "errorlist", id });
  made.append(...words.map((text) => Object.assign(document.createElement("li"), { textContent: text })));
  return made;
}

/** @param {Element} field @param {string} id @param {boolean} isWrong */
function describe(field, id, isWrong) {
  const others = (field.getAttribute("aria-describedby") ?? "").split(" ").filter((name) => name && name !== id);
  field.setAttribute("aria-describedby", (isWrong ? [...others, id] : others).join(" "));
  if (isWrong) field.setAttribute("aria-invalid", "true");
  else field.removeAttribute("aria-invalid");
}

/** @param {"fresh" | "stale" | "lost"} which */
function tell(which) {
  const words = told.dataset[which] ?? "";
  if (told.textContent !== words) told.textContent = words;
}

if (form && pane && told) {
  form.addEventListener("input", () => {
    isChanged = true;
    soon(false);
  });
  form.addEventListener("change", () => soon(true));
  document.getElementById("preview-of")?.addEventListener("change", () => soon(false));
  form.addEventListener("submit", () => (isChanged = false));
  window.addEventListener("beforeunload", (event) => {
    if (isChanged) event.preventDefault();
  });
  document.querySelector("[data-show]")?.toggleAttribute("hidden", true);
}
