/** `<chat-exit>`: the way out on the organisation's own page, by a press or by three of Shift. The second part of `/launcher.js`. */
const WITHIN = 5000;

/** An empty page that could be anything. @param {HTMLElement} element */
function blank(element) {
  return `${ORIGIN}/blank/?lang=${languageOf(element)}`;
}

/** @param {string} url @returns {string} where that leads, or "" where nobody should be sent */
function wayOut(url) {
  const { protocol, origin, href } = new URL(url, ORIGIN);
  return url && (protocol === "https:" || origin === ORIGIN) ? href : "";
}

/** Out of sight within this very task; and it does not come back from the browser's memory. */
function vanish() {
  document.documentElement.style.setProperty("display", "none", "important");
  document.title = "";
  addEventListener("pageshow", (event) => event.persisted && location.reload());
}

class ChatExit extends HTMLElement {
  #presses = 0;
  #last = 0;
  #button = make("button", "exit", { type: "button" });

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    dress(root);
    this.#button.addEventListener("click", () => this.leave());
    root.append(this.#button);
  }

  connectedCallback() {
    this.#button.textContent = wordsOf(this).leave;
    document.addEventListener("keyup", this.#key, true);
  }

  disconnectedCallback() {
    document.removeEventListener("keyup", this.#key, true);
  }

  leave() {
    const [href, line] = [this.getAttribute("href") || "", /** @type {any} */ (document.querySelector("chat-line"))];
    vanish();
    if (line) line.leave(href);
    else location.replace(wayOut(href) || blank(this));
  }

  /** Any other key between them: somebody writes. @param {KeyboardEvent} event */
  #key = ({ key, timeStamp }) => {
    this.#presses = key !== "Shift" ? 0 : timeStamp - this.#last < WITHIN ? this.#presses + 1 : 1;
    this.#last = timeStamp;
    if (this.#presses === 3) this.leave();
  };
}

/** An open panel has a way out of its own, and may lie where ours is. @param {boolean} open */
function giveWay(open) {
  for (const exit of document.querySelectorAll("chat-exit")) /** @type {HTMLElement} */ (exit).hidden = open;
}

/** Put an element at the end of the page. @param {string} tag @param {Record<string, string | undefined>} attributes */
function put(tag, attributes) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined) made.setAttribute(name, value);
  document.body.append(made);
}
