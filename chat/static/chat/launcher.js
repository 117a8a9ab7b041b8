/**
 * The button on an organisation's site, and the panel with the talk (README.md).
 * Nothing is stored on the page; no address, title or referrer is sent.
 */
const script = /** @type {HTMLScriptElement} */ (document.currentScript);
const ORIGIN = new URL(script.src).origin;
const VERSION = 1;
const EVERY = 25_000;

class ChatLine extends HTMLElement {
  static observedAttributes = ["lang"];
  /** How the line is; "" until we know. */
  state = "";
  unread = 0;
  /** @type {any} */
  #status = {};
  /** @type {HTMLIFrameElement | null} */
  #frame = null;
  /** @type {MessagePort | null} */
  #port = null;
  /** Until when this visitor can begin no talk; only the page in the frame knows, once it was told. */
  #limited = 0;
  #gone = false;
  /** Where the page itself wants to go on leaving. */
  #to = "";
  /** The frame was loaded unseen, to ask whether this tab has a talk. */
  #asking = false;
  /** What the button says while a talk is on. */
  #on = "";
  #timer = 0;
  /** @type {string | null} */
  #scrolling = null;
  /** @type {any[]} What of the page a full-screen panel covers. */
  #behind = [];
  /** @type {(() => void) | null} What follows on a step back of our own. */
  #then = null;
  #shape = make("span", "shape", { ariaHidden: "true" });
  #label = make("span", "label");
  #word = make("span", "word");
  #count = make("span", "", { ariaHidden: "true" });
  #said = make("span", "said");
  #badge = make("span", "badge", { hidden: true }, this.#count, this.#said);
  #face = [this.#shape, make("span", "", {}, this.#label, this.#word), this.#badge];
  #button = make("button", "launcher", { type: "button", hidden: true });
  #link = make("a", "launcher", { target: "_blank", referrerPolicy: "no-referrer", hidden: true });
  #close = make("button", "close", { type: "button" });
  #panel = make("div", "panel", { hidden: true }, this.#close);
  #news = make("span", "said");
  #region = make("div", "", {}, this.#button, this.#link, this.#panel, this.#news);

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    dress(root);
    this.#region.setAttribute("role", "region");
    this.#panel.setAttribute("role", "dialog");
    this.#news.setAttribute("role", "status");
    this.#button.setAttribute("aria-haspopup", "dialog");
    this.#button.addEventListener("click", () => this.open());
    this.#close.addEventListener("click", () => this.close());
    root.addEventListener("keydown", (event) => /** @type {KeyboardEvent} */ (event).key === "Escape" && this.close());
    root.append(this.#region);
  }

