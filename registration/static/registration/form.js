/** The registration form: the same beside a talk and by hand. It knows fields and answers; where they go is its owner's. */

import { element, fill } from "../chat/words.js";
import { Combobox } from "./combobox.js";

/** @typedef {{key: string, label: string}} Option */
/** @typedef {{key: string, kind: string, label: string, help: string, required: boolean, options: Option[], tree: string, low: number, high: number}} Field */
/** @typedef {{kind: string, text: string, certain: boolean}} Mark */
/** @typedef {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} Input */

const MOST_MARKS = 10;
let count = 0;

/** One field on the screen. */
class Row {
  /** @type {Combobox | null} */
  box = null;

  /** @param {Field} field @param {RegistrationForm} form */
  constructor(field, form) {
    this.field = field;
    this.form = form;
    const id = `registration-${++count}`;
    this.input = this.#input(id);
    this.input.id = id;
    const label = element("label", "registration__label", field.label);
    label.htmlFor = id;
    if (field.required) label.append(" ", element("span", "soft", form.strings.needed));
    this.error = element("p", "registration__error");
    this.error.id = `${id}-error`;
    this.error.hidden = true;
    this.root = element("div", "registration__row");
    this.root.append(label);
    const described = [this.error.id];
    if (field.help) {
      const help = element("p", "soft small", field.help);
      help.id = `${id}-help`;
      described.push(help.id);
      this.root.append(help);
    }
    this.input.setAttribute("aria-describedby", described.join(" "));
    if (field.required) this.input.setAttribute("aria-required", "true");
    this.root.append(this.box?.root ?? this.input, this.error);
    (this.box ?? this.input).addEventListener(this.box ? "change" : "input", () => {
      this.complain("");
      form.changed();
    });
  }

  /** @param {string} id @returns {Input} */
  #input(id) {
    const { field, form } = this;
    if (field.kind === "tree") {
      this.box = new Combobox(id, form.strings, MOST_MARKS);
      void form.nodes(field.tree).then((nodes) => this.box && (this.box.nodes = nodes));
      return this.box.input;
    }
    if (field.kind === "number") {
      const input = element("input");
      Object.assign(input, { type: "number", min: String(field.low), max: String(field.high), inputMode: "numeric" });
      return input;
    }
    if (field.kind === "report") {
      const area = element("textarea");
      Object.assign(area, { rows: 4, maxLength: form.reportLength, autocomplete: "off", spellcheck: false });
      return area;
    }
    const select = element("select");
    select.append(new Option(form.strings.choose, ""), ...field.options.map((one) => new Option(one.label, one.key)));
    return select;
  }

  get value() {
    if (this.box) return this.box.value;
    return this.field.kind === "number" && this.input.value !== "" ? Number(this.input.value) : this.input.value;
  }

  /** @param {any} value */
  set value(value) {
    if (this.box) this.box.value = value ?? [];
    else this.input.value = value === undefined || value === null ? "" : String(value);
  }

  get isEmpty() {
    return this.value === "" || (Array.isArray(this.value) && this.value.length === 0);
  }

  /** Say what is wrong; an empty sentence takes it away. @param {string} sentence */
  complain(sentence) {
    this.error.textContent = sentence;
    this.error.hidden = sentence === "";
    if (sentence) this.input.setAttribute("aria-invalid", "true");
    else this.input.removeAttribute("aria-invalid");
  }
}

export class RegistrationForm extends EventTarget {
  /** @type {Row[]} */
  rows = [];
  /** @type {Mark[]} */
  #marks = [];
  /** @type {Set<string>} what looks like a name and is none */
  #kept = new Set();

