import { Emitter } from "./events";
import { pick, type Mapping, type Series } from "./series";

/* eslint-disable @typescript-eslint/no-explicit-any -- an item is what the producer makes it */

export type Row = any[];
export type Compute = (this: Grid, row: Row, index: number, count: number) => void;

interface Filled {
  row: Row;
  series: Series | null;
  path: string[];
  compute: Compute | null;
}

/** A window onto series: each row has the items from `beg` to `end`, row[0] that of `beg`. */
export class Grid extends Emitter<{ notify: [number, number] }> {
  readonly interval: number;
  beg = 0;
  end = 0;
  readonly #rows: Filled[] = [];
  readonly #connected = new Map<Series, () => void>();
  #walking: ReturnType<typeof setInterval> | undefined;

  constructor(interval: number, beg = 0, end = 0) {
    super();
    this.interval = interval;
    this.#place(beg, end);
  }

  #now(): number {
    return Math.floor(Date.now() / this.interval);
  }

  /* Negative offsets, -0 among them, count from now. */
  #place(beg: number, end: number): void {
    const [first, last] = [beg, end].map((at) => (at < 0 || Object.is(at, -0) ? this.#now() + at : at)) as [number, number];
    this.beg = first;
    this.end = Math.max(first, last);
  }

  /** A row of a series' values, of what a function computes from the other rows, or of nothing. */
  add(series: Series | { series: Series }, path?: string | string[]): Row;
  add(compute: Compute, early?: boolean): Row;
  add(): Row;
  add(source?: Series | { series: Series } | Compute, how?: string | string[] | boolean): Row {
    const row: Row = [];
    if (typeof source === "function") {
      const filled = { row, series: null, path: [], compute: source };
      if (how === true) this.#rows.unshift(filled);
      else this.#rows.push(filled);
      return row;
    }
    const series = source === undefined ? null : "series" in source ? source.series : source;
    if (series && series.interval !== this.interval) throw new Error(`a series of ${series.interval} in a grid of ${this.interval}`);
    const path = typeof how === "string" ? how.split(".").filter(Boolean) : Array.isArray(how) ? how : [];
    this.#rows.push({ row, series, path, compute: null });
    if (series && !this.#connected.has(series)) {
      this.#connected.set(series, series.connect((beg, items, mapping) => this.#fill(series, beg, items, mapping)));
    }
    return row;
  }

  remove(row: Row): void {
    const index = this.#rows.findIndex((filled) => filled.row === row);
    if (index < 0) return;
    const [{ series }] = this.#rows.splice(index, 1) as [Filled];
    if (!series || this.#rows.some((filled) => filled.series === series)) return;
    this.#connected.get(series)?.();
    this.#connected.delete(series);
  }

  #fill(series: Series, beg: number, items: any[], mapping: Mapping | null): void {
    const first = Math.max(beg, this.beg);
    const count = Math.min(beg + items.length, this.end) - first;
    if (count <= 0) return;
    for (const { row, path } of this.#rows.filter((filled) => filled.series === series)) {
      for (let at = 0; at < count; at += 1) row[first - this.beg + at] = pick(items[first - beg + at], path, mapping);
    }
    this.notify(first - this.beg, count);
  }

  /** Has the computed rows compute a range anew, then tells that it changed. */
  notify(index: number, count: number): void {
    const within = Math.min(count, this.end - this.beg - index);
    if (within <= 0) return;
    for (const { row, compute } of this.#rows) compute?.call(this, row, index, within);
    this.dispatchEvent("notify", index, within);
  }

  /** Loads everything anew. */
  sync(): void {
    this.#load(false);
  }

  #load(live: boolean): void {
    for (const series of this.#connected.keys()) series.load(this.beg, this.end, live);
    this.notify(0, this.end - this.beg);
  }

  /** Shows another range, and stays there. Without an end it is empty. */
  move(beg: number, end: number = beg): void {
    this.#stop();
    this.#moveTo(beg, end, false);
  }

  #moveTo(beg: number, end: number, live: boolean): void {
    for (const { row } of this.#rows) row.length = 0;
    this.#place(beg, end);
    this.#load(live);
  }

  /** Moves on with the time, a step at each interval, until `move` or `close`. */
  walk(): void {
    this.#stop();
    const offset = this.end - this.#now();
    this.#walking = setInterval(() => {
      const end = this.#now() + offset;
      if (end > this.end) this.#moveTo(this.beg + end - this.end, end, true);
    }, this.interval);
  }

  #stop(): void {
    clearInterval(this.#walking);
    this.#walking = undefined;
  }

  close(): void {
    this.#stop();
    for (const disconnect of this.#connected.values()) disconnect();
    this.#connected.clear();
    this.#rows.length = 0;
  }
}

export function grid(interval: number, beg?: number, end?: number): Grid {
  return new Grid(interval, beg, end);
}
