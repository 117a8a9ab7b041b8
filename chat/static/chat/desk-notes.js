/** Private notes of each talk: in a box of their own, stored by themselves, and never on the way to the visitor. */

import { show, tree, write } from "./desk-dom.js";
import { nameOf } from "./desk-lists.js";
import { clock, element, fill } from "./words.js";

/** @typedef {import("./desk-book.js").Entry} Entry */
/** @typedef {{talk: string, text: string, version: number, at: string | null}} NoteFrame */

const PAUSE = 800;
const AGAIN = 2000;

/** The box of one talk. There is no form and no button that sends: Enter is a new line, whatever else is pressed with it. */
class Pad {
  version = 0;
  /** What the server has. */
  stored = "";
  /** @type {string | null} what is on its way */
  sent = null;
  /** @type {string | null} what went last: it may be stored although the answer never came */
  #last = null;
  /** @type {NoteFrame | null} what another tab wrote meanwhile */
  other = null;
  isLoaded = false;
  /** Whether the talk was taken off the desk, and the box only waits to be stored. */
  isLeaving = false;
  #timer = 0;

  /**
   * @param {Entry} entry
   * @param {Record<string, string>} strings
   * @param {(frame: object) => boolean} post
   * @param {number} limit
   */
  constructor(entry, strings, post, limit) {
    this.code = entry.talk.code;
    this.strings = strings;
    this.post = post;
    this.box = element("textarea", "notes__box");
    this.box.id = `note-${this.code}`;
    this.box.rows = 4;
    this.box.maxLength = limit;
    const settings = { autocomplete: "off", spellcheck: "false", writingsuggestions: "false", dir: "auto", "aria-describedby": "notes-about" };
    for (const [name, value] of Object.entries(settings)) this.box.setAttribute(name, value);
    const label = element("label", "notes__label", fill(strings.notes_label, { name: nameOf(entry, strings) }));
    label.htmlFor = this.box.id;
    this.said = element("p", "notes__said");
    this.said.setAttribute("role", "status");
    this.clash = this.#makeClash();
    this.root = tree("div", "notes__pad", label, this.box, this.clash, this.said);
    this.box.addEventListener("input", () => this.#changed());
    this.box.addEventListener("blur", () => this.save());
  }

  #makeClash() {
    this.theirs = element("p", "notes__other");
    const choices = tree("div", "row",
      this.#button(this.strings.notes_both, () => `${this.theirs?.textContent ?? ""}\n\n${this.box.value}`),
      this.#button(this.strings.notes_mine, () => this.box.value),
      this.#button(this.strings.notes_theirs, () => this.theirs?.textContent ?? ""),
    );
    const made = tree("div", "notes__clash", element("p", "notes__question", this.strings.notes_clash), this.theirs, choices);
    made.hidden = true;
    return made;
  }

  /** @param {string} text @param {() => string} result */
  #button(text, result) {
    const button = element("button", "button button--quiet", text);
    button.type = "button";
    button.addEventListener("click", () => this.#settle(result()));
    return button;
  }

  get isDirty() {
    return this.box.value !== this.stored;
  }

  get hasUnstored() {
    return this.isLoaded && this.isDirty;
  }

  #changed() {
    clearTimeout(this.#timer);
    if (!this.other) this.#timer = window.setTimeout(() => this.save(), PAUSE);
    write(this.said, this.other ? this.said.textContent ?? "" : "");
  }