  /**
   * @param {Record<string, string>} strings
   * @param {number} reportLength
   * @param {(tree: string) => Promise<Option[]>} nodes
   */
  constructor(strings, reportLength, nodes) {
    super();
    this.strings = strings;
    this.reportLength = reportLength;
    this.nodes = nodes;
    this.fields = element("div", "registration__fields");
    this.marks = element("div", "registration__marks");
    this.marks.setAttribute("role", "status");
    this.marks.hidden = true;
    this.root = element("div", "registration__form");
    this.root.append(this.fields, this.marks);
    this.root.addEventListener("keydown", (event) => this.#pressed(event));
  }

  /** @param {Field[]} fields */
  lay(fields) {
    this.rows = fields.map((field) => new Row(field, this));
    this.fields.replaceChildren(...this.rows.map((row) => row.root));
    this.#kept.clear();
    this.mark([]);
  }

  /** What is filled in; what is empty is left out. @returns {Record<string, any>} */
  get filled() {
    return Object.fromEntries(this.rows.filter((row) => !row.isEmpty).map((row) => [row.field.key, row.value]));
  }

  /** @param {Record<string, any>} values */
  set filled(values) {
    for (const row of this.rows) row.value = values[row.field.key];
  }

  get kept() {
    return [...this.#kept];
  }

  get first() {
    return this.rows[0]?.input ?? null;
  }

  changed() {
    this.dispatchEvent(new Event("change"));
  }

  /** @param {{missing?: string[], wrong?: string[], marks?: Mark[]}} found */
  complain({ missing = [], wrong = [], marks = [] }) {
    for (const row of this.rows) {
      const sentence = missing.includes(row.field.key) ? this.strings.missing : wrong.includes(row.field.key) ? this.strings.wrong : "";
      row.complain(sentence);
    }
    this.mark(marks);
    const bad = this.rows.find((row) => !row.error.hidden);
    if (bad) bad.input.focus();
    else /** @type {HTMLElement | null} */ (this.marks.querySelector("button"))?.focus();
  }

  /** @param {Mark[]} marks */
  mark(marks) {
    this.#marks = marks.filter((mark) => mark.certain || !this.#kept.has(mark.text));
    this.marks.hidden = this.#marks.length === 0;
    this.marks.replaceChildren(...(this.#marks.length > 0 ? [element("p", "registration__hint", this.strings.marks_title)] : []), ...this.#marks.map((one) => this.#markRow(one)));
    this.#report?.setAttribute("aria-invalid", String(this.#marks.length > 0));
  }

  get #report() {
    return this.rows.find((row) => row.field.kind === "report")?.input;
  }

  /** @param {Mark} mark */
  #markRow(mark) {
    const row = element("p", "row");
    const kind = this.strings[`kind_${mark.kind}`] ?? mark.kind;
    row.append(this.#button(fill(this.strings.mark_remove, { text: mark.text, kind }), () => this.remove(mark)));
    if (!mark.certain) row.append(this.#button(fill(this.strings.mark_keep, { text: mark.text }), () => this.keep(mark)));
    return row;
  }

  /** @param {string} text @param {() => void} deed */
  #button(text, deed) {
    const button = element("button", "button button--quiet", text);
    button.type = "button";
    button.addEventListener("click", deed);
    return button;
  }

  /** Take it out wherever it stands. @param {Mark} mark */
  remove(mark) {
    const area = this.#report;
    if (area) area.value = area.value.split(mark.text).join("").replace(/ {2,}/g, " ");
    this.#settle(mark);
    this.changed();
  }

  /** @param {Mark} mark */
  keep(mark) {
    this.#kept.add(mark.text);
    this.#settle(mark);
  }

  /** @param {Mark} mark */
  #settle(mark) {
    const hadFocus = this.marks.contains(document.activeElement);
    this.mark(this.#marks.filter((one) => one !== mark));
    if (!hadFocus) return;
    const next = /** @type {HTMLElement | null} */ (this.marks.querySelector("button"));
    if (next) next.focus();
    else this.dispatchEvent(new Event("settled"));
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.dispatchEvent(new Event("finish"));
    } else if (event.key === "F8" && this.#marks.length > 0) {
      event.preventDefault();
      this.remove(this.#marks[0]);
    }
  }
}