  connectedCallback() {
    this.#ask();
    this.#timer = window.setInterval(this.#ask, EVERY);
    this.#listen("add");
    const [arrival] = /** @type {any[]} */ (performance.getEntriesByType("navigation"));
    // A first visit asks nothing before the press.
    this.#asking = !this.#frame && !this.#ownTab && /reload|back/.test(arrival?.type);
    // By Forward, onto what was an open panel.
    if (this.#mine && arrival?.type !== "reload") this.#stepBack();
    if (this.#asking) this.#load();
  }

  disconnectedCallback() {
    clearInterval(this.#timer);
    this.#listen("remove");
    this.close();
  }

  /** @param {"add" | "remove"} what */
  #listen(what) {
    const heed = /** @type {"addEventListener"} */ (`${what}EventListener`);
    document[heed]("visibilitychange", this.#ask);
    for (const kind of KEYS) document[heed](kind, this.#key, true);
    for (const kind of ["resize", "scroll"]) window.visualViewport?.[heed](kind, this.#fit);
    window[heed]("popstate", this.#travel, true);
  }

  attributeChangedCallback() {
    if (this.isConnected) this.#ask();
  }

  /* What the page may do */

  open() {
    if (!this.#panel.hidden || !this.isConnected) return;
    if (this.#ownTab) return this.#link.click();
    this.#button.hidden = this.#link.hidden = true;
    this.#panel.hidden = this.#asking = false;
    this.#panel.setAttribute("aria-label", this.#name());
    if (matchMedia(PHONE).matches) {
      this.#lock(true);
      // The back gesture closes the panel first; a second one leads away.
      if (!this.#mine) history.pushState({ ...history.state, chatline: this.getAttribute("line") }, "");
    }
    if (!this.#frame) this.#load();
    this.#fit();
    this.#tellFrame();
    giveWay(true);
    this.#frame?.focus();
    this.#announce("open");
  }

  close() {
    if (this.#panel.hidden) return;
    this.#panel.hidden = true;
    this.#lock(false);
    this.#tellFrame();
    giveWay(false);
    this.#draw();
    (this.#button.hidden ? this.#link : this.#button).focus();
    this.#announce("close");
    this.#ask();
    if (this.#mine) this.#stepBack();
  }

  hide() {
    this.close();
    this.hidden = true;
  }

  show() {
    this.hidden = false;
    this.#ask();
  }

  /** A talk that is on keeps its language. @param {string} language */
  setLanguage(language) {
    this.lang = language;
  }

  /** Hear of "state", "unread", "open" or "close". @param {string} name @param {(detail: any) => void} heard */
  on(name, heard) {
    this.addEventListener(`chatline:${name}`, (/** @type {any} */ event) => heard(event.detail));
  }

  /** The quick exit; a talk in the frame ends with it. @param {string} [url] instead of the organisation's page */
  leave(url = "") {
    vanish();
    this.#to = url;
    this.#port?.postMessage({ kind: "leave" });
    setTimeout(() => this.#exit(this.#status.exit || blank(this)), this.#port ? 250 : 0);
  }

  /* The entry for the back gesture */

  get #mine() {
    return !!history.state?.chatline && history.state.chatline === this.getAttribute("line");
  }

  #stepBack(then = () => {}) {
    this.#then = then;
    history.back();
  }

  #travel = (/** @type {Event} */ event) => {
    const then = this.#then;
    this.#then = null;
    if (then) then();
    else if (this.#mine) this.open();
    else if (this.#scrolling !== null) this.close();
    else return;
    // The page had no part in this entry.
    event.stopImmediatePropagation();
  };

  /* How the line is */

  /** @param {string} end */
  #address(end) {
    const path = (this.getAttribute("line") || "").split("/").map(encodeURIComponent).join("/");
    return `${ORIGIN}/${path}/${end}?lang=${languageOf(this)}`;
  }

  /** The talk is a page of its own, in a tab of its own; a quick exit there blanks this page too. */
  get #ownTab() {
    return this.hasAttribute("tab");
  }

  #name() {
    return this.#status.name || "Chat";
  }

  /** Only while somebody can see the button. */
  #ask = async () => {
    if (document.hidden || this.hidden || !this.#panel.hidden) return;
    try {
      const answer = await fetch(this.#address("status.json"), { credentials: "omit", referrerPolicy: "no-referrer" });
      if (!answer.ok) throw new Error(String(answer.status));
      this.#status = await answer.json();
      this.#become(this.#status.state);
    } catch {
      this.#become("unreachable");
    }
  };

  /** @param {string} state */
  #become(state) {
    const limited = this.#limited > Date.now() && /open|busy/.test(state);
    const known = limited ? "limit" : STATES.includes(state) ? state : "unreachable";
    const changed = known !== this.state;
    this.state = known;
    this.#draw();
    if (changed) this.#announce("state", { state: known });
  }

  #draw() {
    const words = wordsOf(this);
    const news = this.unread === 1 ? words.one : words.more.replace("#", String(this.unread));
    this.#region.setAttribute("aria-label", this.#name());
    const tab = this.#ownTab;
    const away = tab || (this.state === "unreachable" && !this.#on);
    const face = away ? this.#link : this.#button;
    const opens = this.state === "closed" && this.#status.opens_at;
    const how = [words[this.state], opens && new Date(opens).toLocaleString(languageOf(this), WHEN), tab && this.state !== "unreachable" && words.unreachable].filter(Boolean);
    this.#link.href = this.#address("") + (tab ? "&tab=1" : "");
    this.#link.rel = tab ? "opener" : "noopener noreferrer";
    for (const launcher of [this.#button, this.#link]) {
      launcher.hidden = !this.state || !this.#panel.hidden || launcher !== face;
      launcher.dataset.state = this.state;
    }
    if (this.#shape.parentNode !== face) face.append(...this.#face);
    for (const [target, text] of [
      [this.#label, this.#status.button || this.#name()],
      [this.#word, this.#on || how.join(" · ")],
      [this.#close, words.close],
      [this.#count, String(this.unread)],
      [this.#said, news],
      [this.#news, this.unread ? news : ""],
    ]) {
      if (target.textContent !== text) target.textContent = text;
    }
    this.#label.lang = this.#status.said_in?.button || "";
    this.#badge.hidden = !this.unread;
    const accent = /^#[0-9a-f]{6}$/i.test(this.#status.accent) ? this.#status.accent : "";
    if (accent && !this.style.getPropertyValue("--chat-line-accent")) this.style.setProperty("--chat-line-accent", accent);
  }

  /* The frame */

  #load() {
    const frame = make("iframe", "frame", { title: this.#name(), referrerPolicy: "no-referrer", allow: "" });
    // Each page in the frame gets a port of its own, and only a page of ours can take it.
    frame.addEventListener("load", () => this.#meet(frame));
    frame.src = this.#address("frame/");
    this.#frame = frame;
    this.#panel.prepend(frame);
  }

  #drop() {
    this.#asking = false;
    this.#port?.close();
    this.#port = null;
    this.#frame?.remove();
    this.#frame = null;
  }

  /** There was no talk after all, and so no panel that the back gesture should close. */
  #forget() {
    this.#drop();
    if (this.#mine) this.#stepBack();
  }

  /** @param {HTMLIFrameElement} frame */
  #meet(frame) {
    const { port1, port2 } = new MessageChannel();
    this.#port?.close();
    this.#close.hidden = false;
    this.#port = port1;
    port1.onmessage = (event) => this.#hear(event.data || {});
    frame.contentWindow?.postMessage({ chatline: VERSION }, ORIGIN, [port2]);
  }

  /** Three presses of Shift lead away from this page too: the frame counts, and hears of a key only whether it is Shift. */
  #key = (/** @type {any} */ { type, key, repeat, ctrlKey, altKey, metaKey }) => {
    this.#port?.postMessage({ kind: type, key: key === "Shift" ? key : "", repeat, ctrlKey, altKey, metaKey });
  };

  /** The quick exit takes the whole page along: out of sight first, then out of the history. @param {any} url */
  #exit(url) {
    const to = wayOut(this.#to) || wayOut(url);
    if (this.#gone || !to) return;
    this.#gone = true;
    vanish();
    this.#drop();
    const go = () => location.replace(to);
    if (!this.#mine) return go();
    const late = setTimeout(go, 300);
    this.#stepBack(() => {
      clearTimeout(late);
      go();
    });
  }

  /** Only these six things cross, and never a word of the talk. @param {any} message */
  #hear(message) {
    if (message.kind === "hello" && message.version === VERSION) {
      this.#close.hidden = true; // the page in the frame has its own
      this.#tellFrame();
    } else if (message.kind === "talk") {
      this.#on = String(message.on || "");
      this.#draw();
      if (this.#asking) this.#on ? this.open() : this.#forget();
    } else if (message.kind === "close") {
      this.close();
    } else if (message.kind === "exit") {
      this.#exit(message.url);
    } else if (message.kind === "state" && STATES.includes(message.state)) {
      if (message.state === "limit") this.#limited = Date.parse(message.until);
      this.#become(message.state === "limit" ? "open" : message.state);
    } else if (message.kind === "unread" && Number.isInteger(message.count) && message.count >= 0) {
      if (message.count === this.unread) return;
      this.unread = message.count;
      this.#draw();
      this.#announce("unread", { count: this.unread });
    }
  }

  #tellFrame() {
    this.#port?.postMessage({ kind: "shown", shown: !this.#panel.hidden });
  }

  /** The page behind a full-screen panel does not scroll along, and no key or screen reader leads into it. @param {boolean} on */
  #lock(on) {
    if (on === (this.#scrolling !== null)) return;
    const { style } = document.documentElement;
    [this.#scrolling, style.overflow] = on ? [style.overflow, "hidden"] : [null, this.#scrolling || ""];
    if (on) this.#behind = [...document.body.children].filter((/** @type {any} */ each) => !each.inert && !each.contains(this));
    for (const each of this.#behind) each.inert = on;
    this.#panel.ariaModal = on;
  }

  /** On a phone the panel stays above the keyboard. */
  #fit = () => {
    const view = window.visualViewport;
    const { style } = this.#panel;
    const small = view && this.#scrolling !== null && view.scale === 1;
    style.height = small ? `${view.height}px` : "";
    style.top = small ? `${view.offsetTop}px` : "";
    style.bottom = small ? "auto" : "";
  };

  /** @param {string} name @param {object} [detail] */
  #announce(name, detail = {}) {
    this.dispatchEvent(new CustomEvent(`chatline:${name}`, { detail, bubbles: true, composed: true }));
  }
}

if (!customElements.get("chat-line")) {
  customElements.define("chat-line", ChatLine);
  customElements.define("chat-exit", ChatExit);
}

const { line, lang, tab, exit } = script.dataset;
const place = () => {
  if (line) put("chat-line", { line, lang, tab });
  if (exit !== undefined) put("chat-exit", { lang, href: exit });
};
if (document.body) place();
else document.addEventListener("DOMContentLoaded", place);
