/** The desk's sounds, made by the browser itself: no file is loaded. One tab of this device sounds, however many are open. */

import { preferences } from "./desk-preferences.js";

/** A note: its pitch in hertz, when it begins and how long it rings in seconds, how loud it is, and its shape. */
/** @typedef {[pitch: number, begins: number, lasts: number, loud: number, shape: OscillatorType]} Note */
/** @type {Record<string, Note[]>} */
const TONES = {
  bell: [[880, 0, 0.9, 0.5, "sine"], [1760, 0, 0.5, 0.15, "sine"], [659, 0.35, 1.1, 0.5, "sine"], [1319, 0.35, 0.6, 0.15, "sine"]],
  wood: [[523, 0, 0.12, 0.7, "triangle"], [523, 0.2, 0.12, 0.7, "triangle"], [784, 0.4, 0.2, 0.7, "triangle"]],
  wave: [[294, 0, 0.8, 0.8, "sine"], [440, 0.3, 0.9, 0.6, "sine"], [587, 0.6, 1.0, 0.4, "sine"]],
};
/** @type {Note[]} */
const SOFT = [[698, 0, 0.25, 0.35, "sine"]];
/** Seconds in which a note swells, so that it does not click. */
const RISE = 0.015;
const LOUDEST = 0.8;

export class Sound {
  /** @type {AudioContext | null} */
  #context = null;
  /** Whether this tab is the one that sounds; without locks in the browser, every tab is. */
  #isVoice = !navigator.locks;

  constructor() {
    // A browser lets a page sound only after somebody touched it. A click, and not the press before it: what moves then is no longer aimed at.
    for (const touch of ["click", "keydown"]) document.addEventListener(touch, () => void this.unlock(), { capture: true });
    if (navigator.userActivation?.hasBeenActive) void this.unlock();
  }

  /** Whether this browser can sound at all. */
  get isPossible() {
    return "AudioContext" in window;
  }

  /** Whether the browser still holds back what we would sound. */
  get isBlocked() {
    return this.isPossible && this.#context?.state !== "running";
  }

  /** To be called while somebody touches the page. */
  async unlock() {
    if (!this.isBlocked) return;
    this.#context ??= new AudioContext();
    await this.#context.resume().catch(() => undefined);
    if (this.#context.state === "running" && !this.#isVoice) this.#becomeVoice();
  }

  /** The tab that may sound first keeps the word until it goes; then the next one has it. */
  #becomeVoice() {
    void navigator.locks.request("toeverlaat.sound", () => {
      this.#isVoice = true;
      return new Promise(() => undefined);
    });
  }

  /** The sound of a visitor who waits. */
  ring() {
    if (preferences.get("sound") && this.#isVoice) this.#play(TONES[preferences.get("tone")]);
  }

  /** One short sound, half as loud. */
  soft() {
    if (preferences.get("soft") && this.#isVoice) this.#play(SOFT);
  }

  /** Let it be heard because somebody asked, also in a second tab. */
  async test() {
    await this.unlock();
    this.#play(TONES[preferences.get("tone")]);
  }

  /** @param {Note[]} notes */
  #play(notes) {
    const context = this.#context;
    if (!context || context.state !== "running") return;
    // Ears hear in powers: half the volume is a quarter of the strength.
    const strength = LOUDEST * (preferences.get("volume") / 100) ** 2;
    if (strength > 0) for (const note of notes) strike(context, note, strength);
  }
}

/** @param {AudioContext} context @param {Note} note @param {number} strength */
function strike(context, [pitch, begins, lasts, loud, shape], strength) {
  const at = context.currentTime + begins;
  const oscillator = new OscillatorNode(context, { type: shape, frequency: pitch });
  const gain = new GainNode(context, { gain: 0 });
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(strength * loud, at + RISE);
  gain.gain.exponentialRampToValueAtTime(0.0001, at + lasts);
  oscillator.connect(gain).connect(context.destination);
  oscillator.start(at);
  oscillator.stop(at + lasts);
}
