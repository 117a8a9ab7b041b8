/** A line over HTTP for where WebSockets are blocked: as much of a WebSocket as `wire.js` uses (`docs/protocol.md`). */

const AGAIN_AFTER = 500;
const SLOWER_AFTER = 1000;
const TRIES = 3;
/** Characters of one batch: 16 Ki of them are at most 48 KiB, and one frame always goes. */
const BATCH = 16 * 1024;
const BATCH_FRAMES = 32;
const DROPPED = 1006;
/** What an HTTP status means as a close code; any other is a dropped line. */
const CODES = new Map([[400, 4400], [403, 4403], [413, 1009], [429, 4429]]);

/** Events as a WebSocket has them: `open`, `message` with `data`, `close` with `code`. */
export class Poll extends EventTarget {
  readyState = 0;
  #token = "";
  #cursor = 0;
  #number = 0;
  /** @type {string[]} */
  #waiting = [];
  #isSending = false;
  #hangUp = new AbortController();

  /** @param {string} url the `ws:` address that could not be opened; the same talk is at `/poll/…` */
  constructor(url) {
    super();
    const address = new URL(url);
    address.protocol = address.protocol.replace("ws", "http");
    address.pathname = address.pathname.replace(/^\/ws\//, "/poll/");
    this.url = address.href;
    // A page that goes away says so, as its WebSocket would.
    window.addEventListener("pagehide", this.#leave);
    this.#begin();
  }

  /** @param {string} text one frame */
  send(text) {
    this.#waiting.push(text);
    this.#sendAll();
  }

  /** Hang up; no event follows. */
  close() {
    if (this.readyState > 1) return;
    this.#rest();
    if (!this.#token) return;
    const body = JSON.stringify({ poll: "close", token: this.#token });
    fetch(this.url, { ...this.#request(body), keepalive: true, signal: null }).catch(() => {});
  }

  #leave = () => {
    this.close();
    this.#tell("close", { code: DROPPED });
  };

  async #begin() {
    const answer = await this.#post('{"poll":"open"}');
    if (!answer || this.readyState > 1) return;
    this.#token = String(answer.token);
    this.readyState = 1;
    this.#tell("open", {});
    this.#askOnAndOn();
  }

  async #askOnAndOn() {
    while (this.readyState === 1) {
      const answer = await this.#post(`{"poll":"ask","token":"${this.#token}","cursor":${this.#cursor}}`);
      if (!answer) return;
      this.#cursor = answer.cursor;
      for (const frame of answer.frames) {
        if (this.readyState === 1) this.#tell("message", { data: JSON.stringify(frame) });
      }
      if (answer.closed) this.#lose(answer.closed);
    }
  }

  /** One batch at a time, in order; a batch whose answer was lost goes again with the same number. */
  async #sendAll() {
    if (this.#isSending) return;
    this.#isSending = true;
    while (this.#waiting.length && this.readyState === 1) {
      this.#number += 1;
      await this.#post(`{"poll":"send","token":"${this.#token}","number":${this.#number},"frames":[${this.#batch()}]}`);
    }
    this.#isSending = false;
  }

  #batch() {
    let size = this.#waiting[0].length;
    let count = 1;
    while (count < Math.min(BATCH_FRAMES, this.#waiting.length)) {
      size += this.#waiting[count].length;
      if (size > BATCH) break;
      count += 1;
    }
    return this.#waiting.splice(0, count).join(",");
  }

  /**
   * @param {string} body
   * @returns {Promise<any>} what was answered; null when the line is gone
   */
  async #post(body) {
    for (let tried = 1; this.readyState <= 1; tried += 1) {
      const { status, answer } = await this.#try(body);
      if (answer && this.readyState <= 1) return answer;
      if (tried === TRIES || (status && status < 500 && status !== 429)) this.#lose(CODES.get(status) ?? DROPPED);
      else await new Promise((resolve) => window.setTimeout(resolve, status === 429 ? SLOWER_AFTER : AGAIN_AFTER));
    }
    return null;
  }

  /** @param {string} body */
  async #try(body) {
    try {
      const response = await fetch(this.url, this.#request(body));
      return { status: response.status, answer: response.ok ? await response.json() : null };
    } catch {
      // No network, or no answer of ours: a box on the way may put a page of its own there.
      return { status: 0, answer: null };
    }
  }

  /** @param {string} body @returns {RequestInit} */
  #request(body) {
    return {
      method: "POST",
      body,
      headers: { "Content-Type": "application/json" },
      cache: "no-store",
      credentials: "omit",
      redirect: "error",
      signal: this.#hangUp.signal,
    };
  }

  /** @param {number} code */
  #lose(code) {
    if (this.readyState > 1) return;
    this.#rest();
    this.#tell("close", { code });
  }

  #rest() {
    this.readyState = 3;
    window.removeEventListener("pagehide", this.#leave);
    this.#hangUp.abort();
  }

  /** @param {string} name @param {object} values */
  #tell(name, values) {
    this.dispatchEvent(Object.assign(new Event(name), values));
  }
}
