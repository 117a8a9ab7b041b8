/** The line between this tab and the server: one WebSocket that mends itself, or what stands in for it (`docs/protocol.md`). */

/** @typedef {"connecting" | "online" | "offline" | "stopped"} LineState */

const PING_EVERY = 20_000;
const SILENCE_ALLOWED = 10_000;
/** A WebSocket that says nothing for so long is blocked: the spare line must be there within 5 s. */
const BLOCKED_AFTER = 3500;
const AT_ONCE = 250;
const DEAF_AT_FIRST = 2;
const OPEN = 1;
const WAITS = [500, 1000, 2000, 4000, 8000];
const MINUTE = 60_000;
const RESTART = 1012;
/** After these the server will say the same again. */
const FINAL = new Set([1000, 4403, 4409]);
/** What went wrong may have been a fluke: once more, then no more. */
const ONCE_MORE = new Set([1009, 4400]);

/**
 * Each frame of the server becomes a CustomEvent of its `kind`, the frame in `detail`. The event `line` tells how the
 * line is: `{state, code}`, where `code` is the close code that led to it.
 */
export class Wire extends EventTarget {
  /** @type {WebSocket | import("./poll.js").Poll | null} */
  #socket = null;
  /** @type {LineState} */
  #state = "stopped";
  #tries = 0;
  #flukes = 0;
  #pingTimer = 0;
  #silenceTimer = 0;
  #waitTimer = 0;
  #mustWait = false;
  /** Whether the connection of now is the spare line, and whether anything was heard on it. */
  #isSpare = false;
  #heard = false;
  /** WebSockets in a row on which nothing was heard, and how many of them it takes to use the spare line. */
  #deaf = 0;
  #deafAllowed = DEAF_AT_FIRST;

  /**
   * @param {string} url an address on this origin (`/ws/…`) or a whole `ws:` address
   * @param {() => object | null} firstFrame what to say first, asked anew at every (re)connection
   * @param {typeof import("./poll.js").Poll | null} [Spare] what stands in for a WebSocket where those are blocked
   */
  constructor(url, firstFrame, Spare = null) {
    super();
    this.Spare = Spare;
    const address = new URL(url, location.href);
    address.protocol = address.protocol.replace("http", "ws");
    this.url = address.href;
    this.firstFrame = firstFrame;
  }

  get state() {
    return this.#state;
  }

