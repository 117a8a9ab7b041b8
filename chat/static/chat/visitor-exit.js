/**
 * Gone at once: by the button that is always in sight, or by three presses of Shift.
 *
 * In one and the same task the page is emptied, what the tab held is wiped, the server is told by a beacon, and this page
 * is replaced, so that Back does not lead to it. Never Escape: that key closes things and is pressed by accident.
 */
import { part } from "./visitor-page.js";

const WITHIN = 5000;
const TIMES = 3;

/** Nothing of the page is left in sight, and nothing of it in the tree. */
function empty() {
  document.title = "";
  document.body.className = "gone";
  document.body.dataset.at = "gone";
  document.body.replaceChildren();
}

function wipe() {
  try {
    sessionStorage.clear();
  } catch {
    // Where nothing may be stored nothing is left.
  }
}

/**
 * Tell the server that this tab is done; the answer makes the browser drop what it kept of our pages.
 * @param {string} address
 * @param {{code: string, secret: string} | null} held
 */
export function tellGone(address, held) {
  const told = JSON.stringify(held ? { code: held.code, secret: held.secret } : {});
  // As JSON it goes with our origin on it; as plain text, from a page without referrer, the browser would hide it.
  const body = new Blob([told], { type: "application/json" });
  if (navigator.sendBeacon?.(address, body)) return;
  fetch(address, { method: "POST", body, keepalive: true, credentials: "omit" }).catch(() => {});
}

/** The page whose button opened this tab goes along, where it let itself be known. @param {string} url */
function takeAlong(url) {
  try {
    window.opener?.location.replace(url);
  } catch {
    // It is gone already, or the browser forbids it.
  }
}

export class Exit {
  #gone = false;
  #presses = 0;
  #timer = 0;
  /** Another key went down while Shift was: that is a capital letter and no call for help. */
  #mixed = false;
  /** Other tabs of ours in this browser go along. */
  #others = "BroadcastChannel" in window ? new BroadcastChannel("gone") : null;

  /**
   * @param {any} config the page's configuration
   * @param {{hush?: () => {code: string, secret: string} | null, away?: (url: string) => boolean}} [around] `hush` ends
   *   all that could still write on this page and gives what the tab held; `away` has the page around us replaced
   */
  constructor(config, { hush = () => null, away = () => false } = {}) {
    this.config = config;
    this.strings = config.strings;
    this.hush = hush;
    this.away = away;
    for (const kind of ["click", "keydown"]) {
      document.addEventListener(kind, (event) => {
        if (!(event.target instanceof Element) || !event.target.closest("[data-exit]")) return;
        // It is a link that works without us, told as a button: then the space bar presses it too.
        if (event instanceof KeyboardEvent && event.key !== " ") return;
        event.preventDefault();
        this.go();
      });
    }
    this.#others?.addEventListener("message", () => this.go());
    for (const kind of ["keydown", "keyup"]) {
      document.addEventListener(kind, (event) => this.heed(kind, /** @type {KeyboardEvent} */ (event)), true);
    }
    window.addEventListener("pageshow", (event) => {
      // Kept whole by the browser: what was on the screen may not come back by itself.
      if (!event.persisted) return;
      empty();
      location.reload();
    });
  }

  go() {
    if (this.#gone) return;
    this.#gone = true;
    clearTimeout(this.#timer);
    const { exit, leave } = this.config;
    empty();
    this.#others?.postMessage("");
    const held = this.hush();
    wipe();
    window.addEventListener("pagehide", wipe);
    if (leave) tellGone(leave, held);
    if (this.away(exit)) return;
    takeAlong(exit);
    location.replace(exit);
  }

  /**
   * A key of this page, or of the page around it.
   * @param {string} kind
   * @param {Pick<KeyboardEvent, "key" | "repeat" | "ctrlKey" | "altKey" | "metaKey">} event
   */
  heed(kind, event) {
    if (kind === "keydown") this.#down(event);
    else this.#up(event);
  }

  /** @param {Pick<KeyboardEvent, "key" | "repeat" | "ctrlKey" | "altKey" | "metaKey">} event */
  #down(event) {
    if (event.key === "Shift") {
      if (!event.repeat) this.#mixed = event.ctrlKey || event.altKey || event.metaKey;
    } else {
      this.#mixed = true;
      this.#stop();
    }
  }

  /** @param {Pick<KeyboardEvent, "key">} event */
  #up(event) {
    if (event.key !== "Shift" || this.#mixed) return;
    this.#presses += 1;
    clearTimeout(this.#timer);
    if (this.#presses >= TIMES) this.go();
    else {
      this.#show(this.#presses === 1 ? this.strings.exit_two : this.strings.exit_one);
      this.#timer = window.setTimeout(() => this.#stop(), WITHIN);
    }
  }

  /** Too long ago, or somebody writes on. */
  #stop() {
    if (!this.#presses) return;
    clearTimeout(this.#timer);
    this.#presses = 0;
    this.#show(this.strings.exit_over);
  }

  /** @param {string} text */
  #show(text) {
    const [status, bar] = [part("exit-status"), part("bar")];
    if (status) status.textContent = text;
    if (bar) bar.dataset.presses = String(this.#presses);
  }
}
