/** Reading along with a talk of a colleague: what both sides say as they say it, and a corner to whisper in; nothing goes to the visitor. */

import "./chat-log.js";
import { part, show, write } from "./desk-dom.js";
import { languageName } from "./desk-time.js";
import { chooseView } from "./desk-views.js";
import { fill } from "./words.js";

/** @typedef {{code: string, line_name: string, counsellor: string, since: string, language: string, told: boolean, last_seq: number}} Followed */

export class Along {
  /** @type {Followed | null} */
  talk = null;
  /** Whether it stands on the screen, in the place of a talk of one's own. */
  isShown = false;

  /**
   * @param {Record<string, any>} strings
   * @param {EventTarget & {send: (frame: object) => boolean}} wire
   * @param {import("./desk-whispers.js").Whispers} whispers
   * @param {() => void} leaveOwn called when the talk takes the place of one's own
   */
  constructor(strings, wire, whispers, leaveOwn) {
    this.strings = strings;
    this.wire = wire;
    this.whispers = whispers;
    this.leaveOwn = leaveOwn;
    this.log = /** @type {import("./chat-log.js").ChatLog} */ (document.createElement("chat-log"));
    this.log.own = "counsellor";
    part("along-log").append(this.log);
    this.log.addEventListener("gap", (event) => this.ask(/** @type {CustomEvent} */ (event).detail.since));
    part("along-stop").addEventListener("click", () => this.stop());
    part("along-card-stop").addEventListener("click", () => this.stop());
    part("along-show").addEventListener("click", () => this.show());
    const heard = {
      desk: this.told, along_said: this.said, along_history: this.history, along_latest: this.latest,
    };
    for (const [kind, listener] of Object.entries(heard)) {
      wire.addEventListener(kind, (event) => listener.call(this, /** @type {CustomEvent} */ (event).detail));
    }
  }

  stop() {
    this.wire.send({ do: "unfollow" });
  }

  /** Ask for what, and begin. @param {{code: string, along: boolean}} one @param {string} about */
  async begin(one, about) {
    const dialog = /** @type {HTMLDialogElement} */ (part("follow"));
    write(part("follow-about"), about);
    dialog.returnValue = "";
    dialog.showModal();
    await new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
    const why = /** @type {HTMLInputElement | null} */ (dialog.querySelector('[name="purpose"]:checked'));
    if (dialog.returnValue === "read" && why) this.wire.send({ do: "follow", talk: one.code, why: why.value });
  }

  /** @param {{along: Followed | null}} frame */
  told({ along }) {
    const before = this.talk;
    if (before && before.code !== along?.code) this.end(before);
    this.talk = along;
    if (!along) return;
    if (before?.code !== along.code) this.lay(along);
    else if (along.last_seq > this.log.lastSeq) this.ask(this.log.lastSeq);
    const about = fill(this.strings.along_title, { name: along.counsellor });
    write(part("along-title"), about);
    this.log.language = along.language;
    write(part("along-about"), `${along.line_name} · ${languageName(along.language)} · ${along.told ? this.strings.along_told : this.strings.along_untold}`);
    write(part("along-card-text"), fill(this.strings.along_card, { name: along.counsellor, line: along.line_name }));
  }

  /** @param {Followed} talk */
  lay(talk) {
    this.log.words = { ...this.strings, log_you: talk.counsellor, log_nameless: this.strings.visitor, log_label: this.strings.along_log, log_sent: "", log_seen: "" };
    this.log.clear();
    this.log.label();
    this.ask(0);
    this.whispers.corner(talk.code, fill(this.strings.whisper_label, { name: talk.counsellor }), part("along-whispers"));
    this.show();
  }

  /** Nothing of it stays on the screen. @param {Followed} talk */
  end(talk) {
    this.whispers.drop(talk.code);
    this.log.clear();
    const hadFocus = part("along").contains(document.activeElement) || part("along-card").contains(document.activeElement);
    this.hide();
    if (hadFocus) part("take").focus();
  }

  empty() {
    if (this.talk) this.end(this.talk);
    this.talk = null;
  }

  show() {
    this.isShown = true;
    this.leaveOwn();
    chooseView("talk");
    this.render();
    part("along-title").focus();
  }

  hide() {
    this.isShown = false;
  }

  /** @param {number} seq */
  ask(seq) {
    if (this.talk) this.wire.send({ do: "along", talk: this.talk.code, seq });
  }

  /** @param {import("./chat-log.js").Message & {talk: string}} frame */
  said(frame) {
    if (frame.talk === this.talk?.code) this.log.add(frame);
  }

  /** @param {{talk: string, messages: import("./chat-log.js").Message[], last_seq: number}} frame */
  history({ talk, messages, last_seq: last }) {
    if (talk !== this.talk?.code) return;
    this.log.addAll(messages);
    if (messages.length > 0 && this.log.lastSeq < last) this.ask(this.log.lastSeq);
  }

  /** @param {{talk: string, seq: number}} frame */
  latest({ talk, seq }) {
    if (talk === this.talk?.code && seq > this.log.lastSeq) this.ask(this.log.lastSeq);
  }

  render() {
    show(part("along"), this.talk !== null && this.isShown);
    show(part("along-card"), this.talk !== null && !this.isShown);
  }
}
