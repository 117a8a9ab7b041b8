/** Whispers between who has a talk and who reads along with it: in a box of their own, with another look than the composer's. */

import { Writer } from "./desk-advice.js";
import { keepInStep, part, show, tree, write } from "./desk-dom.js";
import { clock, element, fill } from "./words.js";

/** @typedef {{id: string, mine: boolean, name: string, text: string, at: string}} Whisper */

/** What was whispered about one talk, and where to whisper back. */
class Corner {
  /** @type {Map<string, Whisper>} */
  #items = new Map();
  #list = element("ul", "list whispers__list");

  /**
   * @param {string} code
   * @param {Record<string, string>} strings
   * @param {{post: (frame: object) => boolean, limit: number, label: string}} how
   */
  constructor(code, strings, { post, limit, label }) {
    this.code = code;
    this.strings = strings;
    this.writer = new Writer({ label, button: strings.whisper_send, limit }, (id, text) => post({ do: "whisper", talk: code, id, text }), strings);
    const log = tree("div", "whispers__log", this.#list);
    log.setAttribute("role", "log");
    log.setAttribute("aria-label", strings.whisper_list);
    this.root = tree("div", "whispers__corner", log, this.writer.root);
    this.draw();
  }

  get length() {
    return [...this.#items.values()].filter((item) => !item.mine).length;
  }

  /** @param {Whisper[]} items */
  tell(items) {
    for (const item of items) this.#items.set(item.id, item);
    this.draw();
  }

  draw() {
    const items = [...this.#items.values()].sort((a, b) => a.at.localeCompare(b.at));
    show(this.#list, items.length > 0);
    keepInStep(this.#list, items, (item) => item.id, (item) => this.#make(item), () => {});
  }

  /** @param {Whisper} item */
  #make(item) {
    const name = item.mine ? this.strings.advice_you : item.name;
    return tree(
      "li", `whisper whisper--${item.mine ? "own" : "other"}`,
      element("p", "advice__who", fill(this.strings.advice_who, { name, time: clock(item.at) })), element("p", "advice__text", item.text),
    );
  }
}

export class Whispers {
  /** @type {Map<string, Corner>} by talk */
  #corners = new Map();
  /** @type {Map<string, number>} how many of a talk were on the screen */
  #read = new Map();

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

  /** The corner of a talk, made when somebody begins to read along. @param {string} code @param {string} label @param {HTMLElement} place */
  corner(code, label, place) {
    const known = this.#corners.get(code);
    if (known) return known;
    const made = new Corner(code, this.strings, { post: this.post, limit: this.limit, label });
    this.#corners.set(code, made);
    place.append(made.root);
    this.post({ do: "whispers", talk: code });
    return made;
  }

  /** Ask anew for all there is: the line was gone. */
  arrive() {
    for (const code of this.#corners.keys()) this.post({ do: "whispers", talk: code });
  }

  /** @param {string} code */
  drop(code) {
    this.#corners.get(code)?.root.remove();
    this.#corners.delete(code);
    this.#read.delete(code);
  }

  empty() {
    for (const code of [...this.#corners.keys()]) this.drop(code);
  }

  /** @param {{talk: string, items: Whisper[]}} frame */
  heardAll({ talk, items }) {
    this.#corners.get(talk)?.tell(items);
  }

  /** @param {{talk: string, item: Whisper}} frame */
  heard({ talk, item }) {
    this.#corners.get(talk)?.tell([item]);
  }

  /** @param {{talk: string, id: string}} frame */
  done({ talk, id }) {
    const writer = this.#corners.get(talk)?.writer;
    if (writer?.owns(id)) writer.done("");
  }

  /** @param {{why: string, id: string | null}} frame */
  refused({ why, id }) {
    for (const { writer } of this.#corners.values()) if (writer.owns(id)) writer.refused(why, []);
  }

  /** The counsellor's side: who reads along with the talk on the screen. @param {import("./desk-book.js").Entry | null} entry */
  render(entry) {
    const readers = entry?.isOpen ? (entry.talk.readers ?? []) : [];
    const code = entry?.talk.code ?? "";
    show(part("whispers"), readers.length > 0);
    if (readers.length > 0) {
      write(part("whispers-who"), fill(this.strings.whisper_who, { name: readers.join(", ") }));
      this.corner(code, fill(this.strings.whisper_label, { name: readers.join(", ") }), part("whispers-corners"));
    } else this.drop(code);
    for (const [talk, { root }] of this.#corners) if (root.parentElement === part("whispers-corners")) show(root, talk === code);
    this.#count(code);
  }

  /** On a telephone they may be on another part of the desk: the bar counts them. @param {string} code */
  #count(code) {
    const corner = this.#corners.get(code);
    const isSeen = part("whispers").offsetParent !== null;
    if (corner && isSeen) this.#read.set(code, corner.length);
    const unread = corner ? corner.length - (this.#read.get(code) ?? 0) : 0;
    write(part("bar-whispers"), unread > 0 ? fill(this.strings.whisper_bar, { n: unread }) : "");
  }
}
