/** The strip on top: presence, room, who waits, the lines, and whether the connection is there. */

import { enable, isEnabled, keepInStep, part, tree, write } from "./desk-dom.js";
import { asClock, elapsed } from "./desk-time.js";
import { element, fill } from "./words.js";

/** @typedef {import("./desk-book.js").Book} Book */

export class Strip {
  /**
   * @param {Record<string, string>} strings
   * @param {(state: string) => void} onPresence
   */
  constructor(strings, onPresence) {
    this.strings = strings;
    this.words = { open: strings.line_open, busy: strings.line_busy, paused: strings.line_paused, closed: strings.line_closed };
    this.links = { connecting: strings.link_connecting, online: strings.link_online, offline: strings.link_offline, stopped: strings.link_stopped };
    /** @type {HTMLElement[]} */
    this.segments = [...part("presence").querySelectorAll("button")];
    for (const segment of this.segments) {
      segment.addEventListener("click", () => {
        if (isEnabled(segment) && segment.dataset.presence) onPresence(segment.dataset.presence);
      });
    }
  }

  /**
   * @param {Book} book
   * @param {"connecting" | "online" | "offline" | "stopped"} link
   * @param {number} now
   */
  render(book, link, now) {
    const connection = part("connection");
    connection.dataset.state = link;
    write(connection, this.links[link]);
    this.renderPresence(book, link);
    if (!book.told) return;
    const full = book.openCount >= book.capacity;
    write(part("fact-room"), fill(full ? this.strings.room_full : this.strings.room, { talks: book.openCount, capacity: book.capacity }));
    write(part("fact-waiting"), String(book.waiting.length));
    part("fact-waiting-frame").classList.toggle("fact--urgent", book.waiting.length > 0);
    write(part("fact-longest"), book.longestSince ? asClock(elapsed(book.longestSince, now)) : "–");
    write(part("fact-present"), String(book.present));
    this.renderLines(book);
  }

  /**
   * @param {Book} book
   * @param {string} link
   */
  renderPresence(book, link) {
    for (const segment of this.segments) {
      enable(segment, book.told && link === "online");
      segment.setAttribute("aria-pressed", String(book.told && segment.dataset.presence === book.presence));
    }
  }

  /** @param {Book} book */
  renderLines(book) {
    keepInStep(
      part("lines"),
      book.lines,
      (line) => line.slug,
      () => tree("li", "strip__line", element("span", "state"), element("span", "strip__word")),
      (child, line) => {
        const [name, word] = child.children;
        /** @type {HTMLElement} */ (name).dataset.state = line.state;
        write(name, line.name);
        // Visitors find the line busy because somebody has the free place already: whoever waits on it.
        const isPromised = line.state === "busy" && book.obstacle === null && book.waiting.some((visitor) => visitor.line === line.slug);
        write(word, isPromised ? this.strings.line_promised : (this.words[/** @type {keyof Strip["words"]} */ (line.state)] ?? line.state));
      },
    );
  }
}
