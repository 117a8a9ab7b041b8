/** The line between this tab and the server: one WebSocket that mends itself, as `docs/protocol.md` says. */

/** @typedef {"connecting" | "online" | "offline" | "stopped"} LineState */

const PING_EVERY = 20_000;
const SILENCE_ALLOWED = 10_000;
const WAITS = [500, 1000, 2000, 4000, 8000];
const MINUTE = 60_000;
/** After these the server will say the same again. */
const FINAL = new Set([1000, 4403, 4409]);
/** What went wrong may have been a fluke: once more, then no more. */
const ONCE_MORE = new Set([1009, 4400]);

/**
 * Each frame of the server becomes a CustomEvent of its `kind`, the frame in `detail`. The event `line` tells how the
 * line is: `{state, code}`, where `code` is the close code that led to it.
 */
export class Wire extends EventTarget {
  /** @type {WebSocket | null} */
  #socket = null;
  /** @type {LineState} */
  #state = "stopped";
  #tries = 0;
  #flukes = 0;
  #pingTimer = 0;
  #silenceTimer = 0;
  #waitTimer = 0;
  #mustWait = false;

  /**
   * @param {string} url an address on this origin (`/ws/…`) or a whole `ws:` address
   * @param {() => object | null} firstFrame what to say first, asked anew at every (re)connection
   */
  constructor(url, firstFrame) {
    super();
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
    document.addEventListener("visibilitychange", this.#hurry);
    this.#connect();
  }

  /** Hang up for good; `start` begins again. */
  stop() {
    this.#drop();
    this.#rest(1000);
  }

  /**
   * @param {object} frame
   * @returns {boolean} whether it went onto the line; that says nothing about it being stored
   */
  send(frame) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  #connect() {
    clearTimeout(this.#waitTimer);
    this.#become("connecting", 0);
    const socket = new WebSocket(this.url);
    this.#socket = socket;
    // A socket that was dropped may still speak: only the current one is heard.
    const current = (/** @type {(event: any) => void} */ listener) => (/** @type {any} */ event) => {
      if (this.#socket === socket) listener(event);
    };
    socket.addEventListener("open", current(() => this.#opened()));
    socket.addEventListener("message", current((event) => this.#received(event.data)));
    socket.addEventListener("close", current((event) => this.#closed(event.code)));
    this.#listenFor(SILENCE_ALLOWED);
  }

  #opened() {
    const frame = this.firstFrame();
    if (frame) this.send(frame);
    this.#listenFor(SILENCE_ALLOWED);
    if (!frame) this.#ping();
    this.#pingTimer = window.setInterval(() => this.#ping(), PING_EVERY);
    this.#become("online", 0);
  }

  /** @param {string} data */
  #received(data) {
    clearTimeout(this.#silenceTimer);
    this.#silenceTimer = 0;
    this.#tries = this.#flukes = 0;
    const frame = JSON.parse(data);
    if (typeof frame?.kind === "string") this.dispatchEvent(new CustomEvent(frame.kind, { detail: frame }));
  }

  #ping() {
    if (this.send({ do: "ping" }) && !this.#silenceTimer) this.#listenFor(SILENCE_ALLOWED);
  }

  /** @param {number} milliseconds after which silence means that the line is dead */
  #listenFor(milliseconds) {
    clearTimeout(this.#silenceTimer);
    this.#silenceTimer = window.setTimeout(() => {
      this.#drop();
      this.#retry(0);
    }, milliseconds);
  }

  /** @param {number} code */
  #closed(code) {
    this.#drop();
    const again = ONCE_MORE.has(code) && this.#flukes++ > 0;
    if (FINAL.has(code) || again) this.#rest(code);
    else this.#retry(code);
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
    if (socket && socket.readyState <= WebSocket.OPEN) socket.close();
  }

  /** @param {number} code */
  #rest(code) {
    clearTimeout(this.#waitTimer);
    window.removeEventListener("online", this.#hurry);
    document.removeEventListener("visibilitychange", this.#hurry);
    this.#become("stopped", code);
  }

  /** The network is back, or somebody looks at the page again: no need to wait out the pause. */
  #hurry = () => {
    if (this.#state === "offline" && !this.#mustWait) this.#connect();
    else if (this.#state === "online") this.#ping();
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
