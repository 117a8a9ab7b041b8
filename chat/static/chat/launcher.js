/**
 * The button on an organisation's site, and the panel with the talk (README.md).
 * Nothing is stored on the page; no address, title or referrer is sent.
 */
(() => {
  "use strict";
  const script = /** @type {HTMLScriptElement} */ (document.currentScript);
  const ORIGIN = new URL(script.src).origin;
  const VERSION = 1;
  const EVERY = 25_000;
  const KEYS = ["keydown", "keyup"];
  const PHONE = "(max-width: 30rem), (max-height: 30rem)";
  // There when the server is not.
  /** @type {Record<string, Record<string, string>>} */
  const WORDS = {
    nl: { chat: "Chat", open: "open", busy: "iedereen is in gesprek", paused: "even pauze", closed: "gesloten", unreachable: "opent in een nieuw tabblad", close: "Sluiten", one: "1 nieuw bericht", more: "# nieuwe berichten" },
    en: { chat: "Chat", open: "open", busy: "everybody is in a talk", paused: "a short break", closed: "closed", unreachable: "opens in a new tab", close: "Close", one: "1 new message", more: "# new messages" },
    fr: { chat: "Chat", open: "ouvert", busy: "tout le monde est en conversation", paused: "en pause", closed: "fermé", unreachable: "s’ouvre dans un nouvel onglet", close: "Fermer", one: "1 nouveau message", more: "# nouveaux messages" },
    de: { chat: "Chat", open: "offen", busy: "alle sind im Gespräch", paused: "kurze Pause", closed: "geschlossen", unreachable: "öffnet in einem neuen Tab", close: "Schließen", one: "1 neue Nachricht", more: "# neue Nachrichten" },
  };
  const STYLE = `
:host { all: initial; --surface: #fff; --ink: #1f2428; --soft: #565d63; --rule: #7d838a; --good: #1b7446; --bad: #b3261e; --mark: var(--chat-line-accent, #1f5f8b); color-scheme: light dark; }
:host([hidden]), [hidden] { display: none !important; }
* { box-sizing: border-box; }
.launcher, .panel { position: fixed; right: var(--chat-line-right, 1rem); bottom: var(--chat-line-bottom, 1rem); z-index: var(--chat-line-layer, 2000); font: 16px/1.3 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; color: var(--ink); background: var(--surface); }
.launcher { display: flex; align-items: center; gap: .75rem; min-height: 56px; max-width: calc(100vw - 2rem); padding: .5rem 1.25rem .5rem 1rem; border: 2px solid var(--mark); border-radius: 28px; box-shadow: 0 2px 12px rgb(0 0 0 / 18%); text-align: start; text-decoration: none; cursor: pointer; }
.launcher:hover .label { text-decoration: underline; }
.label { display: block; font-weight: 650; }
.word { display: block; font-size: 14px; color: var(--soft); }
.shape { flex: none; width: 18px; height: 18px; border: 4px solid var(--soft); border-radius: 50%; forced-color-adjust: none; }
[data-state=open] .shape { border-color: var(--good); background: var(--good); }
[data-state=busy] .shape { border-color: var(--bad); background: linear-gradient(90deg, var(--bad) 50%, transparent 50%); }
[data-state=paused] .shape { border-width: 0 6px; border-radius: 0; }
[data-state=unreachable] .shape { border-style: dotted; }
.badge { min-width: 24px; padding: 1px 7px; border-radius: 12px; background: var(--bad); color: #fff; font-size: 14px; font-weight: 650; text-align: center; }
.said { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
:focus-visible { outline: 3px solid var(--mark); outline-offset: 2px; }
.panel { width: 26rem; height: min(44rem, calc(100vh - 2rem)); max-width: calc(100vw - 2rem); overflow: hidden; border: 1px solid var(--rule); border-radius: 12px; box-shadow: 0 6px 32px rgb(0 0 0 / 25%); }
iframe { display: block; width: 100%; height: 100%; border: 0; }
.close { position: absolute; top: 6px; right: 6px; min-width: 44px; min-height: 44px; padding: 0 12px; border: 1px solid var(--rule); border-radius: 12px; background: var(--surface); color: var(--ink); font: inherit; cursor: pointer; }
@media ${PHONE} { .panel { inset: 0; width: 100%; max-width: none; height: 100vh; height: 100dvh; border: 0; border-radius: 0; } }
@media (prefers-color-scheme: dark) { :host { --surface: #1d2125; --ink: #e9e7e2; --soft: #aeb3b7; --rule: #868d94; --good: #7fd0a2; --bad: #ff9c92; --mark: var(--chat-line-accent-dark, #a9cbe2); } .badge { color: #14171a; } }
@media (forced-colors: active) { :host { --good: CanvasText; --bad: CanvasText; --soft: CanvasText; } .badge { border: 1px solid; } }
`;

  /** @type {CSSStyleSheet | undefined} */
  let sheet;

  /** @param {ShadowRoot} root */
  function dress(root) {
    try {
      if (!sheet) (sheet = new CSSStyleSheet()).replaceSync(STYLE);
      root.adoptedStyleSheets = [sheet];
    } catch {
      // A browser without constructable style sheets.
      root.append(make("style", "", { textContent: STYLE }));
    }
  }

  /** @param {string} tag @param {string} name @param {object} [values] @param {Node[]} inside @returns {any} */
  function make(tag, name, values = {}, ...inside) {
    const made = Object.assign(document.createElement(tag), values);
    if (name) {
      made.className = name;
      made.setAttribute("part", name);
    }
    made.append(...inside);
    return made;
  }

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
    /** The frame was loaded unseen, to ask whether this tab has a talk. */
    #asking = false;
    /** What the button says while a talk is on. */
    #on = "";
    #timer = 0;
    /** @type {string | null} */
    #scrolling = null;
    #shape = make("span", "shape", { ariaHidden: "true" });
    #label = make("span", "label");
    #word = make("span", "word");
    #count = make("span", "", { ariaHidden: "true" });
    #said = make("span", "said");
    #badge = make("span", "badge", { hidden: true }, this.#count, this.#said);
    #face = [this.#shape, make("span", "", {}, this.#label, this.#word), this.#badge];
    #button = make("button", "launcher", { type: "button", hidden: true });
    #link = make("a", "launcher", { target: "_blank", rel: "noopener noreferrer", hidden: true });
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
      document.addEventListener("visibilitychange", this.#ask);
      for (const kind of KEYS) document.addEventListener(kind, this.#key, true);
      window.visualViewport?.addEventListener("resize", this.#fit);
      window.visualViewport?.addEventListener("scroll", this.#fit);
      const [arrival] = /** @type {any[]} */ (performance.getEntriesByType("navigation"));
      // A first visit asks nothing before the press.
      this.#asking = !this.#frame && /reload|back/.test(arrival?.type);
      if (this.#asking) this.#load();
    }

    disconnectedCallback() {
      clearInterval(this.#timer);
      document.removeEventListener("visibilitychange", this.#ask);
      for (const kind of KEYS) document.removeEventListener(kind, this.#key, true);
      window.visualViewport?.removeEventListener("resize", this.#fit);
      window.visualViewport?.removeEventListener("scroll", this.#fit);
      this.close();
    }

    attributeChangedCallback() {
      if (this.isConnected) this.#ask();
    }

    /* What the page may do */

    open() {
      if (!this.#panel.hidden || !this.isConnected) return;
      this.#button.hidden = this.#link.hidden = true;
      this.#panel.hidden = this.#asking = false;
      this.#panel.setAttribute("aria-label", this.#name());
      if (matchMedia(PHONE).matches) this.#lock(true);
      if (!this.#frame) this.#load();
      this.#fit();
      this.#tellFrame();
      this.#frame?.focus();
      this.#announce("open");
    }

    close() {
      if (this.#panel.hidden) return;
      this.#panel.hidden = true;
      this.#lock(false);
      this.#tellFrame();
      this.#draw();
      (this.#button.hidden ? this.#link : this.#button).focus();
      this.#announce("close");
      this.#ask();
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

    /* How the line is */

    #language() {
      return (this.lang || document.documentElement.lang || "nl").slice(0, 2).toLowerCase();
    }

    /** @param {string} end */
    #address(end) {
      const path = (this.getAttribute("line") || "").split("/").map(encodeURIComponent).join("/");
      return `${ORIGIN}/${path}/${end}?lang=${encodeURIComponent(this.#language())}`;
    }

    #words() {
      return WORDS[this.#language()] || WORDS.en;
    }

    #name() {
      return this.#status.name || this.#words().chat;
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
      const known = state in WORDS.en && state !== "chat" ? state : "unreachable";
      const changed = known !== this.state;
      this.state = known;
      this.#draw();
      if (changed) this.#announce("state", { state: known });
    }

    #draw() {
      const words = this.#words();
      const news = this.unread === 1 ? words.one : words.more.replace("#", String(this.unread));
      this.#region.setAttribute("aria-label", this.#name());
      const away = this.state === "unreachable" && !this.#on;
      const face = away ? this.#link : this.#button;
      this.#link.href = this.#address("");
      for (const launcher of [this.#button, this.#link]) {
        launcher.hidden = !this.state || !this.#panel.hidden || launcher !== face;
        launcher.dataset.state = this.state;
      }
      if (this.#shape.parentNode !== face) face.append(...this.#face);
      for (const [target, text] of [
        [this.#label, this.#status.button || this.#name()],
        [this.#word, this.#on || words[this.state] || ""],
        [this.#close, words.close],
        [this.#count, String(this.unread)],
        [this.#said, news],
        [this.#news, this.unread ? news : ""],
      ]) {
        if (target.textContent !== text) target.textContent = text;
      }
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
      const { protocol, origin, href } = new URL(url, ORIGIN);
      if (protocol !== "https:" && origin !== ORIGIN) return;
      document.documentElement.style.setProperty("display", "none", "important");
      document.title = "";
      addEventListener("pageshow", (event) => event.persisted && location.reload());
      location.replace(href);
    }

    /** Only these six things cross, and never a word of the talk. @param {any} message */
    #hear(message) {
      if (message.kind === "hello" && message.version === VERSION) {
        this.#close.hidden = true; // the page in the frame has its own
        this.#tellFrame();
      } else if (message.kind === "talk") {
        this.#on = String(message.on || "");
        this.#draw();
        if (this.#asking) this.#on ? this.open() : this.#drop();
      } else if (message.kind === "close") {
        this.close();
      } else if (message.kind === "exit") {
        this.#exit(message.url);
      } else if (message.kind === "state" && ["open", "busy", "paused", "closed"].includes(message.state)) {
        this.#become(message.state);
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

    /** The page behind a full-screen panel does not scroll along. @param {boolean} on */
    #lock(on) {
      const { style } = document.documentElement;
      if (on) {
        this.#scrolling = style.overflow;
        style.overflow = "hidden";
      } else if (this.#scrolling !== null) {
        style.overflow = this.#scrolling;
        this.#scrolling = null;
      }
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

  if (!customElements.get("chat-line")) customElements.define("chat-line", ChatLine);

  const line = script.dataset.line;
  if (line) {
    const place = () => {
      const made = document.createElement("chat-line");
      made.setAttribute("line", line);
      if (script.dataset.lang) made.lang = script.dataset.lang;
      document.body.append(made);
    };
    if (document.body) place();
    else document.addEventListener("DOMContentLoaded", place);
  }
})();
