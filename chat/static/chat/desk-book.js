/** What this desk knows: the talks of this counsellor, who waits, and what was read. No page, no socket. */

/** @typedef {import("./chat-log.js").Message} Message */
/**
 * @typedef {{code: string, line: string, line_name: string, since: string, language: string, present: boolean, back: boolean, alert_at: string}} Waiting
 * @typedef {{slug: string, name: string, state: string}} Line
 * @typedef {{until: string, returns: boolean}} Resting
 * @typedef {{
 *   code: string, line: string, line_name: string, state: string, nickname: string | null,
 *   answers: {label: string, value: string}[], language: string, since: string, waited_from: string, claimed: string,
 *   last_seq: number, seen_seq: number, visitor_seen_seq: number, present: boolean, soft_minutes: number, readers?: string[]
 * }} Talk
 * @typedef {{presence: string, rest: Resting | null, silences: import("./desk-shift.js").Silent[], guides: boolean, capacity: number, talks: Talk[], waiting: Waiting[], present: number, lines: Line[]}} DeskFrame
 */

/** A view that was on its way while a talk was taken may not name it yet: for so long that does not end the talk here. */
const CROSSING = 2000;

/** Why a talk is no longer on this desk although it goes on. */
const GONE_ON = new Set(["passed", "taken_over", "taken_back", "lost"]);
/** Letters that nobody takes for a digit, or for each other. */
const LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ";

/** @param {Entry} entry */
function calledBy(entry) {
  return (entry.talk.nickname ?? "").trim().toLowerCase();
}

/** One talk as this tab knows it. */
export class Entry {
  /**
   * @param {Talk} talk
   * @param {number} now
   */
  constructor(talk, now) {
    this.talk = talk;
    /** What tells this talk from the others on the desk; the book gives it. */
    this.mark = "";
    /** Whether another talk here has the same nickname. */
    this.isNamesake = false;
    this.knownSince = now;
    /** Up to where this counsellor has read. */
    this.seen = talk.seen_seq;
    /** @type {Set<number>} the visitor's messages that were not read yet */
    this.unreadSeqs = new Set();
    /** When each side last wrote, as the server tells it; "" before the first word. */
    this.spoke = { visitor: "", counsellor: "" };
    /** When we ourselves last wrote; before us a colleague may have had the talk. */
    this.wroteAt = "";
    /** @type {{by: string | null, why: string | null, at: number} | null} set when the talk is over */
    this.ended = null;
    /** @type {{name: string, agreement: string} | null} to whom the visitor goes, when they said yes to that */
    this.referral = null;
  }

  get unread() {
    return this.unreadSeqs.size;
  }

  get isOpen() {
    return this.ended === null;
  }

  /**
   * Count what the visitor wrote; a message that comes twice counts once.
   * @param {Message} message
   */
  hear(message) {
    if (message.from !== "system") this.wrote(message.from, message.at, message.mine);
    if (message.from === "visitor" && message.seq > this.seen) this.unreadSeqs.add(message.seq);
  }

  /** @param {"visitor" | "counsellor"} who @param {string} at @param {boolean} [mine] false: a colleague's */
  wrote(who, at, mine = true) {
    if (at > this.spoke[who]) this.spoke[who] = at;
    if (who === "counsellor" && mine && at > this.wroteAt) this.wroteAt = at;
  }

  /**
   * Everything up to here was on the screen.
   * @param {number} seq
   * @returns {boolean} whether that is news
   */
  read(seq) {
    if (seq <= this.seen) return false;
    this.seen = seq;
    this.unreadSeqs = new Set([...this.unreadSeqs].filter((one) => one > seq));
    return true;
  }
}

/** The desk in one place. */
export class Book {
  constructor() {
    /** Whether the server has told us how things are. */
    this.told = false;
    this.presence = "away";
    /** Whether this is somebody who guides the lines: they hear of who waits too long, whatever their own presence. */
    this.guides = false;
    /** @type {Resting | null} until when a pause lasts that has an end */
    this.rest = null;
    this.capacity = 0;
    this.present = 0;
    /** @type {Waiting[]} */
    this.waiting = [];
    /** @type {Line[]} */
    this.lines = [];
    /** @type {Map<string, Entry>} */
    this.entries = new Map();
    /** @type {string | null} the talk on the screen */
    this.active = null;
  }