  start() {
    if (this.#state !== "stopped") return;
    this.#tries = this.#flukes = 0;
    window.addEventListener("online", this.#hurry);
    window.addEventListener("offline", this.#gone);
    document.addEventListener("visibilitychange", this.#hurry);
    this.#connect();
  }

  /** Hang up for good; `start` begins again. */
  stop() {
    this.#drop();
    this.#rest(1000);
  }

  /** The server could not do now what we said first: come back in a moment, as after a dropped line. */
  again() {
    if (this.#state === "online") this.#closed(RESTART);
  }

  /**
   * @param {object} frame
   * @returns {boolean} whether it went onto the line; that says nothing about it being stored
   */
  send(frame) {
    if (this.#socket?.readyState !== OPEN) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  #connect() {
    clearTimeout(this.#waitTimer);
    this.#become("connecting", 0);
    this.#heard = false;
    this.#isSpare = this.Spare !== null && (this.#deaf >= this.#deafAllowed || !window.WebSocket);
    // After the spare line a WebSocket is tried again: the network may be another one by then.
    if (this.#isSpare) this.#deaf = 0;
    const socket = this.#isSpare && this.Spare ? new this.Spare(this.url) : new WebSocket(this.url);
    this.#socket = socket;
    // A socket that was dropped may still speak: only the current one is heard.
    const current = (/** @type {(event: any) => void} */ listener) => (/** @type {any} */ event) => {
      if (this.#socket === socket) listener(event);
    };
    socket.addEventListener("open", current(() => this.#opened()));
    socket.addEventListener("message", current((event) => this.#received(event.data)));
    socket.addEventListener("close", current((event) => this.#closed(event.code)));
    this.#listenFor(this.#mayBeBlocked ? BLOCKED_AFTER : SILENCE_ALLOWED);
  }

  get #mayBeBlocked() {
    return this.Spare !== null && !this.#isSpare && !this.#heard;
  }

  #opened() {
    // Some boxes let a WebSocket open and nothing through it: the answer to a ping comes soonest.
    if (this.#mayBeBlocked) this.#ping();
    else this.#listenFor(SILENCE_ALLOWED);
    const frame = this.firstFrame();
    if (frame) this.send(frame);
    else this.#ping();
    this.#pingTimer = window.setInterval(() => this.#ping(), PING_EVERY);
    this.#become("online", 0);
  }

  /** @param {string} data */
  #received(data) {
    clearTimeout(this.#silenceTimer);
    this.#silenceTimer = 0;
    if (!this.#heard) this.#heardFirst();
    const frame = JSON.parse(data);
    // A server that can do nothing for us now is not asked more and more often.
    if (frame?.kind !== "refused") this.#tries = this.#flukes = 0;
    if (typeof frame?.kind === "string") this.dispatchEvent(new CustomEvent(frame.kind, { detail: frame }));
  }

  /** What worked on this page says how soon to use the spare line: it is remembered nowhere else. */
  #heardFirst() {
    this.#heard = true;
    this.#deaf = 0;
    this.#deafAllowed = this.#isSpare ? 1 : 3;
  }

  #ping() {
    if (this.send({ do: "ping" }) && !this.#silenceTimer) this.#listenFor(SILENCE_ALLOWED);
  }

  /** @param {number} milliseconds after which silence means that the line is dead */
  #listenFor(milliseconds) {
    clearTimeout(this.#silenceTimer);
    this.#silenceTimer = window.setTimeout(() => {
      if (this.#mayBeBlocked) this.#deaf = Math.max(this.#deaf, this.#deafAllowed - 1);
      this.#closed(0);
    }, milliseconds);
  }

  /** @param {number} code 0: silence */
  #closed(code) {
    const isBlocked = this.#mayBeBlocked && navigator.onLine !== false && (code === 0 || code === 1006);
    this.#drop();
    if (isBlocked && this.#goOver()) return;
    const again = ONCE_MORE.has(code) && this.#flukes++ > 0;
    if (FINAL.has(code) || again) this.#rest(code);
    else this.#retry(code);
  }

  /** Nothing came over a WebSocket: once more at once, then the spare line. @returns {boolean} whether we do so now */
  #goOver() {
    this.#deaf += 1;
    if (this.#deaf >= this.#deafAllowed) this.#connect();
    else if (this.#deafAllowed === DEAF_AT_FIRST) this.#waitTimer = window.setTimeout(() => this.#connect(), AT_ONCE);
    else return false;
    return true;
  }

  /** @param {number} code */
  #retry(code) {
    this.#mustWait = code === 4429;
    const wait = WAITS[Math.min(this.#tries++, WAITS.length - 1)] * (0.7 + 0.6 * Math.random());
    this.#waitTimer = window.setTimeout(() => this.#connect(), this.#mustWait ? MINUTE : wait);
    this.#become("offline", code);
  }

  #drop() {
    const socket = this.#socket;
    this.#socket = null;
    clearInterval(this.#pingTimer);
    clearTimeout(this.#silenceTimer);
    this.#silenceTimer = 0;
    if (socket && socket.readyState <= OPEN) socket.close();
  }

  /** @param {number} code */
  #rest(code) {
    clearTimeout(this.#waitTimer);
    window.removeEventListener("online", this.#hurry);
    window.removeEventListener("offline", this.#gone);
    document.removeEventListener("visibilitychange", this.#hurry);
    this.#become("stopped", code);
  }

  /** The network is back, or somebody looks at the page again: no need to wait out the pause. */
  #hurry = () => {
    if (this.#state === "offline" && !this.#mustWait) this.#connect();
    else if (this.#state === "online") this.#ping();
  };

  /** The device has no network: told at once, not when the next ping stays without an answer. */
  #gone = () => {
    if (this.#state === "online") this.#closed(0);
  };

  /**
   * @param {LineState} state
   * @param {number} code
   */
  #become(state, code) {
    this.#state = state;
    this.dispatchEvent(new CustomEvent("line", { detail: { state, code } }));
  }
}
