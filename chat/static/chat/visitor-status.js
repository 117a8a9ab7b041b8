/** How it is with the line: open, busy or closed, told in words and asked again while somebody looks at it. */

import { part, step, tell } from "./visitor-page.js";
import { dayAndTime, fill } from "./words.js";

/** @typedef {{state: "open" | "busy" | "paused" | "closed", reason: string | null, queue: boolean, opens_at: string | null, text: string, said_in: {text: string}}} Status */

const EVERY = 20_000;

export class StatusPanel extends EventTarget {
  /** @param {any} config the page's configuration */
  constructor(config) {
    super();
    this.strings = config.strings;
    const address = new URL(config.status, location.href);
    address.searchParams.set("lang", config.language);
    this.address = address.href;
    /** @type {Status | null} */
    this.status = null;
    window.setInterval(() => this.ask(), EVERY);
    document.addEventListener("visibilitychange", () => this.ask());
  }

  async ask() {
    if (document.hidden || step() !== "promise") return;
    try {
      const answer = await fetch(this.address, { credentials: "omit", referrerPolicy: "no-referrer" });
      if (answer.ok) this.render(await answer.json());
    } catch {
      // Without an answer the last one stays; starting will tell when the line is really gone.
    }
  }

  /** @param {Status} status */
  render(status) {
    this.status = status;
    const { strings } = this;
    const canStart = status.state === "open" || (status.state === "busy" && status.queue);
    const shape = /** @type {HTMLElement} */ (part("status"));
    if (shape.dataset.state !== status.state || !shape.textContent) {
      shape.textContent = status.state === "busy" && status.text ? strings.busy_word : strings.states[status.state];
    }
    shape.dataset.state = status.state;
    tell("reason", this.#reason(status));
    tell("status-text", status.text);
    /** @type {HTMLElement} */ (part("status-text")).lang = status.said_in.text;
    this.#toggle("actions", canStart);
    this.#toggle("elsewhere", status.state !== "open");
    const start = /** @type {HTMLElement} */ (part("start"));
    start.textContent = status.state === "busy" ? strings.start_in_queue : strings.start;
    this.dispatchEvent(new CustomEvent("status", { detail: status }));
  }

  /** @param {Status} status */
  #reason(status) {
    const { strings } = this;
    const why = status.state === "closed" ? strings.reasons[status.reason ?? "hours"] : "";
    const opens = status.state === "closed" && status.opens_at ? fill(strings.opens, { when: dayAndTime(status.opens_at) }) : "";
    const queue = status.state === "busy" ? (status.queue ? strings.busy_queue : strings.busy_no_queue) : "";
    return [why, opens, queue].filter(Boolean).join(" ");
  }

  /** @param {string} name @param {boolean} shown */
  #toggle(name, shown) {
    const target = part(name);
    if (target) target.hidden = !shown;
  }
}

/**
 * Somebody's place among those who wait, and how long it will take, as far as that is known.
 * @param {{ahead: number, queue?: boolean, minutes?: [number, number | null] | null}} frame
 * @param {Record<string, string>} strings
 */
export function placeInWords({ ahead, queue, minutes }, strings) {
  const sentence = { 0: strings.place_first, 1: strings.place_one }[ahead] ?? strings.place_more;
  const place = fill(sentence, { count: ahead });
  return queue ? `${place} ${estimate(minutes ?? null, strings)}` : place;
}

/**
 * @param {[number, number | null] | null} minutes
 * @param {Record<string, string>} strings
 */
function estimate(minutes, strings) {
  if (!minutes) return strings.wait_unknown;
  const [low, high] = minutes;
  const sentence = high === null ? strings.wait_long : low ? strings.wait_span : strings.wait_most;
  return fill(sentence, { low, high });
}
