import { sharedEntry } from "./shared";

/* eslint-disable @typescript-eslint/no-explicit-any -- an item is what the producer makes it */

/** Where in an item a name is: under its `""`; deeper names below. Names without an entry are members themselves. */
export interface Mapping {
  [name: string]: any;
}

/** Gets the data of a range, now or later, by `input`; `live` where a moving grid wants what comes next. */
export type Fetch = (beg: number, end: number, live: boolean) => void;

/** Told of items that came or were loaded: the offset of the first, and how to find something in them. */
export type Sink = (beg: number, items: any[], mapping: Mapping | null) => void;

interface Block {
  beg: number;
  items: any[];
  mapping: Mapping | null;
}

const LIMIT = 64 * 1024;

/** Values along an axis, usually of time: item `n` is that of the time `n * interval`. */
export class Series {
  readonly interval: number;
  /** How many items are kept. */
  limit = LIMIT;
  readonly #blocks: Block[];
  readonly #fetch: Fetch | null;
  readonly #sinks = new Set<Sink>();

  /** Series of the same `cache` share their items, in whatever frame they are. */
  constructor(interval: number, cache?: string | null, fetch?: Fetch | null) {
    this.interval = interval;
    this.#fetch = fetch ?? null;
    this.#blocks = cache ? sharedEntry<Block[]>(`series:${interval}:${cache}`, () => []) : [];
  }

  /** Gives what there is of a range to the sinks, and has the rest fetched. */
  load(beg: number, end: number, live = false): void {
    let at = beg;
    for (const block of [...this.#blocks]) {
      const from = Math.max(block.beg, at);
      const to = Math.min(block.beg + block.items.length, end);
      if (from >= to) continue;
      if (at < from) this.#fetch?.(at, from, live);
      this.#tell(from, block.items.slice(from - block.beg, to - block.beg), block.mapping);
      at = to;
    }
    if (at < end) this.#fetch?.(at, end, live);
  }

  /** Takes items from offset `beg` on; they replace what was there. */
  input(beg: number, items: any[], mapping: Mapping | null = null): void {
    if (items.length === 0) return;
    this.#keep({ beg, items: [...items], mapping });
    this.#tell(beg, items, mapping);
  }

  #keep(added: Block): void {
    const last = this.#blocks.at(-1);
    if (last && last.mapping === added.mapping && last.beg + last.items.length === added.beg) {
      last.items.push(...added.items);
    } else {
      const parts = this.#blocks.flatMap((block) => without(block, added.beg, added.beg + added.items.length));
      this.#blocks.splice(0, this.#blocks.length, ...[...parts, added].sort((a, b) => a.beg - b.beg));
    }
    this.#trim();
  }

  #trim(): void {
    let surplus = this.#blocks.reduce((sum, { items }) => sum + items.length, 0) - this.limit;
    for (let [oldest] = this.#blocks; oldest && surplus > 0; [oldest] = this.#blocks) {
      const dropped = Math.min(surplus, oldest.items.length);
      surplus -= dropped;
      oldest.items.splice(0, dropped);
      oldest.beg += dropped;
      if (oldest.items.length === 0) this.#blocks.shift();
    }
  }

  #tell(beg: number, items: any[], mapping: Mapping | null): void {
    for (const sink of [...this.#sinks]) sink(beg, items, mapping);
  }

  connect(sink: Sink): () => void {
    this.#sinks.add(sink);
    return () => void this.#sinks.delete(sink);
  }
}

/* What of a block is outside a range: nothing, one part or two. */
function without(block: Block, beg: number, end: number): Block[] {
  const { items, mapping } = block;
  const parts = [
    { beg: block.beg, items: items.slice(0, Math.max(0, beg - block.beg)), mapping },
    { beg: Math.max(end, block.beg), items: items.slice(Math.max(0, end - block.beg)), mapping },
  ];
  return block.beg + items.length <= beg || block.beg >= end ? [block] : parts.filter((part) => part.items.length > 0);
}

/** The part of an item that a path of names leads to; undefined where there is none. */
export function pick(item: any, path: string[], mapping: Mapping | null): any {
  let [value, names] = [item, mapping];
  for (const name of path) {
    if (value === null || value === undefined) return undefined;
    const known: any = names && Object.hasOwn(names, name) ? names[name] : null;
    value = value[known?.[""] ?? name];
    names = known;
  }
  return value;
}

export function series(interval: number, cache?: string | null, fetch?: Fetch | null): Series {
  return new Series(interval, cache, fetch);
}
