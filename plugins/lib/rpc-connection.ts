/**
 * The client of a back end: JSON-RPC 2.0 calls and a state that the back end publishes, on one channel. No I/O of its own.
 *
 * A connection opens the channel at once and opens it again, with growing pauses, when it closes. Meanwhile the last
 * state stays on show; the next first load is laid over it, and when that is complete, what it did not mention is gone.
 */

import { type Json, type JsonObject, apply, isObject, share } from "./merge";
import { RpcError, problemSentence } from "./rpc-error";

/** What is needed of a Cockpit channel (text, one JSON object per message). */
export interface RpcChannel {
  send(message: string): void;
  close(problem?: string): void;
  addEventListener(name: "message", listener: (event: unknown, message: string) => void): void;
  addEventListener(name: "ready" | "close", listener: (event: unknown, options: ChannelOptions) => void): void;
}

export interface ChannelOptions {
  problem?: string | null;
  message?: string;
  [member: string]: unknown;
}

/** How a connection reaches the world; a test brings its own. */
export interface Wiring {
  open(options: JsonObject): RpcChannel;
  /** Calls back after so many milliseconds; returns what calls that off. */
  later(run: () => void, milliseconds: number): () => void;
  /** 0 ≤ x < 1: spreads the reopenings of many pages. */
  random(): number;
}

export interface Progress {
  done: number;
  total: number;
  text: string;
}

export interface CallOptions {
  onProgress?: (progress: Progress) => void;
  /** Takes what a method that is a stream yields, in order, before the promise of the call is settled. */
  onItem?: (value: unknown) => void;
  /** Asks the back end to cancel; how the call ended is still the back end's answer. */
  signal?: AbortSignal;
}

/**
 * `opening`: asked for, not yet answered. `open`: the back end speaks. `waiting`: closed, will be opened again by itself.
 * `closed`: stays closed until `retry()`.
 */
export type Phase = "opening" | "open" | "waiting" | "closed";

export interface Status {
  readonly phase: Phase;
  /** Why it is not open: the problem code and a sentence; kept while it opens again. */
  readonly problem?: string;
  readonly message?: string;
  /** The last lines that the back end said on stderr, where it ended by itself. */
  readonly stderr?: string;
}

/** Immutable: a new object whenever something in it changed, the same one otherwise. */
export interface Snapshot<S> {
  readonly status: Status;
  /** False until the first load was complete once. */
  readonly loaded: boolean;
  readonly state: Partial<S>;
}

interface Pending {
  resolve(result: unknown): void;
  reject(error: RpcError): void;
  onProgress?: (progress: Progress) => void;
  onItem?: (value: unknown) => void;
  forget(): void;
}

const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 30_000;
/** Opening again does not help while the cause is there: these wait for `retry()`. */
const LASTING: ReadonlySet<string> = new Set(["not-supported", "protocol-error", "access-denied", "no-session"]);

/** One back end's channel. `S` is the shape of the state it publishes. */
export class Connection<S extends object, R = Json> {
  #wiring: Wiring;
  #options: JsonObject;
  #channel: RpcChannel | null = null;
  #snapshot: Snapshot<S> = { status: { phase: "opening" }, loaded: false, state: {} };
  /** What the load in progress has told, while an earlier state is on show; null when there is nothing to lay it over. */
  #incoming: Json | null = null;
  #listeners = new Set<() => void>();
  #sampleListeners = new Set<(rows: R) => void>();
  #pending = new Map<number, Pending>();
  #lastId = 0;
  #pause = FIRST_PAUSE;
  #forgetTimer: (() => void) | null = null;
  #ended = false;

  constructor(payload: string, options: JsonObject, wiring: Wiring) {
    this.#wiring = wiring;
    this.#options = { ...options, payload };
    this.#open();
  }

  get snapshot(): Snapshot<S> {
    return this.#snapshot;
  }

  get state(): Partial<S> {
    return this.#snapshot.state;
  }

  get loaded(): boolean {
    return this.#snapshot.loaded;
  }

  get status(): Status {
    return this.#snapshot.status;
  }

  /** Calls `listener` after every change of `snapshot`; returns what ends that. Bound: fits React's useSyncExternalStore. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly getSnapshot = (): Snapshot<S> => this.#snapshot;

  /** Calls `listener` with the rows of every `sample`; returns what ends that. */
  onSample(listener: (rows: R) => void): () => void {
    this.#sampleListeners.add(listener);
    return () => this.#sampleListeners.delete(listener);
  }

