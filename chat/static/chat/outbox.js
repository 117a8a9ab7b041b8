/**
 * Messages on their way: kept until the server says that they are stored, sent again with the same id. One is on the line
 * at a time, oldest first: what was written first is stored first, also when it has to be tried again.
 */

/** @typedef {{id: string, text: string, lang: string, state: "pending" | "failed", tries: number, timer: number}} Letter */

const ANSWER_WITHIN = 15_000;
const TRIES = 3;
/** Reasons that pass by themselves. */
export const PASSING = new Set(["slow_down", "broken"]);

/** A UUID of version 4; older browsers have no `crypto.randomUUID`. */
export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/**
 * Events, each with `{id, text, lang}` in `detail`: `pending` (on its way), `failed` (not stored yet; `retry(id)` tries
 * again), `returned` (the server will not take it; `why` says the reason, the text belongs back in the composer).
 */
export class Outbox extends EventTarget {
  /** @type {Map<string, Letter>} */
  #letters = new Map();
  /** @type {Letter | null} the one that waits for its answer */
  #onLine = null;

  /** @param {(id: string, text: string, lang: string) => boolean} send puts one message on the line; false when there is no line */
  constructor(send) {
    super();
    this.send = send;
  }

  /** What is not stored yet, oldest first. */
  get letters() {
    return [...this.#letters.values()].map(({ id, text }) => ({ id, text }));
  }

  get size() {
    return this.#letters.size;
  }

  /**
   * Take a text and send it now, or as soon as there is a line.
   * @param {string} text
   * @param {string} [id] the id that it has already, so that it is stored once
   * @param {string} [lang] where it is in another language than the talk
   * @returns {string} its id
   */
  add(text, id = newId(), lang = "") {
    const letter = { id, text, lang, state: /** @type {const} */ ("pending"), tries: 0, timer: 0 };
    this.#letters.set(letter.id, letter);
    this.#tell("pending", letter);
    this.#await(letter);
    this.#next();
    return letter.id;
  }

  /**
   * The server has it, or we found it in the history: done.
   * @param {string} id
   */
  stored(id) {
    this.#drop(this.#letters.get(id));
    this.#next();
  }

  /**
   * @param {string | null} id
   * @param {string} why as in `docs/protocol.md`
   */
  refused(id, why) {
    const letter = id ? this.#letters.get(id) : undefined;
    if (!letter) return;
    clearTimeout(letter.timer);
    if (!PASSING.has(why)) {
      this.#drop(letter);
      this.#tell("returned", letter, why);
      this.#next();
    } else if (letter.tries < TRIES) {
      letter.timer = window.setTimeout(() => this.#post(letter), 1000 * letter.tries);
    } else {
      this.#fail(letter);
    }
  }

  /** @param {string} id */
  retry(id) {
    const letter = this.#letters.get(id);
    if (!letter) return;
    letter.tries = 0;
    this.#await(letter);
    this.#next();
  }

  /** After a reconnection: everything that was not answered goes again, oldest first. */
  resend() {
    this.#onLine = null;
    for (const letter of this.#letters.values()) this.#await(letter);
    this.#next();
  }

  /** The talk is over: hand back what was never stored, oldest first. */
  giveUp() {
    const letters = [...this.#letters.values()];
    for (const letter of letters) clearTimeout(letter.timer);
    this.#letters.clear();
    this.#onLine = null;
    return letters;
  }

  /** Put the oldest on the line, unless it is there already; one that failed waits for the person. */
  #next() {
    const letter = [...this.#letters.values()].find(({ state }) => state === "pending");
    if (letter && letter !== this.#onLine) this.#post(letter);
  }

  /** @param {Letter} letter */
  #post(letter) {
    this.#await(letter);
    if (!this.send(letter.id, letter.text, letter.lang)) return;
    letter.tries += 1;
    this.#onLine = letter;
  }

  /** @param {Letter} letter */
  #await(letter) {
    clearTimeout(letter.timer);
    if (letter.state === "failed") this.#tell("pending", letter);
    letter.state = "pending";
    letter.timer = window.setTimeout(() => this.#fail(letter), ANSWER_WITHIN);
  }

  /** @param {Letter | undefined} letter */
  #drop(letter) {
    if (!letter) return;
    clearTimeout(letter.timer);
    this.#letters.delete(letter.id);
    if (this.#onLine === letter) this.#onLine = null;
  }

  /** @param {Letter} letter */
  #fail(letter) {
    letter.state = "failed";
    if (this.#onLine === letter) this.#onLine = null;
    this.#tell("failed", letter);
    this.#next();
  }

  /**
   * @param {string} name
   * @param {Letter} letter
   * @param {string} [why]
   */
  #tell(name, letter, why) {
    this.dispatchEvent(new CustomEvent(name, { detail: { id: letter.id, text: letter.text, lang: letter.lang, why } }));
  }
}
