/** Notifications of the device, only where the counsellor asked for them and only while the desk is out of sight; they say nothing of a talk. */

import { part, show, write } from "./desk-dom.js";
import { preferences } from "./desk-preferences.js";

/** A notification that is still true comes again after this time. */
const AGAIN = 30_000;

export class Notices {
  /** @type {Map<string, {notice: Notification, at: number}>} */
  #shown = new Map();

  /** @param {Record<string, string>} strings */
  constructor(strings) {
    this.strings = strings;
    for (const button of document.querySelectorAll("[data-allow-notices]")) button.addEventListener("click", () => void this.allow());
    document.addEventListener("visibilitychange", () => document.hidden || this.#takeAllBack());
    preferences.addEventListener("change", () => this.render());
    this.render();
  }

  /** @returns {NotificationPermission | "impossible"} */
  get permission() {
    return "Notification" in window ? Notification.permission : "impossible";
  }

  /** The browser asks, because a button was pressed. */
  async allow() {
    if (this.permission === "default") await Notification.requestPermission();
    if (this.permission === "granted") preferences.set("notify", true);
    this.render();
  }

  /**
   * @param {"waiting" | "message"} about
   * @param {string} text
   */
  tell(about, text) {
    const last = this.#shown.get(about);
    const isSeen = !document.hidden && document.hasFocus();
    if (!preferences.get("notify") || this.permission !== "granted" || isSeen || (last && Date.now() < last.at + AGAIN)) return;
    try {
      last?.notice.close();
      const notice = new Notification(this.strings.notice_title, { body: text, tag: `toeverlaat-${about}`, silent: true });
      notice.addEventListener("click", () => {
        window.focus();
        notice.close();
      });
      this.#shown.set(about, { notice, at: Date.now() });
    } catch {
      // Some telephones know notifications only from a service worker, and we keep none.
    }
  }

  /** It is no longer true. @param {string} about */
  takeBack(about) {
    this.#shown.get(about)?.notice.close();
    this.#shown.delete(about);
  }

  #takeAllBack() {
    for (const about of [...this.#shown.keys()]) this.takeBack(about);
  }

  render() {
    const { permission, strings } = this;
    const sentences = { default: strings.notices_default, granted: strings.notices_granted, denied: strings.notices_denied, impossible: strings.notices_impossible };
    write(part("notices-state"), sentences[permission]);
    show(part("notices-choice"), permission === "granted");
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-allow-notices]"))) {
      show(button, permission === "default");
    }
  }
}
