/** Advice among colleagues: a question without anything of the visitor in it, and what they answer. Gone when the talk is over. */

import { keepInStep, part, show, tree, write } from "./desk-dom.js";
import { nameOf } from "./desk-lists.js";
import { counted } from "./desk-time.js";
import { newId } from "./outbox.js";
import { clock, element, fill } from "./words.js";

/** @typedef {import("./desk-book.js").Entry} Entry */
/** @typedef {{from: string | null, mine: boolean, text: string, masked: boolean, at: string}} Answer */
/**
 * @typedef {{
 *   advice: string, line: string, line_name: string, from: string | null, mine: boolean, text: string, masked: boolean, at: string,
 *   answers: Answer[], talk?: string
 * }} Item
 */

/** A box to write in with a button; the text stays until the server has it, and goes with the same id when it is tried again. */
export class Writer {
  #id = newId();
  #sent = "";
  /** What a refusal means, by the words of the protocol. @type {Record<string, string>} */
  #refusals;
  /** What of the visitor was found. @type {Record<string, string>} */
  #found;

  /**
   * @param {{label: string, button: string, about?: string, limit: number}} words
   * @param {(id: string, text: string) => boolean} send
   * @param {Record<string, string>} strings
   */
  constructor({ label, button, about, limit }, send, strings) {
    this.send = send;
    this.strings = strings;
    this.#refusals = {
      names_visitor: strings.advice_names_visitor, nobody_there: strings.advice_nobody_there, slow_down: strings.advice_slow_down,
      too_long: strings.advice_too_long, closed: strings.advice_closed, not_here: strings.advice_not_here,
    };
    this.#found = {
      nickname: strings.advice_found_nickname, answer: strings.advice_found_answer, code: strings.advice_found_code, quote: strings.advice_found_quote,
    };
    this.box = element("textarea", "advice__box");
    this.box.id = `advice-${newId()}`;
    this.box.rows = 2;
    this.box.maxLength = limit;
    const settings = { autocomplete: "off", spellcheck: "false", writingsuggestions: "false", dir: "auto" };
    for (const [name, value] of Object.entries(settings)) this.box.setAttribute(name, value);
    if (about) this.box.setAttribute("aria-describedby", about);
    const title = element("label", "advice__label", label);
    title.htmlFor = this.box.id;
    this.button = element("button", "button button--quiet", button);
    this.button.type = "button";
    this.button.addEventListener("click", () => this.#pressed());
    this.said = element("p", "advice__said");
    this.said.setAttribute("role", "status");
    this.root = tree("div", "advice__writer", title, this.box, this.button, this.said);
  }

  #pressed() {
    const text = this.box.value.trim();
    if (!text) return write(this.said, this.strings.advice_nothing);
    // Another text is another question: only a resend of the same one keeps its id.
    if (text !== this.#sent) this.#id = newId();
    this.#sent = text;
    write(this.said, this.send(this.#id, text) ? this.strings.advice_sending : this.strings.advice_offline);
  }

  /** @param {string | null} id */
  owns(id) {
    return id === this.#id;
  }

  /** @param {string} sentence */
  done(sentence) {
    if (this.box.value.trim() === this.#sent) this.box.value = "";
    this.#id = newId();
    write(this.said, sentence);
  }

  /** @param {string} why @param {string[]} found */
  refused(why, found) {
    const named = found.map((name) => this.#found[name] ?? name).join(", ");
    write(this.said, fill(this.#refusals[why] ?? this.strings.advice_failed, { found: named }));
  }
}

export class AdvicePanel {
  /** @type {Map<string, Item>} */
  #items = new Map();
  /** @type {Map<string, Writer>} by talk: where this counsellor asks */
  #askers = new Map();
  /** @type {Map<string, Writer>} by question: where this counsellor answers */
  #answerers = new Map();
  /** @type {Map<string, number>} how many answers of a question were on the screen */
  #read = new Map();
  #asking = 0;

  /**
   * @param {Record<string, string>} strings
   * @param {(frame: object) => boolean} post
   * @param {number} limit
   */
  constructor(strings, post, limit) {
    this.strings = strings;
    this.post = post;
    this.limit = limit;
  }

  /** @param {Entry} entry */
  lay(entry) {
    const { talk } = entry;
    this.#askers.get(talk.code)?.root.remove();
    const words = { label: fill(this.strings.advice_ask_label, { name: nameOf(entry, this.strings) }), button: this.strings.advice_ask, about: "advice-about", limit: this.limit };
    const writer = new Writer(words, (id, text) => this.post({ do: "ask", talk: talk.code, id, text }), this.strings);
    this.#askers.set(talk.code, writer);
    part("advice-asking").append(writer.root);
    // A talk that was taken over brings its questions along.
    this.arrive();
  }

  empty() {
    this.#items.clear();
    this.#answerers.clear();
  }

  /** @param {string} code */
  drop(code) {
    this.#askers.get(code)?.root.remove();
    this.#askers.delete(code);
  }

  /** Ask for all there is, once for whatever happens in the same moment. */
  arrive() {
    clearTimeout(this.#asking);
    this.#asking = window.setTimeout(() => this.post({ do: "advice" }), 0);
  }

  /** @param {{items: Item[]}} frame all there is: what is not named is gone */
  heardAll({ items }) {
    this.#items = new Map(items.map((item) => [item.advice, item]));
    for (const item of items) this.#read.set(item.advice, this.#read.get(item.advice) ?? item.answers.length);
  }

  /** @param {{item: Item}} frame */
  heard({ item }) {
    const known = this.#items.get(item.advice);
    this.#items.set(item.advice, item);
    if (!known && !item.mine) this.#tell(this.strings.advice_new);
    else if (item.mine && item.answers.length > (known?.answers.length ?? 0)) this.#tell(this.strings.advice_answered);
  }

  /** @param {{advice: string}} frame */
  gone({ advice }) {
    this.#items.delete(advice);
    this.#read.delete(advice);
    this.#answerers.delete(advice);
  }

  /** @param {{talk: string, id: string, colleagues: number}} frame */
  asked({ talk, colleagues }) {
    this.#askers.get(talk)?.done(counted(colleagues, this.strings.advice_asked_one, this.strings.advice_asked_many));
  }

  /** @param {{advice: string}} frame */
  advised({ advice }) {
    this.#answerers.get(advice)?.done(this.strings.advice_sent);
  }

  /** @param {{do: string, why: string, id: string | null, found?: string[]}} frame */
  refused({ why, id, found = [] }) {
    for (const writer of [...this.#askers.values(), ...this.#answerers.values()]) if (writer.owns(id)) writer.refused(why, found);
  }

  /** Said aloud, without a word of what was asked. @param {string} sentence */
  #tell(sentence) {
    const place = part("advice-news");
    write(place, "");
    window.setTimeout(() => write(place, sentence), 50);
  }

  /** @param {string | null} code the talk on the screen, when it goes on */
  render(code) {
    const items = [...this.#items.values()].sort((a, b) => a.at.localeCompare(b.at));
    const others = items.filter((item) => !item.mine);
    show(part("advice-heard"), others.length > 0);
    keepInStep(part("advice-questions"), others, (item) => item.advice, (item) => this.#makeQuestion(item), (child, item) => this.#fill(child, item));
    write(part("bar-advice"), others.length > 0 ? fill(this.strings.advice_bar, { n: others.length }) : "");
    show(part("advice-ask"), code !== null);
    for (const [talk, writer] of this.#askers) show(writer.root, talk === code);
    const own = items.filter((item) => item.mine && item.talk === code);
    keepInStep(part("advice-own"), own, (item) => item.advice, (item) => this.#makeOwn(item), (child, item) => this.#fill(child, item));
    this.#count(items.filter((item) => item.mine), code);
  }

  /** On a telephone the answers may be on another part of the desk: the bar counts them. @param {Item[]} mine @param {string | null} code */
  #count(mine, code) {
    const isSeen = part("advice-own").offsetParent !== null;
    let unread = 0;
    for (const { advice, talk, answers } of mine) {
      if (isSeen && talk === code) this.#read.set(advice, answers.length);
      unread += answers.length - (this.#read.get(advice) ?? 0);
    }
    write(part("bar-answers"), unread > 0 ? fill(this.strings.advice_bar_answers, { n: unread }) : "");
  }

  /** @param {Item} item */
  #frame(item) {
    const about = element("p", "advice__from");
    const child = tree("li", "advice", about, element("p", "advice__text", item.text), element("p", "advice__masked", this.strings.advice_masked), element("ul", "advice__answers"));
    const who = item.mine ? this.strings.advice_you : item.from ?? this.strings.advice_colleague;
    write(about, fill(this.strings.advice_from, { name: who, line: item.line_name, time: clock(item.at) }));
    show(/** @type {HTMLElement} */ (child.querySelector(".advice__masked")), item.masked);
    return child;
  }

  /** @param {Item} item */
  #makeQuestion(item) {
    const child = this.#frame(item);
    const name = item.from ?? this.strings.advice_colleague;
    const words = { label: fill(this.strings.advice_answer_label, { name }), button: this.strings.advice_answer, limit: this.limit };
    const writer = new Writer(words, (id, text) => this.post({ do: "advise", advice: item.advice, id, text }), this.strings);
    this.#answerers.set(item.advice, writer);
    child.append(writer.root);
    return child;
  }

  /** @param {Item} item */
  #makeOwn(item) {
    const child = this.#frame(item);
    const button = element("button", "button button--quiet", this.strings.advice_take_back);
    button.type = "button";
    button.addEventListener("click", () => {
      this.post({ do: "take_back", advice: item.advice });
      this.#askers.get(item.talk ?? "")?.box.focus();
    });
    child.append(element("p", "advice__none", this.strings.advice_no_answer), button);
    return child;
  }

  /** @param {HTMLElement} child @param {Item} item */
  #fill(child, item) {
    const list = /** @type {HTMLElement} */ (child.querySelector(".advice__answers"));
    keepInStep(list, item.answers, (answer) => `${answer.at}${answer.text}`, (answer) => this.#answer(answer), () => {});
    show(list, item.answers.length > 0);
    const none = /** @type {HTMLElement | null} */ (child.querySelector(".advice__none"));
    if (none) show(none, item.answers.length === 0);
  }

  /** @param {Answer} answer */
  #answer(answer) {
    const who = answer.mine ? this.strings.advice_you : answer.from ?? this.strings.advice_colleague;
    const name = element("p", "advice__who", fill(this.strings.advice_who, { name: who, time: clock(answer.at) }));
    const child = tree("li", "advice__answer", name, element("p", "advice__text", answer.text));
    if (answer.masked) child.append(element("p", "advice__masked", this.strings.advice_masked));
    return child;
  }
}
