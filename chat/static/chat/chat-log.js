/** <chat-log>: what was said, in the order of the talk. Shared by the visitor's page and the counsellor's desk. */

import { clock, element, fill } from "./words.js";

/** @typedef {{seq: number, id: string | null, from: "visitor" | "counsellor" | "system", name: string | null, text: string, at: string, mine?: boolean, lang?: string}} Message */

const GAP_PATIENCE = 200;
const NEAR_THE_END = 80;
const ONE_BREATH = 5 * 60_000;

/**
 * Set `words` (a table with the keys of `chat/strings/shared.py`) and `own` ("visitor" or "counsellor") before use.
 *
 * Events: `gap` with `{since}` (a number is missing: ask the server for what comes after `since`), `again` with
 * `{id}` (the person wants a failed message to be sent again), `latest` with `{seq}` (everything up to here has
 * been on the screen). Text is only ever set as text; an address in it stays plain letters.
 */
export class ChatLog extends HTMLElement {
  /** @type {any} */
  words = {};
  own = "visitor";
  /** In which language the counsellor writes, where that is known and the message has none of its own (WCAG 3.1.2). */
  language = "";
  /** @type {Map<number, HTMLElement>} */
  #bySeq = new Map();
  /** @type {Map<string, HTMLElement>} */
  #byId = new Map();
  #lastSeq = 0;
  #shownSeq = 0;
  #seenSeq = 0;
  #gapTimer = 0;
  /** @type {HTMLDivElement} */
  #list = element("div", "log__list");
  #toLast = element("button", "button button--quiet log__last");

