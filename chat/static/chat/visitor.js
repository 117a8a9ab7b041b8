/** The visitor's page: from the promise, over the questions and the wait, to the talk and the goodbye. */

import "./chat-composer.js";
import "./chat-log.js";
import { Consent } from "./visitor-consent.js";
import { Host } from "./visitor-embedded.js";
import { Exit, tellGone } from "./visitor-exit.js";
import { Idle } from "./visitor-idle.js";
import { switchLanguage } from "./visitor-language.js";
import { Memory } from "./visitor-memory.js";
import { Cues } from "./visitor-cues.js";
import { confirmed, followKeyboard, part, show, step, tell } from "./visitor-page.js";
import { Question } from "./visitor-question.js";
import { hideTicket, rejoinForm, rejoinWrong, showTicket } from "./visitor-rejoin.js";
import { watchSilence } from "./visitor-silence.js";
import { StatusPanel, placeInWords } from "./visitor-status.js";
import { watchClosing } from "./visitor-closing.js";
import { Talk } from "./visitor-talk.js";
import { Typing } from "./typing.js";
import { fill, pageConfig } from "./words.js";

const config = pageConfig();
const { strings } = config;
const log = /** @type {import("./chat-log.js").ChatLog} */ (document.querySelector("chat-log"));
const composer = /** @type {import("./chat-composer.js").ChatComposer} */ (document.querySelector("chat-composer"));
const questions = /** @type {HTMLFormElement | null} */ (part("questions"));
const memory = new Memory(new URL(config.socket, location.href).pathname);
const talk = new Talk({ config, memory, log });
const status = new StatusPanel(config);
const typing = new Typing(composer, () => talk.typing());
const cues = new Cues(strings, (sentence) => log.note(sentence));
const idle = new Idle();
const question = new Question(strings, (id, yes) => talk.answer(id, yes));
const consent = new Consent(strings, (frame) => talk.wire.send(frame), (sentence) => log.note(sentence));
const host = config.embedded ? new Host(config.origins) : null;

log.words = composer.words = strings;
composer.limit = config.max_text;
log.language = config.language;
log.label();
composer.label();
followKeyboard();
composer.before(typing.line);
watchClosing(talk, strings);
watchSilence(talk, strings, () => {
  host?.unread();
  idle.news(strings.cover_news);
});

/** @param {string} name @param {(detail: any) => void} listener */
const on = (name, listener) => talk.addEventListener(name, (event) => listener(/** @type {CustomEvent} */ (event).detail));
/** @param {string} name @param {() => void} listener */
const click = (name, listener) => {
  for (const button of document.querySelectorAll(`[data-${name}]`)) button.addEventListener("click", listener);
};

/* The steps */

/** @param {string} notice why somebody is back here; "" when there is nothing to tell */
function toPromise(notice) {
  tell("offline", "");
  tell("notice", notice);
  question.recall("");
  show("promise");
  status.ask();
}

/** @param {string} title @param {string} text */
function toStopped(title, text) {
  composer.value = "";
  tell("offline", "");
  tell("stopped-title", title);
  tell("stopped-text", text);
  show("stopped");
}

/** Who may not begin yet reads from when, and where else there is help. @param {string} title @param {string} text */
function toRefused(title, text) {
  tell("refused-title", title);
  tell("refused-text", text);
  show("refused");
}

/** A moment in the words of this place: "Monday 14:05". @param {string} moment @returns {string} */
function inWords(moment) {
  return new Date(moment).toLocaleString(config.language, { weekday: "long", hour: "2-digit", minute: "2-digit" });
}

/** @param {string} title @param {string} text */
function toThanks(title, text) {
  tell("offline", "");
  tell("thanks-title", title);
  tell("thanks-text", text);
  question.recall();
  composer.value = "";
  quiet();
  hideTicket();
  log.clear();
  questions?.reset();
  show("thanks");
  tellGone(config.leave, null);
}

/** @param {Record<string, string>} answers */
function begin(answers) {
  toConnecting();
  talk.begin(answers);
}

function toConnecting() {
  freshTalk();
  tell("waiting-title", strings.waiting_title);
  tell("place", strings.connecting);
  show("waiting");
}

/** Nobody writes and no time runs on the other side of a talk that stands still. @param {boolean} [goesOn] it waits for a colleague */
function quiet(goesOn) {
  typing.stop();
  question.close();
  consent.close(goesOn);
  cues.stop();
}

function freshTalk() {
  quiet();
  question.recall("");
  log.clear();
  composer.value = "";
  composer.enable();
  composer.hidden = false;
  tell("peer", "");
  tell("notice", "");
  /** @type {HTMLElement} */ (part("over")).hidden = true;
}

/** What somebody filled in; an empty field is no answer. */
function answers() {
  const given = questions ? [...new FormData(questions).entries()] : [];
  return Object.fromEntries(given.map(([key, value]) => [key, String(value).trim()]).filter(([, value]) => value));
}

