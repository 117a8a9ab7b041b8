/** What works on this device and what is blocked. Nothing that is found leaves the page, unless somebody copies it. */

import { Poll } from "./poll.js";
import { Exit } from "./visitor-exit.js";
import { part } from "./visitor-page.js";
import { fill, pageConfig } from "./words.js";

/** @typedef {{state: "works" | "care" | "blocked", detail?: string}} Found */

const arrived = Date.now();
const config = pageConfig();
const { strings } = config;
const PATIENCE = 6000;
const SLOW = 3000;
const MINUTES_OFF = 5;
const NAMES = [["Edg", "Edge"], ["OPR", "Opera"], ["SamsungBrowser", "Samsung Internet"], ["Firefox", "Firefox"], ["FxiOS", "Firefox"], ["CriOS", "Chrome"], ["Chrome", "Chrome"], ["Version", "Safari"]];

new Exit(config);

/** Family and version, and nothing else of what a browser tells about itself. */
function browserName() {
  for (const [mark, name] of NAMES) {
    const version = new RegExp(`${mark}/(\\d+)`).exec(navigator.userAgent);
    if (version) return `${name} ${version[1]}`;
  }
  return "?";
}

/** @returns {Found} */
function browser() {
  const isNew = "HTMLDialogElement" in window && "customElements" in window && CSS.supports("selector(:has(*))");
  return { state: isNew ? "works" : "care", detail: browserName() };
}

/** @returns {Found} */
function storage() {
  try {
    sessionStorage.setItem("check", "1");
    sessionStorage.removeItem("check");
    return { state: "works" };
  } catch {
    return { state: "care" };
  }
}

/** @returns {Found} */
function clock() {
  const off = Math.round(Math.abs(arrived - config.now) / 60_000);
  return off < MINUTES_OFF ? { state: "works" } : { state: "care", detail: fill(strings.clock_off, { count: off }) };
}

/** @param {number} began @returns {Found} */
function took(began) {
  const count = Math.round(performance.now() - began);
  return { state: count > SLOW ? "care" : "works", detail: fill(strings.milliseconds, { count }) };
}

/** @returns {Promise<Found>} */
async function pages() {
  const began = performance.now();
  const patience = new AbortController();
  const timer = window.setTimeout(() => patience.abort(), PATIENCE);
  try {
    const answer = await fetch(config.status, { cache: "no-store", credentials: "omit", signal: patience.signal });
    await answer.json();
    return answer.ok ? took(began) : { state: "blocked" };
  } catch {
    return { state: "blocked" };
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Whether a ping comes back over this line; no talk is begun.
 * @param {() => WebSocket | Poll} open
 * @returns {Promise<Found>}
 */
function pinged(open) {
  const began = performance.now();
  return new Promise((resolve) => {
    /** @type {WebSocket | Poll | null} */
    let line = null;
    const done = (/** @type {Found} */ found) => {
      clearTimeout(timer);
      line?.close();
      resolve(found);
    };
    const timer = window.setTimeout(() => done({ state: "blocked" }), PATIENCE);
    try {
      line = open();
    } catch {
      done({ state: "blocked" });
      return;
    }
    line.addEventListener("open", () => line?.send('{"do":"ping"}'));
    line.addEventListener("message", () => done(took(began)));
    line.addEventListener("close", () => done({ state: "blocked" }));
  });
}

const address = new URL(config.socket, location.href);
address.protocol = address.protocol.replace("http", "ws");
/** @type {Record<string, () => Found | Promise<Found>>} */
const checks = {
  script: () => ({ state: "works" }),
  browser,
  pages,
  socket: () => pinged(() => new WebSocket(address.href)),
  poll: () => pinged(() => new Poll(address.href)),
  storage,
  clock,
};
/** @type {Record<string, Found>} */
const found = {};

/** @param {string} name @param {string} state @param {string} [detail] */
function mark(name, state, detail = "") {
  const row = /** @type {HTMLElement} */ (document.querySelector(`[data-check="${name}"]`));
  const shape = /** @type {HTMLElement} */ (row.querySelector(".state"));
  shape.dataset.state = state;
  shape.textContent = strings.marks[state];
  /** @type {HTMLElement} */ (part("detail", row)).textContent = detail;
}

function verdict() {
  const works = (/** @type {string} */ name) => found[name].state !== "blocked";
  if (!works("pages") || !(works("socket") || works("poll"))) return strings.nothing_works;
  if (!works("socket") || !works("poll")) return strings.spare_works;
  return Object.values(found).every(({ state }) => state === "works") ? strings.all_works : strings.mostly_works;
}

function report() {
  const rows = Object.keys(checks).map((name) => {
    const { state, detail } = found[name];
    const title = document.querySelector(`[data-check="${name}"] h2`)?.textContent;
    return `${title}: ${strings.marks[state]}${detail ? ` (${detail})` : ""}`;
  });
  return [config.title, ...rows].join("\n");
}

async function lookAtAll() {
  /** @type {HTMLElement} */ (part("still")).hidden = true;
  for (const name of Object.keys(checks)) mark(name, "checking");
  await Promise.all(
    Object.entries(checks).map(async ([name, look]) => {
      const result = await look();
      found[name] = result;
      mark(name, result.state, result.detail);
    }),
  );
  /** @type {HTMLElement} */ (part("verdict")).textContent = verdict();
  const text = /** @type {HTMLTextAreaElement} */ (part("report"));
  text.value = report();
  /** @type {HTMLElement} */ (part("for-support")).hidden = false;
}

part("copy")?.addEventListener("click", async () => {
  const text = /** @type {HTMLTextAreaElement} */ (part("report"));
  const said = /** @type {HTMLElement} */ (part("copied"));
  try {
    await navigator.clipboard.writeText(text.value);
    said.textContent = strings.copied;
  } catch {
    text.select();
    said.textContent = strings.copy_yourself;
  }
});

lookAtAll();
