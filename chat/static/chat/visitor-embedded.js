/**
 * The frame's side of the handshake with the page around it (`embed.js` is the other).
 *
 * That page gives us a port, once; we take it only from our direct parent and only when its origin is one of the
 * sites of this line. Over the port go: how the line is, what to say while a talk is on, the number of unread messages, "close the panel", "go elsewhere at once"; and
 * from the other side whether the panel is shown when Shift, or another key, went down or up, and "leave at once". Never a word of the talk.
 */
const VERSION = 1;

export class Host extends EventTarget {
  /** @type {MessagePort | null} */
  #port = null;
  #unread = 0;
  #state = "";
  #on = "";
  /** A frame without a panel around it counts as shown. */
  shown = true;

  /** @param {string[]} origins the sites that may embed this line */
  constructor(origins) {
    super();
    window.addEventListener("message", (event) => {
      if (event.source !== window.parent || window.parent === window || !origins.includes(event.origin)) return;
      if (event.data?.chatline === VERSION && event.ports[0]) this.#meet(event.ports[0]);
    });
    document.addEventListener("keydown", (event) => {
      // Escape closes the panel, never the talk; in a dialog it belongs to the dialog.
      if (event.key === "Escape" && !event.defaultPrevented && !document.querySelector("dialog[open]")) this.close();
    });
  }

  close() {
    this.#post({ kind: "close" });
  }

  /** @param {string} state of the line: open, busy or closed */
  state(state) {
    this.#state = state;
    this.#post({ kind: "state", state });
  }

  /** This visitor can begin no talk for a while. @param {string} until a time */
  limit(until) {
    this.#post({ kind: "state", state: "limit", until });
  }

  /** @param {string} on what the closed button says of the talk behind it; "" without one */
  talk(on) {
    this.#on = on;
    this.#post({ kind: "talk", on });
  }

  /**
   * The whole page around us goes elsewhere at once; only that page can replace itself. Where it does not listen, the
   * press on our button lets us do so, at the price of one more entry for Back.
   * @param {string} url
   * @returns {boolean} false: there is no page around us
   */
  away(url) {
    if (window.parent === window) return false;
    this.#post({ kind: "exit", url });
    window.setTimeout(() => (/** @type {Window} */ (window.top).location.href = url), this.#port ? 400 : 0);
    return true;
  }

  /** One more message that nobody has seen. */
  unread() {
    if (this.shown) return;
    this.#unread += 1;
    this.#post({ kind: "unread", count: this.#unread });
  }

  /** @param {MessagePort} port */
  #meet(port) {
    this.#port?.close();
    this.#port = port;
    port.onmessage = (event) => {
      const { kind } = event.data ?? {};
      if (kind === "shown") this.#shown(Boolean(event.data.shown));
      if (kind === "leave") this.dispatchEvent(new Event("leave"));
      if (kind === "keydown" || kind === "keyup") this.dispatchEvent(new CustomEvent("key", { detail: event.data }));
    };
    this.#post({ kind: "hello", version: VERSION });
    if (this.#state) this.state(this.#state);
    this.talk(this.#on);
    this.dispatchEvent(new Event("met"));
  }

  /** @param {boolean} shown */
  #shown(shown) {
    this.shown = shown;
    if (!shown) return;
    this.#unread = 0;
    this.#post({ kind: "unread", count: 0 });
    this.dispatchEvent(new Event("shown"));
  }

  /** @param {object} message */
  #post(message) {
    this.#port?.postMessage(message);
  }
}
