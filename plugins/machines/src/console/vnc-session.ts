/** The connection to a machine's screen, made again by itself when it is lost. Draws nothing but what noVNC does. */

import RFB from "@novnc/novnc";
import { type ChannelOptions, gettext as _, type JsonObject } from "../../../lib/cockpit";
import { Attempts } from "./attempts";
import { ChannelSocket } from "./channel-socket";
import { keysyms } from "./typing";

export type Scaling = "fit" | "none" | "guest";

export type VncState =
  | { readonly phase: "connecting" | "connected" | "stopped" }
  /** Tried again by itself. */
  | { readonly phase: "lost"; readonly message: string }
  /** It wants a password, or the one it got was wrong. */
  | { readonly phase: "locked"; readonly wrong: boolean };

const CTRL = 0xffe3;
const ALT = 0xffe9;
const DELETE = 0xffff;
const BACKSPACE = 0xff08;
const F1 = 0xffbe;

export interface Chord {
  readonly label: string;
  readonly keysyms: readonly number[];
}

export const CHORDS: readonly Chord[] = [
  { label: "Ctrl+Alt+Delete", keysyms: [CTRL, ALT, DELETE] },
  { label: "Ctrl+Alt+Backspace", keysyms: [CTRL, ALT, BACKSPACE] },
  ...Array.from({ length: 12 }, (_each, index) => ({ label: `Ctrl+Alt+F${index + 1}`, keysyms: [CTRL, ALT, F1 + index] })),
];

/** Refusals of a password that was right, or is libvirt's, before a person is asked: a machine that starts has a screen
 * a moment before its password. */
const REFUSALS_MAX = 3;

export class VncSession {
  #open: (options: ChannelOptions) => unknown;
  /** What libvirt tells of the password; empty where it tells nothing. */
  #askLibvirt: () => Promise<string>;
  /** The one that a person gave last; nowhere but here, and gone with the page. */
  #password = "";
  /** Whether it was never accepted. */
  #isNew = false;
  #refusals = 0;
  #target: HTMLElement | null = null;
  #place: JsonObject | null = null;
  #rfb: RFB | null = null;
  #scaling: Scaling = "fit";
  #state: VncState = { phase: "stopped" };
  #listeners = new Set<() => void>();
  #attempts = new Attempts();

  constructor(open: (options: ChannelOptions) => unknown, askLibvirt: () => Promise<string>) {
    this.#open = open;
    this.#askLibvirt = askLibvirt;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly getSnapshot = (): VncState => this.#state;

  /** Shows the screen at `place` in `target`, until `stop`. */
  start(target: HTMLElement, place: JsonObject): void {
    this.stop();
    this.#target = target;
    this.#place = place;
    this.#connect();
  }

  stop(): void {
    this.#attempts.stop();
    this.#target = null;
    this.#password = "";
    this.#isNew = false;
    this.#refusals = 0;
    this.#leave();
    this.#change({ phase: "stopped" });
  }

  set scaling(scaling: Scaling) {
    this.#scaling = scaling;
    this.#applyScaling();
  }

  focus(): void {
    this.#rfb?.focus();
  }

  /** Goes on with this password; whoever refused one has hung up. */
  unlock(password: string): void {
    this.#password = password;
    this.#isNew = true;
    if (this.#rfb) this.#send(this.#rfb, password);
    else this.#connect();
  }

  press(chord: readonly number[]): void {
    for (const keysym of chord) this.#rfb?.sendKey(keysym, null, true);
    for (const keysym of [...chord].reverse()) this.#rfb?.sendKey(keysym, null, false);
  }

  /** Types the text with keys: a guest has no clipboard before it has booted. */
  type(text: string): void {
    for (const keysym of keysyms(text)) this.#rfb?.sendKey(keysym, null);
  }

  /** The screen as a picture. */
  picture(): Promise<Blob | null> {
    return new Promise((resolve) => (this.#rfb ? this.#rfb.toBlob(resolve, "image/png") : resolve(null)));
  }

  #connect(): void {
    const target = this.#target;
    if (!target || !this.#place) return;
    this.#leave();
    this.#change({ phase: "connecting" });
    const socket = new ChannelSocket(this.#open, this.#place);
    const rfb = new RFB(target, socket, { shared: true });
    this.#rfb = rfb;
    rfb.background = "transparent";
    rfb.showDotCursor = true;
    let refused = "";
    let wrong = false;
    const mine = (listener: (event: Event) => void) => (event: Event) => {
      if (this.#rfb === rfb) listener(event);
    };
    rfb.addEventListener("connect", mine(() => {
      this.#attempts.succeeded();
      this.#isNew = false;
      this.#refusals = 0;
      this.#applyScaling();
      this.#change({ phase: "connected" });
    }));
    rfb.addEventListener("credentialsrequired", mine(() => void this.#authenticate(rfb)));
    rfb.addEventListener("securityfailure", mine((event) => {
      this.#refusals += 1;
      wrong = this.#isNew || this.#refusals > REFUSALS_MAX;
      refused = (event as CustomEvent<{ reason?: string }>).detail.reason ?? "";
    }));
    rfb.addEventListener("disconnect", mine(() => {
      this.#rfb = null;
      if (wrong) {
        this.#password = "";
        this.#isNew = false;
        this.#change({ phase: "locked", wrong });
        return;
      }
      const { problem, message } = socket.ended;
      this.#change({ phase: "lost", message: refused || message || problem || _("The connection to the screen was closed.") });
      this.#attempts.schedule(() => this.#connect());
    }));
  }

  async #authenticate(rfb: RFB): Promise<void> {
    const password = this.#password || (await this.#askLibvirt().catch(() => ""));
    if (this.#rfb !== rfb) return;
    if (password) this.#send(rfb, password);
    else this.#change({ phase: "locked", wrong: false });
  }

  #send(rfb: RFB, password: string): void {
    this.#change({ phase: "connecting" });
    // noVNC takes each character for a byte; QEMU has the bytes of libvirt's UTF-8.
    rfb.sendCredentials({ password: String.fromCharCode(...new TextEncoder().encode(password)) });
  }

  #applyScaling(): void {
    if (!this.#rfb) return;
    this.#rfb.scaleViewport = this.#scaling !== "none";
    this.#rfb.resizeSession = this.#scaling === "guest";
  }

  #leave(): void {
    const rfb = this.#rfb;
    this.#rfb = null;
    rfb?.disconnect();
  }

  #change(state: VncState): void {
    this.#state = state;
    for (const listener of [...this.#listeners]) listener();
  }
}
