/* Relays between the frames and the shell's one connection (protocol section 1.9, last lines). */
import { decode, decodeControl, encodeControl, type Message } from "../../base1/src/frames";
import type { Control } from "../../base1/src/json";

/** The part of a frame's window that the router needs. */
export interface FrameWindow {
  postMessage(message: Message, origin: string): void;
}

/** The shell's connection. */
export interface Upstream {
  /** Sends a frame as it is. */
  send(message: Message): void;
  /** Calls back with the gateway's `init` message once it is there. */
  wait(callback: (init: Partial<Control>) => void): void;
}

/** What pages ask of the shell itself. */
export interface Requests {
  jump(location: string, from: string): void;
  hint(hint: Control, from: string): void;
  notify(status: Control, from: string): void;
  /** Something went wrong in the page that nobody expected; `reason` where it says what. */
  oops(from: string, reason: string | null): void;
}

interface Source {
  name: string;
  window: FrameWindow;
  seed: string;
}

/* Control messages without a channel that a page may send to the gateway. */
const FORWARDED = new Set(["kill", "logout"]);

export class FrameRouter {
  readonly #origin: string;
  readonly #upstream: Upstream;
  readonly #requests: Requests;
  readonly #byWindow = new Map<FrameWindow, Source>();
  readonly #bySeed = new Map<string, Source>();
  #count = 0;

  constructor(origin: string, upstream: Upstream, requests: Requests) {
    this.#origin = origin;
    this.#upstream = upstream;
    this.#requests = requests;
  }

  /** A message that a frame's window posted to us. */
  fromFrame(message: Message, window: FrameWindow, name: string): void {
    if (message === "") {
      this.gone(window);
      return;
    }
    const frame = decode(message);
    if (!frame) return;
    if (frame.channel !== "") {
      if (this.#byWindow.has(window)) this.#upstream.send(message);
      return;
    }
    const control = decodeControl(frame.payload);
    if (!control) return;
    if (control.command === "init") this.#init(window, name);
    else if (control.channel !== undefined) this.#forward(control, window, message);
    else if (FORWARDED.has(control.command)) this.#upstream.send(message);
    else this.#request(control, name);
  }

  #init(window: FrameWindow, name: string): void {
    this.#upstream.wait((init) => {
      const source = this.#byWindow.get(window) ?? this.#register(window, name, String(init["channel-seed"] ?? ""));
      this.#post(source, encodeControl({ ...init, command: "init", version: 1, "channel-seed": source.seed, host: "localhost" }));
    });
  }

  #register(window: FrameWindow, name: string, seed: string): Source {
    this.#count += 1;
    const source = { name, window, seed: `${seed}${this.#count}!` };
    this.#byWindow.set(window, source);
    this.#bySeed.set(source.seed, source);
    return source;
  }

  #forward(control: Control, window: FrameWindow, message: Message): void {
    const source = this.#byWindow.get(window);
    if (!source) return;
    this.#upstream.send(control.command === "open" ? encodeControl({ ...control, group: source.name }) : message);
  }

  #request(control: Control, name: string): void {
    if (control.command === "jump") this.#requests.jump(String(control["location"] ?? ""), name);
    else if (control.command === "hint") this.#requests.hint(control, name);
    else if (control.command === "notify") this.#requests.notify(control, name);
    else if (control.command === "oops") this.#requests.oops(name, control.message ?? null);
  }

  /** A frame from the gateway; true where it was a page's and the shell need not look at it. */
  fromGateway(message: Message, channel: string, control: Control | null): boolean {
    if (channel === "") {
      if (control && control.command !== "init") this.broadcast(message);
      return false;
    }
    const end = channel.indexOf("!");
    if (end < 0) return false;
    const source = this.#bySeed.get(channel.slice(0, end + 1));
    if (source) this.#post(source, message);
    return true;
  }

  broadcast(message: Message): void {
    for (const source of this.#byWindow.values()) this.#post(source, message);
  }

  /** Tells one frame something that no gateway said. */
  tell(window: FrameWindow, control: Control): void {
    const source = this.#byWindow.get(window);
    if (source) this.#post(source, encodeControl(control));
  }

  /** The connection is gone: to every page it is as if its own were. */
  disconnected(): void {
    for (const source of this.#byWindow.values()) this.#post(source, "");
    this.#byWindow.clear();
    this.#bySeed.clear();
  }

  /** A page was unloaded: its channels are closed. */
  gone(window: FrameWindow): void {
    const source = this.#byWindow.get(window);
    if (!source) return;
    this.#byWindow.delete(window);
    this.#bySeed.delete(source.seed);
    this.#upstream.send(encodeControl({ command: "kill", group: source.name }));
  }

  #post(source: Source, message: Message): void {
    source.window.postMessage(message, this.#origin);
  }
}