  save() {
    clearTimeout(this.#timer);
    if (!this.hasUnstored || this.sent !== null || this.other || this.box.readOnly) return;
    const text = this.box.value;
    if (!this.post({ do: "write_note", talk: this.code, text, version: this.version })) {
      write(this.said, this.strings.notes_offline);
      return;
    }
    this.sent = this.#last = text;
    write(this.said, this.strings.notes_saving);
  }

  /** The line is (back) there: ask what is stored, and store what is not. */
  ask() {
    this.sent = null;
    this.post({ do: "note", talk: this.code });
  }

  /** @param {NoteFrame} frame */
  heard(frame) {
    const first = !this.isLoaded;
    this.isLoaded = true;
    this.box.readOnly = false;
    if (frame.version === this.version && !first) return this.save();
    const unchanged = first ? this.box.value === "" : !this.isDirty;
    if (this.box.value === frame.text || unchanged) this.#take(frame, frame.text);
    // Nothing is overwritten: there was nothing yet, or it was ours.
    else if (frame.text === "" || frame.text === this.#last) {
      this.#take(frame, this.box.value);
      this.save();
    } else this.#clash(frame);
  }

  /** @param {{version: number, at: string}} frame */
  acknowledged({ version, at }) {
    this.stored = this.sent ?? this.stored;
    this.sent = null;
    this.version = version;
    write(this.said, fill(this.strings.notes_saved, { time: clock(at) }));
    if (this.isDirty) this.save();
  }

  /** @param {string} why @param {NoteFrame | undefined} note */
  refused(why, note) {
    this.sent = null;
    if (why === "conflict" && note) this.heard(note);
    else if (why === "slow_down" || why === "broken") this.#timer = window.setTimeout(() => this.save(), AGAIN);
    else {
      this.box.readOnly = true;
      write(this.said, why === "not_here" ? this.strings.notes_not_here : this.strings.notes_not_saved);
    }
  }

  /** @param {NoteFrame} frame @param {string} text */
  #take(frame, text) {
    this.version = frame.version;
    this.stored = frame.text;
    if (this.box.value !== text) this.box.value = text;
    write(this.said, frame.at ? fill(this.strings.notes_saved, { time: clock(frame.at) }) : "");
  }

  /** Both texts are on the screen until somebody chooses; nothing is stored meanwhile. @param {NoteFrame} frame */
  #clash(frame) {
    this.other = frame;
    write(/** @type {HTMLElement} */ (this.theirs), frame.text);
    show(this.clash, true);
    write(this.said, this.strings.notes_clash_said);
  }

  /** @param {string} text */
  #settle(text) {
    const frame = this.other;
    if (!frame) return;
    this.other = null;
    show(this.clash, false);
    this.#take(frame, text.slice(0, this.box.maxLength));
    this.box.focus();
    this.save();
  }
}

export class Notes {
  /** @type {Map<string, Pad>} */
  #pads = new Map();

  /**
   * @param {HTMLElement} place
   * @param {Record<string, string>} strings
   * @param {(frame: object) => boolean} post
   * @param {number} limit
   */
  constructor(place, strings, post, limit) {
    this.place = place;
    this.strings = strings;
    this.post = post;
    this.limit = limit;
  }

  get hasUnstored() {
    return [...this.#pads.values()].some((pad) => pad.hasUnstored);
  }

  /** @param {Entry} entry */
  lay(entry) {
    this.#pads.get(entry.talk.code)?.root.remove();
    const pad = new Pad(entry, this.strings, this.post, this.limit);
    this.#pads.set(pad.code, pad);
    this.place.append(pad.root);
    pad.ask();
  }

  arrive() {
    for (const pad of this.#pads.values()) pad.ask();
  }

  /** The talk is off the desk; what is not stored yet stays until it is. @param {string} code */
  drop(code) {
    const pad = this.#pads.get(code);
    if (!pad) return;
    pad.save();
    pad.isLeaving = true;
    this.#clear(pad);
  }

  /** Whatever was not stored goes too. */
  empty() {
    for (const pad of this.#pads.values()) pad.root.remove();
    this.#pads.clear();
  }

  /** @param {Pad} pad */
  #clear(pad) {
    if (!pad.isLeaving || pad.hasUnstored) return;
    pad.root.remove();
    this.#pads.delete(pad.code);
  }

  /** @param {NoteFrame} frame */
  heard(frame) {
    this.#pads.get(frame.talk)?.heard(frame);
  }

  /** @param {{talk: string, version: number, at: string}} frame */
  acknowledged(frame) {
    const pad = this.#pads.get(frame.talk);
    pad?.acknowledged(frame);
    if (pad) this.#clear(pad);
  }

  /** @param {{talk: string, why: string, note?: NoteFrame}} frame */
  refused({ talk, why, note }) {
    this.#pads.get(talk)?.refused(why, note);
  }

  /** @param {string | null} code the talk on the screen */
  render(code) {
    show(this.place.parentElement ?? this.place, code !== null);
    for (const pad of this.#pads.values()) show(pad.root, pad.code === code);
  }
}