  /**
   * Calls a method of the back end. The promise is settled exactly once: with the result, or with an `RpcError` that carries the
   * back end's problem, or the channel's where it closes first. The state already shows what the method changed.
   */
  call<T = unknown>(method: string, params: JsonObject = {}, options: CallOptions = {}): Promise<T> {
    const { signal, onProgress, onItem } = options;
    if (signal?.aborted)
      return Promise.reject(new RpcError("cancelled"));
    const channel = this.#channel;
    if (!channel) {
      const { problem, message } = this.status;
      return Promise.reject(new RpcError(problem || "disconnected", message));
    }
    const id = ++this.#lastId;
    return new Promise<T>((resolve, reject) => {
      const cancel = () => send(channel, { method: "cancel", params: { id } });
      signal?.addEventListener("abort", cancel, { once: true });
      this.#pending.set(id, {
        resolve: resolve as (result: unknown) => void,
        reject,
        ...(onProgress && { onProgress }),
        ...(onItem && { onItem }),
        forget: () => signal?.removeEventListener("abort", cancel),
      });
      send(channel, { id, method, params });
    });
  }

  /** Opens a closed or waiting channel at once. */
  retry(): void {
    if (this.#ended || this.#channel)
      return;
    this.#forgetTimer?.();
    this.#pause = FIRST_PAUSE;
    this.#open();
  }

  /** Opens another channel in place of this one, for what is decided at an open; calls under way are cancelled. */
  reopen(): void {
    if (this.#ended) return;
    const channel = this.#channel;
    if (channel) this.#closed("cancelled", undefined);
    channel?.close();
    this.retry();
  }

  /** Ends the connection for good; calls without a reply are rejected as cancelled. */
  close(): void {
    this.#ended = true;
    this.#forgetTimer?.();
    const channel = this.#channel;
    this.#closed("cancelled", undefined);
    channel?.close();
  }

  #open(): void {
    this.#forgetTimer = null;
    this.#incoming = this.#snapshot.loaded ? {} : null;
    this.#change({ status: { ...this.status, phase: "opening" }, ...(!this.loaded && { state: {} }) });
    const channel = this.#wiring.open(this.#options);
    this.#channel = channel;
    const current = () => this.#channel === channel;
    channel.addEventListener("ready", () => current() && this.#opened());
    channel.addEventListener("message", (_event, text) => current() && this.#received(text));
    channel.addEventListener("close", (_event, { problem, message, stderr }) => {
      if (current())
        this.#closed(problem || "disconnected", message, typeof stderr === "string" ? stderr : undefined);
    });
  }

  #opened(): void {
    if (this.status.phase !== "open")
      this.#change({ status: { phase: "open" } });
  }

  #closed(problem: string, message: string | undefined, stderr?: string): void {
    this.#channel = null;
    const retry = !this.#ended && !LASTING.has(problem);
    const status = {
      phase: retry ? "waiting" : "closed",
      problem,
      message: message || problemSentence(problem),
      ...(stderr && { stderr }),
    } as const;
    if (retry) {
      const pause = this.#pause * (1 + this.#wiring.random() / 4);
      this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
      this.#forgetTimer = this.#wiring.later(() => this.#open(), pause);
    }
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    this.#change({ status });
    for (const call of pending) {
      call.forget();
      call.reject(new RpcError(problem, message));
    }
  }

  #received(text: string): void {
    let frame: unknown;
    try {
      frame = JSON.parse(text);
    } catch {
      frame = null;
    }
    if (!isObject(frame)) {
      const channel = this.#channel;
      this.#closed("protocol-error", "The back end sent something that is not a JSON object.");
      channel?.close("protocol-error");
      return;
    }
    this.#opened();
    if (typeof frame["method"] !== "string")
      this.#replied(frame);
    else if (isObject(frame["params"]))
      this.#notified(frame["method"], frame["params"]);
  }

  #notified(method: string, params: JsonObject): void {
    if (method === "state") {
      this.#patched(params["patch"] ?? {}, params["complete"] === true);
    } else if (method === "sample") {
      for (const listener of [...this.#sampleListeners])
        listener(params["rows"] as R);
    } else if (method === "progress") {
      const { id, done = 0, total = 0, text = "" } = params as { id?: number } & Partial<Progress>;
      this.#pending.get(id ?? 0)?.onProgress?.({ done, total, text });
    } else if (method === "item") {
      this.#pending.get(params["id"] as number)?.onItem?.(params["value"]);
    }
  }

  #patched(patch: Json, complete: boolean): void {
    const shown = this.#snapshot.state as Json;
    let state = apply(shown, patch);
    if (this.#incoming !== null) {
      this.#incoming = apply(this.#incoming, patch);
      if (complete) {
        state = share(shown, this.#incoming);
        this.#incoming = null;
      }
    }
    if (complete)
      this.#pause = FIRST_PAUSE;
    if (state !== shown || (complete && !this.loaded))
      this.#change({ state: state as Partial<S>, loaded: this.loaded || complete });
  }

  #replied(frame: JsonObject): void {
    const id = frame["id"] as number;
    const call = this.#pending.get(id);
    if (!call)
      return;
    this.#pending.delete(id);
    call.forget();
    if (frame["error"] === undefined)
      call.resolve(frame["result"]);
    else
      call.reject(RpcError.fromReply(frame["error"]));
  }

  #change(part: Partial<Snapshot<S>>): void {
    this.#snapshot = { ...this.#snapshot, ...part };
    for (const listener of [...this.#listeners])
      listener();
  }
}

function send(channel: RpcChannel, frame: JsonObject): void {
  channel.send(JSON.stringify({ jsonrpc: "2.0", ...frame }));
}