/* What the server tells */

let counsellor = "";
let waitsAgain = false;
let peerIsAway = false;

const moves = {
  /** @param {any} move */
  waiting: (move) => {
    quiet(true);
    waitsAgain = step() === "talk" || Boolean(move.back);
    if (waitsAgain) {
      tell("waiting-title", strings.back_title);
      const known = { passed: strings.passed_in_queue, lost: strings.back_in_queue, taken_back: strings.taken_in_queue };
      tell("place", known[/** @type {keyof typeof known} */ (move.why)] ?? strings.place_first);
    }
    show("waiting");
  },
  /** @param {any} move */
  active: (move) => {
    counsellor = move.counsellor || strings.log_nameless;
    /** @type {HTMLElement} */ (part("with")).textContent = fill(strings.with, { name: counsellor });
    peerIsAway = false;
    tell("peer", "");
    const came = step() !== "talk";
    if (came) idle.news(strings.cover_news);
    show("talk");
    if (came) composer.focus();
  },
  /** @param {any} move */
  closed: (move) => over(move),
  /** @param {any} move */
  abandoned: (move) => (step() === "talk" ? over(move) : toThanks(strings.left_title, strings.ended[move.why] ?? "")),
  refused: () => (hideTicket(), orKeep(strings.refused_closed, () => toPromise(strings.refused_closed))),
};

/** What the closed button says of what goes on behind it. */
function tellHost() {
  host?.talk(!memory.held ? "" : talk.state === "active" ? strings.talk_on : strings.wait_on);
}

on("moved", (move) => {
  tellHost();
  if (step() === "thanks") return;
  /** @type {Record<string, (move: any) => void>} */ (moves)[move.state]?.(move);
});

/** Where "Go on" leads after the end. */
let goOn = () => toThanks(strings.over_title, strings.thanks);

/** The talk ended on the other side: the last words stay in sight until the visitor goes on. @param {any} move */
function over(move) {
  hideTicket();
  const why = strings.ended[move.why] ?? "";
  if (step() === "talk") stay(why || strings.over_title, () => toThanks(strings.over_title, strings.thanks));
  else orKeep(why || strings.over_title, () => toThanks(strings.over_title, why));
}

/**
 * The talk is over and `next` shows what follows; words that were never sent are given back first, to read and to copy.
 * @param {string} text @param {() => void} next
 */
function orKeep(text, next) {
  if (composer.value.trim()) stay(text, next);
  else next();
}

/** @param {string} text @param {() => void} next what "Go on" does */
function stay(text, next) {
  goOn = next;
  quiet();
  const kept = composer.value.trim();
  tell("offline", "");
  tell("peer", "");
  show("talk");
  /** @type {HTMLElement} */ (part("over")).hidden = false;
  tell("over-text", text);
  question.recall();
  composer.hidden = !kept;
  composer.disable(strings.over_kept);
  // Not on the button: somebody who is typing would press it with the next Enter.
  if (!kept) part("over-text")?.focus();
}

on("place", (frame) => {
  // Who lost the counsellor comes first anyway, and has been told why there is a wait.
  if (!waitsAgain || frame.ahead) tell("place", placeInWords(frame, strings));
});
on("peer", ({ present }) => {
  const back = peerIsAway && present;
  peerIsAway = talk.state === "active" && !present;
  if (peerIsAway) typing.stop();
  tell("peer", peerIsAway ? strings.peer_away : back ? strings.peer_back : "");
  if (back) window.setTimeout(() => peerIsAway || tell("peer", ""), 8000);
});
on("handover", (offer) => {
  question.hear(offer);
  if (offer.open) idle.news(strings.cover_news);
});
on("consent", (frame) => {
  consent.hear(frame);
  if (frame.state === "asked") idle.news(strings.cover_news);
});
on("unanswered", (frame) => consent.refused(frame));
on("said", () => {
  typing.stop();
  host?.unread();
  idle.news(strings.cover_news);
});
on("typing", () => typing.show(fill(strings.typing, { name: counsellor })));
on("clock", (clock) => cues.set(clock));
on("returned", ({ text, why }) => {
  composer.giveBack(text);
  if (why === "closed" || why === "not_here") return;
  composer.disable(strings.returned);
  window.setTimeout(() => composer.enable(), 3000);
});
on("unstored", () => tell("memory", strings.unstored));
on("gone", ({ why }) => {
  if (step() === "thanks") return;
  if (why === "ended") return over({ why: null });
  const unfit = { not_found: strings.not_found, slow_down: strings.too_many_tries };
  const wrong = /** @type {Record<string, string>} */ (unfit)[why];
  if (wrong) {
    toPromise("");
    return rejoinWrong(wrong);
  }
  const told = whyGone(why);
  if (why !== "elsewhere") hideTicket();
  if (why === "reused") orKeep(told, () => toStopped(strings.reused_title, told));
  else if (why === "elsewhere") orKeep(told, () => toStopped(strings.elsewhere_title, told));
  else orKeep(told, () => toPromise(told));
});
/** @param {string} why as in `docs/protocol.md` @returns {string} */
function whyGone(why) {
  const told = {
    late: fill(strings.late, { minutes: config.rejoin_minutes }),
    reused: strings.reused_text,
    elsewhere: strings.elsewhere_text,
    line_closed: strings.refused_closed,
  };
  return /** @type {Record<string, string>} */ (told)[why] ?? strings.unknown;
}