  /**
   * The server's whole view replaces ours. A talk that it no longer names is over; one that it names again goes on.
   * @param {DeskFrame} frame
   * @param {number} now
   * @param {boolean} isFirst whether it is the first view on this connection: nothing can have crossed it
   * @returns {Entry[]} talks that were not known here
   */
  tell(frame, now, isFirst) {
    this.told = true;
    this.presence = frame.presence;
    this.guides = frame.guides;
    this.rest = frame.rest;
    this.capacity = frame.capacity;
    this.present = frame.present;
    // In the server's order: who was in a talk already comes first.
    this.waiting = frame.waiting;
    this.lines = frame.lines;
    const open = new Map(frame.talks.filter((talk) => talk.state === "active").map((talk) => [talk.code, talk]));
    for (const [code, entry] of this.entries) {
      if (open.has(code)) entry.ended = null;
      else if (isFirst || now - entry.knownSince > CROSSING) this.end(code, { by: null, why: null }, now);
    }
    return [...open.values()].map((talk) => this.add(talk, now)).filter((entry) => entry !== null);
  }

  /**
   * Know a talk, or renew what is known of it.
   * @param {Talk} talk
   * @param {number} now
   * @returns {Entry | null} the new entry; null when it was known
   */
  add(talk, now) {
    // The view that no longer names them as waiting may come a moment later.
    this.waiting = this.waiting.filter((visitor) => visitor.code !== talk.code);
    const known = this.entries.get(talk.code);
    if (known) {
      known.talk = talk;
      known.ended = null;
      // Another tab of this counsellor may have read further.
      known.read(talk.seen_seq);
      return null;
    }
    const entry = new Entry(talk, now);
    this.name(entry);
    this.entries.set(talk.code, entry);
    return entry;
  }

  /**
   * Give a new talk a letter that no other talk on this desk has. It comes from the talk's code, so that after a reload, and
   * in another tab, it is the same; of two with one letter the later has a number too.
   * @param {Entry} entry
   */
  name(entry) {
    const others = [...this.entries.values()];
    const letter = LETTERS[[...entry.talk.code].reduce((sum, sign) => sum + sign.charCodeAt(0), 0) % LETTERS.length];
    const marks = new Set(others.map((other) => other.mark));
    entry.mark = letter;
    for (let n = 2; marks.has(entry.mark); n += 1) entry.mark = `${letter}${n}`;
    const called = calledBy(entry);
    entry.isNamesake = called !== "" && others.some((other) => calledBy(other) === called);
  }

  /**
   * @param {string} code
   * @param {{by: string | null, why: string | null}} how
   * @param {number} now
   */
  end(code, { by, why }, now) {
    const entry = this.entries.get(code);
    if (!entry) return;
    // The whole view may tell that it is over before we hear who ended it.
    const at = entry.ended?.at ?? now;
    entry.ended = { by: by ?? entry.ended?.by ?? null, why: why ?? entry.ended?.why ?? null, at };
    // Nobody waits for this counsellor to read it: a colleague does.
    if (GONE_ON.has(entry.ended.why ?? "")) entry.unreadSeqs.clear();
  }

  /** @param {string} code */
  forget(code) {
    this.entries.delete(code);
    if (this.active === code) this.active = null;
  }

  /** Know nothing of anybody any more. */
  clear() {
    this.entries.clear();
    this.waiting = [];
    this.active = null;
    this.presence = "away";
  }

  get current() {
    return this.active === null ? null : (this.entries.get(this.active) ?? null);
  }

  /** The talks in the order in which they were taken; what is over comes last. */
  get talks() {
    return [...this.entries.values()].sort(
      (a, b) => Number(!a.isOpen) - Number(!b.isOpen) || a.talk.claimed.localeCompare(b.talk.claimed),
    );
  }

  get openCount() {
    return [...this.entries.values()].filter((entry) => entry.isOpen).length;
  }

  get unread() {
    return [...this.entries.values()].reduce((sum, entry) => sum + entry.unread, 0);
  }

  /** When the one who waits longest began to wait. */
  get longestSince() {
    return this.waiting.map((visitor) => visitor.since).sort()[0] ?? null;
  }

  /**
   * Why the next visitor cannot be taken now; null when they can.
   * @returns {"not_present" | "no_room" | "nobody_waiting" | null}
   */
  get obstacle() {
    if (this.presence !== "present") return "not_present";
    if (this.openCount >= this.capacity) return "no_room";
    return this.waiting.length === 0 ? "nobody_waiting" : null;
  }
}
