/** What the button and its panel say and how they look: the first part of `/launcher.js` (chat/views/embed.py). */
const KEYS = ["keydown", "keyup"];
const WHEN = /** @type {const} */ ({ weekday: "long", hour: "2-digit", minute: "2-digit" });
const STATES = ["open", "busy", "paused", "closed", "limit"];
const PHONE = "(max-width: 30rem), (max-height: 30rem)";
// There when the server is not.
/** @type {Record<string, Record<string, string>>} */
const WORDS = {
  nl: { open: "open", busy: "iedereen is in gesprek", paused: "even pauze", closed: "gesloten", limit: "later weer", unreachable: "opent in een nieuw tabblad", close: "Sluiten", leave: "Snel weg", one: "1 nieuw bericht", more: "# nieuwe berichten" },
  en: { open: "open", busy: "everybody is in a talk", paused: "a short break", closed: "closed", limit: "again later", unreachable: "opens in a new tab", close: "Close", leave: "Leave quickly", one: "1 new message", more: "# new messages" },
  fr: { open: "ouvert", busy: "tout le monde est en conversation", paused: "en pause", closed: "fermé", limit: "de nouveau plus tard", unreachable: "s’ouvre dans un nouvel onglet", close: "Fermer", leave: "Quitter vite", one: "1 nouveau message", more: "# nouveaux messages" },
  de: { open: "offen", busy: "alle sind im Gespräch", paused: "kurze Pause", closed: "geschlossen", limit: "später wieder", unreachable: "öffnet in einem neuen Tab", close: "Schließen", leave: "Schnell weg", one: "1 neue Nachricht", more: "# neue Nachrichten" },
};
const STYLE = `
:host { all: initial; --surface: #fff; --ink: #1f2428; --soft: #565d63; --rule: #7d838a; --good: #1b7446; --bad: #b3261e; --mark: var(--chat-line-accent, #1f5f8b); color-scheme: light dark; }
:host([hidden]), [hidden] { display: none !important; }
* { box-sizing: border-box; }
.launcher, .panel, .exit { position: fixed; right: var(--chat-line-right, 1rem); bottom: var(--chat-line-bottom, 1rem); z-index: var(--chat-line-layer, 2000); font: 16px/1.3 system-ui, sans-serif; color: var(--ink); background: var(--surface); }
.launcher { display: flex; align-items: center; gap: .75rem; min-height: 56px; max-width: calc(100vw - 2rem); padding: .5rem 1.25rem .5rem 1rem; border: 2px solid var(--mark); border-radius: 28px; box-shadow: 0 2px 12px rgb(0 0 0 / 18%); text-align: start; text-decoration: none; cursor: pointer; }
.launcher:hover .label { text-decoration: underline; }
.label { display: block; font-weight: 650; }
.word { display: block; color: var(--soft); }
.shape { flex: none; width: 18px; height: 18px; border: 4px solid var(--soft); border-radius: 50%; forced-color-adjust: none; }
[data-state=open] .shape { border-color: var(--good); background: var(--good); }
[data-state=busy] .shape { border-color: var(--bad); background: linear-gradient(90deg, var(--bad) 50%, transparent 50%); }
[data-state=paused] .shape { border-width: 0 6px; border-radius: 0; }
[data-state=limit] .shape { border-radius: 4px; }
[data-state=unreachable] .shape { border-style: dotted; }
.badge { min-width: 24px; padding: 1px 7px; border-radius: 12px; background: var(--bad); color: #fff; font-weight: 650; text-align: center; }
.said { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
:focus-visible { outline: 3px solid var(--mark); outline-offset: 2px; }
.panel { width: 26rem; height: min(44rem, calc(100vh - 2rem)); max-width: calc(100vw - 2rem); overflow: hidden; border: 1px solid var(--rule); border-radius: 12px; box-shadow: 0 6px 32px rgb(0 0 0 / 25%); }
iframe { display: block; width: 100%; height: 100%; border: 0; }
.close, .exit { min-width: 44px; min-height: 44px; padding: 0 12px; border: 1px solid var(--rule); border-radius: 12px; cursor: pointer; }
.close { position: absolute; top: 6px; right: 6px; background: var(--surface); color: var(--ink); font: inherit; }
.exit { inset: var(--chat-exit-inset, 8px 8px auto auto); z-index: var(--chat-exit-layer, 2147483000); border-color: var(--surface); background: var(--bad); color: var(--surface); font-weight: 650; }
@media ${PHONE} { .panel { inset: 0; width: 100%; max-width: none; height: 100vh; height: 100dvh; border: 0; border-radius: 0; } }
@media (prefers-color-scheme: dark) { :host { --surface: #1d2125; --ink: #e9e7e2; --soft: #aeb3b7; --rule: #868d94; --good: #7fd0a2; --bad: #ff9c92; --mark: var(--chat-line-accent-dark, #a9cbe2); } .badge { color: #14171a; } }
@media (forced-colors: active) { :host { --good: CanvasText; --bad: CanvasText; --soft: CanvasText; } .badge { border: 1px solid; } }
`;

/** @type {CSSStyleSheet | undefined} */
let sheet;

/** @param {ShadowRoot} root */
function dress(root) {
  try {
    if (!sheet) (sheet = new CSSStyleSheet()).replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
  } catch {
    // A browser without constructable style sheets.
    root.append(make("style", "", { textContent: STYLE }));
  }
}

/** @param {string} tag @param {string} name @param {object} [values] @param {Node[]} inside @returns {any} */
function make(tag, name, values = {}, ...inside) {
  const made = Object.assign(document.createElement(tag), values);
  if (name) {
    made.className = name;
    made.setAttribute("part", name);
  }
  made.append(...inside);
  return made;
}

/** @param {HTMLElement} element */
function languageOf(element) {
  return (element.lang || document.documentElement.lang || "nl").slice(0, 2).toLowerCase();
}

/** @param {HTMLElement} element */
function wordsOf(element) {
  return WORDS[languageOf(element)] || WORDS.en;
}
