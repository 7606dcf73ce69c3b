import { sharedEntry } from "./shared";

export type Provider<T> = (result: (value: T) => void, key: string) => { close?(): void } | null | undefined | void;
export type Consumer<T> = (value: T, key: string) => void;

/** What all frames have under one key. The first member provides, the next takes over when it leaves. */
interface Entry<T> {
  value: { now: T } | null;
  members: Cache<T>[];
}

/**
 * Data that several pages show, fetched once: one of them provides it, all consume it. When the page that provides is
 * closed, another does.
 */
export class Cache<T> {
  readonly #key: string;
  readonly #provider: Provider<T>;
  readonly #consumer: Consumer<T>;
  readonly #entry: Entry<T>;
  readonly #leave = () => this.close();
  #provided: { close?(): void } | null | undefined | void;

  constructor(key: string, provider: Provider<T>, consumer: Consumer<T>) {
    this.#key = key;
    this.#provider = provider;
    this.#consumer = consumer;
    this.#entry = sharedEntry<Entry<T>>(`cache:${key}`, () => ({ value: null, members: [] }));
    this.#entry.members.push(this);
    if (typeof window !== "undefined") window.addEventListener("pagehide", this.#leave);
    const { value } = this.#entry;
    if (value) queueMicrotask(() => this.#isMember && this.consume(value.now));
    if (this.#entry.members[0] === this) this.provide();
  }

  get #isMember(): boolean {
    return this.#entry.members.includes(this);
  }

  /** Starts to provide. */
  provide(): void {
    this.#provided = this.#provider((value) => this.#result(value), this.#key);
  }

  /** Takes a value that somebody provided. */
  consume(value: T): void {
    this.#consumer(value, this.#key);
  }

  /** Provides from now on, in the place of whoever did. */
  claim(): void {
    const [first] = this.#entry.members;
    if (first === this || !this.#isMember) return;
    if (first) first.#stop();
    this.#entry.members.splice(this.#entry.members.indexOf(this), 1);
    this.#entry.members.unshift(this);
    this.provide();
  }

  close(): void {
    if (!this.#isMember) return;
    if (typeof window !== "undefined") window.removeEventListener("pagehide", this.#leave);
    const { members } = this.#entry;
    const provided = members[0] === this;
    members.splice(members.indexOf(this), 1);
    if (!provided) return;
    this.#stop();
    if (members.length === 0) this.#entry.value = null;
    members[0]?.provide();
  }

  #stop(): void {
    this.#provided?.close?.();
    this.#provided = null;
  }

  #result(value: T): void {
    if (this.#entry.members[0] !== this) return;
    this.#entry.value = { now: value };
    for (const member of [...this.#entry.members]) member.consume(value);
  }
}

export function cache<T>(key: string, provider: Provider<T>, consumer: Consumer<T>): Cache<T> {
  return new Cache(key, provider, consumer);
}