  connectedCallback() {
    if (this.#list.isConnected) return;
    this.#list.setAttribute("role", "log");
    this.#list.setAttribute("aria-live", "polite");
    this.#list.tabIndex = 0;
    this.#toLast.type = "button";
    this.#toLast.hidden = true;
    this.#toLast.addEventListener("click", () => {
      this.toLast();
      // The button is gone now: what one reads is what comes next.
      this.#list.focus({ preventScroll: true });
    });
    this.#list.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    new ResizeObserver(() => this.#atEnd && this.toLast()).observe(this.#list);
    document.addEventListener("visibilitychange", () => this.#scrolled());
    this.append(this.#list, this.#toLast);
  }

  /** The number up to which nothing is missing: what to ask `since`. */
  get lastSeq() {
    return this.#lastSeq;
  }

  /** Give the list its name and the button its word; call again after the words changed. */
  label() {
    this.#list.setAttribute("aria-label", this.words.log_label);
    this.#toLast.textContent = this.words.log_to_last;
  }

  /** A line of the page's own, between what was said so far and what comes. @param {string} sentence */
  note(sentence) {
    const line = element("p", "message message--system", sentence);
    line.dataset.seq = String(this.#lastSeq);
    const onItsWay = [...this.#list.children].find((one) => one instanceof HTMLElement && !one.dataset.seq);
    this.#list.insertBefore(line, onItsWay ?? null);
    if (this.#atEnd) this.toLast();
  }

  /** Forget everything: another talk will be shown. */
  clear() {
    clearTimeout(this.#gapTimer);
    this.#bySeq.clear();
    this.#byId.clear();
    this.#lastSeq = this.#shownSeq = this.#seenSeq = 0;
    this.#list.replaceChildren();
    this.#toLast.hidden = true;
    this.#atEnd = true;
  }

  /** @param {Message} message */
  add(message) {
    this.#place(message);
    this.#advance();
  }

  /** @param {Message[]} messages */
  addAll(messages) {
    // A whole history at once is not read aloud; what follows is.
    this.#list.setAttribute("aria-live", messages.length > 3 ? "off" : "polite");
    for (const message of messages) this.#place(message);
    this.#advance();
    requestAnimationFrame(() => this.#list.setAttribute("aria-live", "polite"));
  }

  /**
   * Show a message of one's own that is on its way.
   * @param {{id: string, text: string, lang?: string}} letter
   */
  pending(letter) {
    let article = this.#byId.get(letter.id);
    if (!article) {
      const at = new Date().toISOString();
      article = this.#draw({ seq: 0, id: letter.id, from: /** @type {any} */ (this.own), name: null, text: letter.text, lang: letter.lang, at });
      this.#byId.set(letter.id, article);
      this.#list.append(article);
      this.#group(article);
      this.toLast();
    }
    article.classList.remove("message--failed");
    article.classList.add("message--pending");
    this.#state(article, this.words.log_pending);
  }

  /**
   * @param {string} id
   * @param {number} seq
   * @param {string} at
   */
  stored(id, seq, at) {
    const article = this.#byId.get(id);
    if (!article || this.#bySeq.has(seq)) return;
    this.#settle(article, { seq, at });
    this.#advance();
  }

  /** @param {string} id */
  failed(id) {
    const article = this.#byId.get(id);
    if (!article) return;
    article.classList.replace("message--pending", "message--failed");
    const again = element("button", "button button--bare", this.words.log_again);
    again.type = "button";
    again.addEventListener("click", () => this.dispatchEvent(new CustomEvent("again", { detail: { id } })));
    this.#state(article, this.words.log_failed).append(" ", again);
  }

  /**
   * Take a message away that was never stored; its text went back to the composer.
   * @param {string} id
   */
  withdraw(id) {
    const article = this.#byId.get(id);
    if (!article || article.dataset.seq) return;
    this.#byId.delete(id);
    article.remove();
  }

  /**
   * The other side has had everything up to here on the screen.
   * @param {number} seq
   */
  seen(seq) {
    this.#seenSeq = Math.max(this.#seenSeq, seq);
    this.#mark();
  }

  /** The log came back into sight, in a way that no event tells (a frame that was hidden): what is on the screen? */
  look() {
    if (this.#atEnd) this.toLast();
    else this.#scrolled();
  }

  toLast() {
    this.#list.scrollTop = this.#list.scrollHeight;
    this.#scrolled();
  }

  #atEnd = true;

  #scrolled() {
    if (!this.isConnected || !this.#list.clientHeight) return;
    const below = this.#list.scrollHeight - this.#list.scrollTop - this.#list.clientHeight;
    this.#atEnd = below < NEAR_THE_END;
    this.#toLast.hidden = this.#atEnd;
    if (!this.#atEnd || document.hidden || this.#shownSeq >= this.#lastSeq) return;
    this.#shownSeq = this.#lastSeq;
    this.dispatchEvent(new CustomEvent("latest", { detail: { seq: this.#lastSeq } }));
  }

  /** Raise the gap-free number, follow the talk, and ask for what is missing. */
  #advance() {
    while (this.#bySeq.has(this.#lastSeq + 1)) this.#lastSeq += 1;
    this.#mark();
    this.look();
    clearTimeout(this.#gapTimer);
    if (this.#bySeq.size === this.#lastSeq) return;
    // The missing one is often only a moment behind (our own `stored`): wait a little before asking.
    this.#gapTimer = window.setTimeout(() => {
      if (this.#bySeq.size > this.#lastSeq) this.dispatchEvent(new CustomEvent("gap", { detail: { since: this.#lastSeq } }));
    }, GAP_PATIENCE);
  }

  /** @param {Message} message */
  #place(message) {
    if (this.#bySeq.has(message.seq)) return;
    const waiting = message.id ? this.#byId.get(message.id) : undefined;
    if (waiting) this.#settle(waiting, message);
    else this.#insert(this.#draw(message), message.seq, message.id);
  }

  /**
   * @param {HTMLElement} article
   * @param {{seq: number, at: string}} place
   */
  #settle(article, place) {
    article.classList.remove("message--pending", "message--failed");
    article.querySelector(".message__state")?.remove();
    article.dataset.at = place.at;
    const heading = article.querySelector(".message__who");
    if (heading) heading.textContent = fill(this.words.log_who, { name: this.words.log_you, time: clock(place.at) });
    this.#insert(article, place.seq, null);
  }

  /**
   * Put it where its number belongs: before the first that comes later, and before everything still on its way.
   * @param {HTMLElement} article
   * @param {number} seq
   * @param {string | null} id
   */
  #insert(article, seq, id) {
    article.dataset.seq = String(seq);
    this.#bySeq.set(seq, article);
    if (id) this.#byId.set(id, article);
    /** @type {Element | null} */
    let later = null;
    let earlier = this.#list.lastElementChild;
    while (earlier instanceof HTMLElement && (earlier === article || !(Number(earlier.dataset.seq) < seq))) {
      if (earlier !== article) later = earlier;
      earlier = earlier.previousElementSibling;
    }
    // Moving a node makes a screen reader read it again: only when it is not in its place already.
    if (!article.isConnected || article.nextElementSibling !== later) this.#list.insertBefore(article, later);
    this.#group(article);
  }

  /**
   * @param {Message} message
   * @returns {HTMLElement}
   */
  #draw(message) {
    if (message.from === "system") return this.#drawSystem(message);
    // On a desk a talk may have messages of a colleague, who had it before.
    const own = message.from === this.own && message.mine !== false;
    const article = element("article", `message message--${own ? "own" : "other"}`);
    article.dataset.from = message.from;
    article.dataset.at = message.at;
    const nameless = message.mine === false && message.from === this.own ? this.words.log_colleague : this.words.log_nameless;
    const name = own ? this.words.log_you : message.name || nameless;
    const who = element("h3", "message__who", fill(this.words.log_who, { name, time: clock(message.at) }));
    const text = element("p", "message__text", message.text);
    text.dir = "auto";
    const lang = message.lang || this.language;
    if (message.from === "counsellor" && lang) text.lang = lang;
    article.append(who, text);
    return article;
  }

  /**
   * A line of the system: the server sends a key, the table has the sentence; a key we do not know is not shown.
   * @param {Message} message
   */
  #drawSystem(message) {
    const sentence = this.words.system?.[message.text] ?? "";
    const name = message.name || this.words.log_nameless;
    const line = element("p", "message message--system", fill(sentence, { name, time: clock(message.at) }));
    line.lang = document.documentElement.lang;
    line.hidden = !sentence;
    return line;
  }

  /**
   * Somebody who says several things in one breath is named once; for a screen reader every message keeps its name.
   * @param {HTMLElement} article
   */
  #group(article) {
    for (const one of [article, article.nextElementSibling]) {
      const before = one?.previousElementSibling;
      if (!(one instanceof HTMLElement)) continue;
      const same = before instanceof HTMLElement && one.dataset.from !== undefined && before.dataset.from === one.dataset.from;
      const soon = same && Date.parse(one.dataset.at ?? "") - Date.parse(before.dataset.at ?? "") < ONE_BREATH;
      one.classList.toggle("message--follows", Boolean(soon));
    }
  }

  /**
   * @param {HTMLElement} article
   * @param {string} sentence
   */
  #state(article, sentence) {
    article.querySelector(".message__state")?.remove();
    const line = element("p", "message__state", sentence);
    article.append(line);
    if (this.#atEnd) this.toLast();
    return line;
  }

  /** Under the last of one's own messages: whether it is with us, and whether the other side has read it. No times. */
  #mark() {
    const own = /** @type {HTMLElement[]} */ ([...this.#list.querySelectorAll(".message--own[data-seq]")]);
    const read = own.filter((article) => Number(article.dataset.seq) <= this.#seenSeq).at(-1);
    const last = own.at(-1);
    this.#markOne(read, "message__state--seen", this.words.log_seen);
    this.#markOne(last === read ? undefined : last, "message__state--sent", this.words.log_sent);
  }

  /** @param {HTMLElement | undefined} article @param {string} kind @param {string} sentence */
  #markOne(article, kind, sentence) {
    const marked = this.#list.querySelector(`.${kind}`);
    if (marked && marked.parentElement === article) return;
    marked?.remove();
    if (article) this.#state(article, sentence).classList.add(kind);
  }
}

customElements.define("chat-log", ChatLog);