on("ticket", showTicket);
on("refused", (frame) => {
  if (frame.status) status.render(frame.status);
  const known = frame.why === "line_closed" ? strings.refused_closed : frame.why === "line_busy" ? strings.refused_busy : "";
  if (frame.again) host?.limit(frame.again);
  if (frame.why === "limit") toRefused(strings.limit_title, fill(strings.limit_text, { time: inWords(frame.again) }));
  else if (frame.why === "blocked") toRefused(strings.blocked_title, fill(strings.blocked_text, { time: inWords(frame.again) }));
  else toPromise(known || strings.refused_other);
});
on("line", ({ state, code }) => {
  if (step() !== "waiting" && step() !== "talk") return;
  if (state === "online") tell("offline", "");
  if (state === "offline") {
    tell("peer", "");
    tell("offline", talk.state ? strings.offline : strings.unreachable);
  }
  if (state === "stopped") stopped(code);
});

/** The line will not come back by itself. @param {number} code as in `docs/protocol.md` */
function stopped(code) {
  const known = memory.held;
  // Another tab holds the newer secret: showing ours again would look like a thief and lock the talk.
  if (code === 1000 || code === 4409) memory.forget();
  if (code !== 1000) talk.giveUp();
  if (code === 4409) orKeep(strings.elsewhere_title, () => toStopped(strings.elsewhere_title, strings.elsewhere_text));
  else if (code !== 1000) orKeep(strings.broken_title, () => toStopped(strings.broken_title, strings.broken_text));
  else if (known) over({ why: null });
}

/* What the visitor does */

click("start", () => (questions ? show("questions") : begin({})));
click("skip", () => begin({}));
questions?.addEventListener("submit", (event) => {
  event.preventDefault();
  begin(answers());
});
rejoinForm((ticket) => {
  toConnecting();
  talk.rejoin(ticket);
});
composer.addEventListener("draft", (event) => memory.put({ draft: /** @type {CustomEvent} */ (event).detail.text }));
part("typing-aloud")?.addEventListener("change", (event) => typing.aloud(/** @type {HTMLInputElement} */ (event.target).checked));
composer.addEventListener("say", (event) => talk.say(/** @type {CustomEvent} */ (event).detail.text));
click("on", () => goOn());
click("restart", () => toPromise(""));
click("leave", async () => {
  const waiting = step() === "waiting";
  const words = waiting
    ? { title: strings.stop_title, text: strings.stop_text, yes: strings.stop_yes, no: strings.stop_no }
    : { title: strings.end_title, text: strings.end_text, yes: strings.end_yes, no: strings.end_no };
  if (!(await confirmed(words)) || !talk.isOn) return;
  talk.leave();
  toThanks(waiting ? strings.left_title : strings.over_title, waiting ? "" : strings.thanks);
});
/** Only to come back in another language: that interrupts nothing. */
let isMoving = false;
window.addEventListener("beforeunload", (event) => {
  if (!isMoving && talk.isOn && (step() === "talk" || step() === "waiting")) event.preventDefault();
});

/* Going away at once */

const exit = new Exit(config, {
  hush: () => {
    const { held } = memory;
    talk.leave(true);
    talk.wire.stop();
    memory.forget();
    return held;
  },
  away: (url) => Boolean(host?.away(url)),
});
host?.addEventListener("leave", () => exit.go());
host?.addEventListener("key", (event) => {
  const { detail } = /** @type {CustomEvent} */ (event);
  exit.heed(detail.kind, detail);
});

/* The page around us */

const close = part("close");
close?.addEventListener("click", () => host?.close());
host?.addEventListener("met", () => close?.classList.remove("visitor__close--not-yet"));
// We hear of it before the browser draws us again; until then nothing here can have the focus.
host?.addEventListener("shown", () => requestAnimationFrame(() => {
  log.look();
  if (step() === "talk") composer.focus();
  else /** @type {HTMLElement} */ (document.querySelector(`[data-step="${step()}"] h1`)).focus();
}));
status.addEventListener("status", (event) => host?.state(/** @type {CustomEvent} */ (event).detail.state));

memory.changed = tellHost;
tellHost();
status.render(pageConfig("status"));
if (memory.held) {
  tell("place", strings.connecting);
  show("waiting");
  composer.value = memory.held.draft ?? "";
  talk.restore();
} else {
  document.body.dataset.at = "promise";
}
switchLanguage(memory.key, () => (isMoving = true));
