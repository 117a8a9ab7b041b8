/** Canned replies: `/` at the start of a line opens a list to search; what is chosen comes in the composer and is never sent by that. */

import { show, tree, write } from "./desk-dom.js";
import { counted, languageName } from "./desk-time.js";
import { element, fill } from "./words.js";

/** @typedef {{name: string, level: string, language: string, is_other: boolean, text: string}} Reply */
/** @typedef {import("./desk-talk.js").TalkPane} TalkPane */

/** Small letters without accents. @param {string} text */
function plain(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

/** @param {string} query @param {Reply} reply */
function rank(query, reply) {
  const name = plain(reply.name);
  if (name.startsWith(query)) return 0;
  if (name.includes(query)) return 1;
  return plain(reply.text).includes(query) ? 2 : 3;
}

/** One panel for the whole desk: it moves to the talk in which it is opened. */
export class Canned {
  /** @type {Map<string, Reply[]>} */
  #known = new Map();
  /** @type {{pane: TalkPane, box: HTMLTextAreaElement, at: number, slash: boolean} | null} */
  #open = null;
  /** @type {Reply[]} */
  #shown = [];
  #active = 0;

  /**
   * @param {Record<string, any>} strings
   * @param {(frame: object) => boolean} post
   * @param {string} page the address where a counsellor writes their own
   */
  constructor(strings, post, page) {
    this.strings = strings;
    this.post = post;
    this.levels = { organisation: strings.canned_organisation, line: strings.canned_line, personal: strings.canned_personal };
    this.search = element("input", "canned__search");
    this.list = element("ul", "canned__list");
    this.said = element("p", "canned__said");
    this.close = element("button", "button button--quiet", strings.canned_close);
    const own = element("a", "canned__own", strings.canned_own);
    Object.assign(own, { href: page, target: "_blank", rel: "noopener" });
    this.root = this.#build(own);
    this.#listen();
  }

  /** @param {HTMLElement} own */
  #build(own) {
    this.list.id = "canned-list";
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", this.strings.canned_title);
    this.search.type = "text";
    const about = {
      role: "combobox", "aria-expanded": "true", "aria-controls": this.list.id, "aria-autocomplete": "list", autocomplete: "off", spellcheck: "false",
      "aria-label": this.strings.canned_search, placeholder: this.strings.canned_search, maxlength: "60",
    };
    for (const [name, value] of Object.entries(about)) this.search.setAttribute(name, value);
    this.said.setAttribute("role", "status");
    this.close.type = "button";
    const root = tree("section", "canned", tree("div", "canned__head", this.search, this.close), this.list, tree("div", "canned__foot", this.said, own));
    root.setAttribute("aria-label", this.strings.canned_title);
    return root;
  }

  #listen() {
    this.search.addEventListener("input", () => this.#filter());
    this.search.addEventListener("keydown", (event) => this.#pressed(event));
    this.close.addEventListener("click", () => this.shut(true));
    this.root.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.shut(true);
    });
    this.root.addEventListener("focusout", (event) => {
      const next = /** @type {Node | null} */ (event.relatedTarget);
      if (next && !this.root.contains(next)) this.shut(false);
    });
    // The focus stays in the search, so that arrows go on working.
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const option = /** @type {HTMLElement} */ (event.target).closest("[role=option]");
      if (option) this.#choose([...this.list.children].indexOf(option));
    });
  }

  /** Watch the composer of a talk, and put a button beside it for who has no keyboard. @param {TalkPane} pane */
  watch(pane) {
    const box = /** @type {HTMLTextAreaElement | null} */ (pane.composer.querySelector("textarea"));
    if (!box) return;
    box.addEventListener("input", (event) => {
      const typed = /** @type {InputEvent} */ (event).data;
      if (typed === "/" && atStartOfLine(box.value, box.selectionStart - 1)) this.open(pane, box, true);
    });
    const button = element("button", "button button--quiet talk__canned", this.strings.canned_button);
    button.type = "button";
    button.addEventListener("click", () => (this.#open?.pane === pane ? this.shut(true) : this.open(pane, box, false)));
    pane.tools.append(button);
  }

  /** @param {TalkPane} pane @param {HTMLTextAreaElement} box @param {boolean} slash whether a slash was typed for it */
  open(pane, box, slash) {
    if (box.readOnly) return;
    this.#open = { pane, box, at: box.selectionStart, slash };
    pane.composer.before(this.root);
    this.search.value = "";
    if (!this.#known.has(pane.code)) write(this.said, this.strings.canned_loading);
    if (!this.post({ do: "replies", talk: pane.code })) write(this.said, this.strings.canned_offline);
    this.#filter();
    this.search.focus();
  }

  /** @param {boolean} back whether the focus goes back to the composer */
  shut(back) {
    const { box } = this.#open ?? {};
    this.#open = null;
    this.root.remove();
    if (back) box?.focus();
  }

  /** @param {{talk: string, replies: Reply[]}} frame */
  heard({ talk, replies }) {
    this.#known.set(talk, replies);
    if (this.#open?.pane.code === talk) this.#filter();
  }

  /** @param {string} code */
  drop(code) {
    this.#known.delete(code);
    if (this.#open?.pane.code === code) this.shut(false);
  }

  #filter() {
    const replies = this.#known.get(this.#open?.pane.code ?? "");
    if (!replies) return this.#draw([]);
    const query = plain(this.search.value.trim());
    const ranked = replies.map((reply) => ({ reply, place: rank(query, reply) })).filter(({ place }) => place < 3);
    ranked.sort((a, b) => a.place - b.place || a.reply.name.localeCompare(b.reply.name));
    this.#draw(ranked.map(({ reply }) => reply));
    write(this.said, replies.length === 0 ? this.strings.canned_empty : this.#counted(this.#shown.length));
  }

  /** @param {number} n */
  #counted(n) {
    return n === 0 ? this.strings.canned_none : counted(n, this.strings.canned_one, this.strings.canned_many);
  }

  /** @param {Reply[]} replies */
  #draw(replies) {
    this.#shown = replies;
    this.list.replaceChildren(...replies.map((reply, place) => this.#option(reply, place)));
    show(this.list, replies.length > 0);
    this.#point(0);
  }

  /** @param {Reply} reply @param {number} place */
  #option(reply, place) {
    const about = element("span", "canned__level", this.levels[/** @type {keyof Canned["levels"]} */ (reply.level)]);
    const text = element("span", "canned__text", reply.text);
    text.lang = reply.language;
    const option = tree("li", "canned__option", element("span", "canned__name", reply.name), about);
    if (reply.is_other) option.append(element("span", "badge canned__language", fill(this.strings.canned_language, { language: languageName(reply.language) })));
    option.append(text);
    option.id = `canned-${place}`;
    option.setAttribute("role", "option");
    return option;
  }

  /** @param {number} place */
  #point(place) {
    const options = [...this.list.children];
    this.#active = Math.max(0, Math.min(place, options.length - 1));
    options.forEach((option, index) => option.setAttribute("aria-selected", String(index === this.#active)));
    if (options.length > 0) this.search.setAttribute("aria-activedescendant", options[this.#active].id);
    else this.search.removeAttribute("aria-activedescendant");
    options[this.#active]?.scrollIntoView({ block: "nearest" });
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    if (event.isComposing || event.keyCode === 229) return;
    const page = 5;
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page };
    const step = steps[/** @type {keyof typeof steps} */ (event.key)];
    if (step) this.#point(this.#active + step);
    else if (event.key === "Enter") this.#choose(this.#active);
    else if (event.key === "Backspace" && this.search.value === "") this.shut(true);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Put the text where the caret was, in the place of the slash; what else was written stays. @param {number} place */
  #choose(place) {
    const reply = this.#shown[place];
    if (!reply || !this.#open) return;
    const { pane, box, at, slash } = this.#open;
    const start = slash && box.value[at - 1] === "/" ? at - 1 : at;
    box.setRangeText(reply.text, start, at, "end");
    pane.composer.spoken = reply.is_other ? reply.language : "";
    this.shut(true);
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

/** @param {string} text @param {number} at */
function atStartOfLine(text, at) {
  return text[at] === "/" && (at === 0 || text[at - 1] === "\n");
}
