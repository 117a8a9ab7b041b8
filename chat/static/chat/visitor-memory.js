/** What a visitor's tab remembers of a talk: code, secret, last number, and what is not sent yet. In sessionStorage and nowhere else. */

/**
 * @typedef {{id: string, text: string}} Letter
 * @typedef {{code: string, secret: string, seq: number, draft?: string, letters?: Letter[]}} Remembered
 */

export class Memory {
  /** @type {Remembered | null} */
  #held = null;
  /** Told whenever there is a talk, or none any more. */
  changed = () => {};

  /** @param {string} place organisation and line: two lines in one tab are two talks */
  constructor(place) {
    this.key = `talk:${place}`;
    this.#held = this.#read();
  }

  /**
   * A secret of this tab, made here, by which the helpline's limit knows that it comes again; it goes when the tab is closed.
   * @returns {string | undefined} none where the browser forbids storage
   */
  get token() {
    const key = `tab:${this.key.split("/")[2]}`;
    try {
      const made = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
      const token = sessionStorage.getItem(key) ?? made();
      sessionStorage.setItem(key, token);
      return token;
    } catch {
      return undefined;
    }
  }

  get held() {
    return this.#held;
  }

  /**
   * @param {Remembered} talk
   * @returns {boolean} whether it survives a reload; where the browser forbids storage it lives in this page only
   */
  keep(talk) {
    // What was not sent belongs to its talk, and goes with it.
    const isNew = talk.code !== this.#held?.code;
    this.#held = isNew ? talk : { ...this.#held, ...talk };
    if (isNew) this.changed();
    return this.#write();
  }

  /** Keep what was written and not sent, until it is. @param {{draft?: string, letters?: Letter[]}} words */
  put(words) {
    if (!this.#held) return;
    this.#held = { ...this.#held, ...words };
    this.#write();
  }

  #write() {
    try {
      sessionStorage.setItem(this.key, JSON.stringify(this.#held));
      return true;
    } catch {
      return false;
    }
  }

  /** @param {number} seq */
  reached(seq) {
    if (this.#held && seq > this.#held.seq) this.keep({ ...this.#held, seq });
  }

  forget() {
    this.#held = null;
    this.changed();
    try {
      sessionStorage.removeItem(this.key);
    } catch {
      // Nothing could be stored either.
    }
  }

  /** @returns {Remembered | null} */
  #read() {
    try {
      const found = JSON.parse(sessionStorage.getItem(this.key) ?? "null");
      return typeof found?.code === "string" && typeof found?.secret === "string" ? found : null;
    } catch {
      return null;
    }
  }
}
