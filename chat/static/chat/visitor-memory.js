/** What a visitor's tab remembers of a talk: code, secret, last number. In sessionStorage and nowhere else. */

/** @typedef {{code: string, secret: string, seq: number}} Remembered */

export class Memory {
  /** @type {Remembered | null} */
  #held = null;

  /** @param {string} place organisation and line: two lines in one tab are two talks */
  constructor(place) {
    this.key = `talk:${place}`;
    this.#held = this.#read();
  }

  get held() {
    return this.#held;
  }

  /**
   * @param {Remembered} talk
   * @returns {boolean} whether it survives a reload; where the browser forbids storage it lives in this page only
   */
  keep(talk) {
    this.#held = talk;
    try {
      sessionStorage.setItem(this.key, JSON.stringify(talk));
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
