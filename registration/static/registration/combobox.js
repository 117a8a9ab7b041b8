/** Choosing subjects out of a long list by typing: what is chosen stands above it, the first counts as the main one. */

import { element, fill } from "../chat/words.js";

const MOST_SHOWN = 30;

/** @typedef {{key: string, label: string}} Node */

export class Combobox extends EventTarget {
  /** @type {Node[]} */
  #nodes = [];
  #loaded = false;
  #early = false;
  /** @type {string[]} */
  #chosen = [];
  /** @type {Node[]} */
  #shown = [];
  #at = -1;

  /**
   * @param {string} id
   * @param {Record<string, string>} strings
   * @param {number} most how many can be chosen
   */
  constructor(id, strings, most) {
    super();
    this.strings = strings;
    this.most = most;
    this.list = element("ul", "subjects");
    this.input = element("input");
    this.input.id = id;
    this.input.type = "text";
    this.options = element("ul", "subjects__options");
    this.options.id = `${id}-options`;
    this.options.hidden = true;
    this.options.setAttribute("role", "listbox");
    this.options.setAttribute("aria-label", strings.search);
    const settings = {
      role: "combobox", autocomplete: "off", spellcheck: "false", "aria-expanded": "false", "aria-autocomplete": "list",
      "aria-controls": this.options.id, placeholder: strings.search,
    };
    for (const [name, value] of Object.entries(settings)) this.input.setAttribute(name, value);
    this.said = element("p", "visually-hidden");
    this.said.setAttribute("role", "status");
    this.root = element("div", "subjects__box");
    this.root.append(this.list, this.input, this.options, this.said);
    this.input.addEventListener("input", () => this.#search());
    this.input.addEventListener("keydown", (event) => this.#pressed(event));
    this.input.addEventListener("click", () => this.#browse());
    this.input.addEventListener("blur", () => this.#close());
  }

  /** @param {Node[]} nodes */
  set nodes(nodes) {
    this.#nodes = nodes;
    this.#loaded = true;
    this.#draw();
    // Somebody was faster than the list: it opens as they asked.
    if (!this.#early || document.activeElement !== this.input) return;
    if (this.input.value) this.#search();
    else this.#browse();
  }

  get value() {
    return [...this.#chosen];
  }

  /** @param {string[]} keys */
  set value(keys) {
    this.#chosen = Array.isArray(keys) ? keys.map(String) : [];
    this.#draw();
  }

  /** Nothing is typed yet: the list from its beginning. */
  #browse() {
    if (this.input.value === "" && this.options.hidden) this.#offer(this.#left);
  }

  /** What can still be chosen. */
  get #left() {
    return this.#nodes.filter((node) => !this.#chosen.includes(node.key));
  }

  #search() {
    const words = plain(this.input.value).split(" ").filter(Boolean);
    if (words.length === 0) return this.#close();
    this.#offer(this.#left.filter((node) => words.every((word) => plain(node.label).includes(word))));
  }

  /** @param {Node[]} found */
  #offer(found) {
    // Where nothing came yet nothing can be said of it.
    if (!this.#loaded) {
      this.#early = true;
      return;
    }
    this.#shown = found.slice(0, MOST_SHOWN);
    this.#at = this.#shown.length > 0 ? 0 : -1;
    this.options.replaceChildren(...this.#shown.map((node, place) => this.#option(node, place)));
    this.options.hidden = this.#shown.length === 0;
    this.input.setAttribute("aria-expanded", String(this.#shown.length > 0));
    const sentence = found.length === 1 ? this.strings.found_one : this.strings.found_many;
    this.said.textContent = found.length > 0 ? fill(sentence, { n: found.length }) : this.strings.nothing_found;
    this.#point();
  }

  /** @param {Node} node @param {number} place */
  #option(node, place) {
    const option = element("li", "subjects__option", node.label);
    option.id = `${this.options.id}-${place}`;
    option.setAttribute("role", "option");
    // Before the input loses the focus, and with it the list.
    option.addEventListener("mousedown", (event) => {
      event.preventDefault();
      this.#choose(place);
    });
    return option;
  }

  #point() {
    [...this.options.children].forEach((option, place) => option.setAttribute("aria-selected", String(place === this.#at)));
    const option = this.options.children[this.#at];
    if (option) this.input.setAttribute("aria-activedescendant", option.id);
    else this.input.removeAttribute("aria-activedescendant");
    option?.scrollIntoView({ block: "nearest" });
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    const isOpen = !this.options.hidden;
    if (event.ctrlKey || event.metaKey || event.isComposing) return;
    if (event.key === "Enter") {
      event.preventDefault();
      if (isOpen) this.#choose(this.#at);
    } else if (isOpen && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      const by = event.key === "ArrowDown" ? 1 : -1;
      this.#at = (this.#at + by + this.#shown.length) % this.#shown.length;
      this.#point();
    } else if (event.key === "ArrowDown") {
      event.preventDefault();
      this.#browse();
    } else if (isOpen && event.key === "Escape") {
      event.preventDefault();
      this.#close();
    } else if (event.key === "Backspace" && this.input.value === "" && this.#chosen.length > 0) {
      this.#remove(this.#chosen[this.#chosen.length - 1]);
    }
  }

  /** @param {number} place */
  #choose(place) {
    const node = this.#shown[place];
    if (!node || this.#chosen.length >= this.most) return;
    this.#chosen.push(node.key);
    this.input.value = "";
    this.#close();
    this.#changed();
  }

  /** @param {string} key */
  #remove(key) {
    this.#chosen = this.#chosen.filter((one) => one !== key);
    this.#changed();
    this.input.focus();
  }

  #changed() {
    this.#draw();
    this.dispatchEvent(new Event("change"));
  }

  #close() {
    this.options.hidden = true;
    this.said.textContent = "";
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  #draw() {
    const labels = new Map(this.#nodes.map((node) => [node.key, node.label]));
    const items = this.#chosen.map((key, place) => {
      const label = labels.get(key) ?? key;
      const item = element("li", "subjects__chosen");
      const words = place === 0 && this.#chosen.length > 1 ? fill(this.strings.main, { label }) : label;
      const button = element("button", "button button--quiet", "×");
      button.type = "button";
      button.setAttribute("aria-label", fill(this.strings.remove, { label }));
      button.addEventListener("click", () => this.#remove(key));
      item.append(element("span", "", words), button);
      return item;
    });
    this.list.replaceChildren(...items);
    this.list.hidden = items.length === 0;
  }
}

/** Small letters without accents. @param {string} text */
function plain(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}
