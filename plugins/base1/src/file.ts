import { channel, type Channel } from "./channel";
import { asPayload, join, pieces, type Payload } from "./frames";
import { BasicError } from "./problem";
import { defer, Promised } from "./promise";
import type { Control } from "./json";

/* eslint-disable @typescript-eslint/no-explicit-any -- the content's type is what `syntax` makes of it */

export interface Syntax<T> {
  parse(text: any): T;
  stringify?(content: T): any;
}

export interface FileOptions<T = any> {
  syntax?: Syntax<T>;
  binary?: boolean;
  /** Bytes; the bridge's own limit (16 MiB) unless told, -1 for none. */
  max_read_size?: number;
  host?: string;
  superuser?: "try" | "require" | null;
}

export type Watcher<T> = (content: T | null, tag: string | null, error?: BasicError) => void;

/**
 * A file on the machine (protocol sections 2.7-2.9). Content is text, bytes (`binary`), or what `syntax` parses; null is a
 * file that is not there. A tag stands for one version of a file, "-" for none.
 */
export class FileHandle<T = string> {
  readonly path: string;
  readonly #options: Record<string, unknown>;
  readonly #binary: boolean;
  readonly #maxReadSize: number | undefined;
  readonly #syntax: Syntax<T> | undefined;
  readonly #watchers = new Set<{ callback: Watcher<T>; read: boolean }>();
  readonly #open = new Set<Channel>();
  #reading: Promised<[T | null, string]> | null = null;
  #watching: Channel | null = null;

  constructor(path: string, options: FileOptions<T> = {}) {
    const { syntax, binary = false, max_read_size, ...rest } = options;
    this.path = path;
    this.#options = { ...rest, path };
    this.#binary = binary;
    this.#maxReadSize = max_read_size;
    this.#syntax = syntax;
  }

  #channel(payload: string, extra: Record<string, unknown>): Channel {
    const opened = channel({ ...this.#options, ...extra, payload });
    this.#open.add(opened);
    opened.addEventListener("close", () => this.#open.delete(opened));
    return opened;
  }

  /** Resolves with (content, tag). Reads that overlap share one. */
  read(): Promised<[T | null, string]> {
    if (this.#reading) return this.#reading;
    const { promise, resolve, reject } = defer<[T | null, string]>();
    this.#reading = promise;
    const limit = this.#maxReadSize === undefined ? {} : { max_read_size: this.#maxReadSize };
    const reading = this.#channel("fsread1", { ...limit, ...(this.#binary ? { binary: true } : {}) });
    const parts: Payload[] = [];
    reading.addEventListener("message", (_event, payload) => parts.push(payload));
    reading.addEventListener("close", (_event, closed) => {
      this.#reading = null;
      if (closed.problem) return reject(new BasicError(closed.problem, closed.message));
      const tag = String(closed["tag"] ?? "-");
      try {
        resolve(tag === "-" ? null : this.#parse(join(parts, this.#binary)), tag);
      } catch (error) {
        reject(error);
      }
    });
    return promise;
  }

  #parse(content: Payload): T {
    return this.#syntax ? this.#syntax.parse(content) : (content as T);
  }

  /** Writes the whole file at once; null deletes it. Only over the version of `tag`, where one is given. */
  replace(content: T | null, tag?: string | null, attrs?: Record<string, unknown>): Promised<[string]> {
    const { promise, resolve, reject } = defer<[string]>();
    let payload: Payload | null = null;
    try {
      if (content !== null && content !== undefined) {
        payload = asPayload(this.#syntax?.stringify ? this.#syntax.stringify(content) : (content as Payload));
      }
    } catch (error) {
      reject(error);
      return promise;
    }
    const writing = this.#channel("fsreplace1", {
      ...(tag ? { tag } : {}),
      ...(attrs ? { attrs } : {}),
      ...(this.#binary ? { binary: true } : {}),
    });
    writing.addEventListener("close", (_event, closed: Control) => {
      if (closed.problem) reject(new BasicError(closed.problem, closed.message));
      else resolve(String(closed["tag"] ?? "-"));
    });
    if (payload?.length === 0) writing.send(payload);
    else if (payload) for (const piece of pieces(payload)) writing.send(piece);
    writing.control({ command: "done" });
    return promise;
  }

  /** Replaces the content by what the callback makes of it, again where somebody else was faster. */
  modify(change: (content: T | null) => T | null | undefined | void, content?: T | null, tag?: string): Promised<[T | null, string]> {
    const { promise, resolve, reject } = defer<[T | null, string]>();
    const attempt = (current: T | null, version: string): void => {
      let changed: T | null;
      try {
        const result = change(current);
        changed = result === undefined ? current : result;
      } catch (error) {
        return reject(error);
      }
      this.replace(changed, version).then(
        (written) => resolve(changed, written),
        (error) => (error.problem === "change-conflict" ? start() : reject(error)),
      );
    };
    const start = (): void => void this.read().then(attempt, reject);
    if (content === undefined) start();
    else attempt(content, tag ?? "-");
    return promise;
  }

  /** Calls back with the present version and each later one. */
  watch(callback: Watcher<T>, options: { read?: boolean } = {}): { remove(): void } {
    const watcher = { callback, read: options.read ?? true };
    this.#watchers.add(watcher);
    if (!this.#watching) this.#startWatching();
    else if (watcher.read) this.#tell([watcher]);
    return {
      remove: () => {
        this.#watchers.delete(watcher);
        if (this.#watchers.size === 0) this.#watching?.close();
      },
    };
  }

  #startWatching(): void {
    const watching = this.#channel("fswatch1", {});
    this.#watching = watching;
    watching.addEventListener("ready", () => this.#tell([...this.#watchers]));
    watching.addEventListener("message", (_event, payload) => {
      const { event, tag } = JSON.parse(String(payload)) as { event: string; tag: string };
      if (event === "created" || event === "deleted" || event === "changed" || event === "done-hint") this.#tell([...this.#watchers], tag);
    });
    watching.addEventListener("close", (_event, closed) => {
      this.#watching = null;
      if (!closed.problem) return;
      const error = new BasicError(closed.problem, closed.message);
      for (const { callback } of this.#watchers) callback(null, null, error);
    });
  }

  #tell(watchers: { callback: Watcher<T>; read: boolean }[], tag?: string): void {
    for (const { callback, read } of watchers) if (!read && tag !== undefined) callback(null, tag);
    const readers = watchers.filter(({ read }) => read);
    if (readers.length === 0) return;
    this.read().then(
      (content, current) => readers.filter((each) => this.#watchers.has(each)).forEach(({ callback }) => callback(content, current)),
      (error) => readers.filter((each) => this.#watchers.has(each)).forEach(({ callback }) => callback(null, null, error)),
    );
  }

  /** Ends everything under way; it rejects with the problem "cancelled". */
  close(): void {
    for (const each of [...this.#open]) each.close("cancelled");
  }
}

export function file(path: string, options?: FileOptions<string> & { binary?: false; syntax?: undefined }): FileHandle<string>;
export function file(path: string, options: FileOptions & { binary: true; syntax?: undefined }): FileHandle<Uint8Array>;
export function file<T>(path: string, options: FileOptions<T> & { syntax: Syntax<T> }): FileHandle<T>;
export function file(path: string, options?: FileOptions): FileHandle<any> {
  return new FileHandle(path, options);
}
