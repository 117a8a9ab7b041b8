/** Looks what works on this device, when somebody asks for it, and puts a word for each in the form; the words are in sight. */

const PATIENCE = 6000;
const SLOW = 3000;
const frame = /** @type {HTMLElement | null} */ (document.querySelector("[data-selfcheck]"));

/** @param {Promise<boolean>} asked @returns {Promise<string>} */
async function marked(asked) {
  const began = performance.now();
  const late = new Promise((done) => window.setTimeout(() => done(false), PATIENCE));
  const works = await Promise.race([asked, late]).catch(() => false);
  if (!works) return "bad";
  return performance.now() - began > SLOW ? "slow" : "good";
}

/** @param {string} address @returns {Promise<boolean>} */
async function pages(address) {
  return (await fetch(address, { credentials: "omit", cache: "no-store" })).ok;
}

/** @param {string} address @returns {Promise<boolean>} */
function socket(address) {
  return new Promise((done) => {
    const line = new WebSocket(`${location.origin.replace("http", "ws")}${address}`);
    line.addEventListener("open", () => {
      done(true);
      line.close(1000);
    });
    line.addEventListener("error", () => done(false));
  });
}

/** @returns {Promise<boolean>} */
async function storage() {
  sessionStorage.setItem("check", "1");
  sessionStorage.removeItem("check");
  return true;
}

/** @returns {Promise<boolean>} */
async function browser() {
  return "HTMLDialogElement" in window && "customElements" in window && CSS.supports("selector(:has(*))");
}

/** @param {HTMLElement} within */
async function look(within) {
  const found = /** @type {HTMLElement} */ (within.querySelector("[data-found]"));
  const names = /** @type {HTMLTemplateElement} */ (within.querySelector("[data-names]"));
  const asked = {
    browser: browser(),
    pages: pages(within.dataset.status ?? ""),
    socket: socket(within.dataset.socket ?? ""),
    storage: storage(),
  };
  found.replaceChildren();
  for (const [name, one] of Object.entries(asked)) {
    const mark = await marked(one);
    const line = document.createElement("li");
    const said = names.content.querySelector(`[data-name="${name}"]`)?.textContent ?? name;
    line.textContent = `${said}: ${found.dataset[mark] ?? mark}`;
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name: `check_${name}`, value: mark });
    line.append(field);
    found.append(line);
  }
}

if (frame) {
  frame.hidden = false;
  frame.querySelector("[data-look]")?.addEventListener("click", () => void look(frame));
}
