/** What a machine did over time: the back end's history, and the readings that have come since. */

import type { Sample } from "../model";

export const COLUMNS = ["cpu", "memory", "disk_read", "disk_written", "received", "sent"] as const;
export type Column = (typeof COLUMNS)[number];

/** The answer of `history`: one entry for each slot, null in a gap. */
export type History = Readonly<{ start: number; step: number } & Record<Column, readonly (number | null)[]>>;

/** A slot that covers a late reading is no gap: as many slots before it get its figures. */
const BRIDGED = 3;

/** `history` with the figures of a reading at `now` (seconds since 1970) as its last slot; as long as before. */
export function withSample(history: History, now: number, sample: Sample): History {
  const { start, step } = history;
  const count = history.cpu.length;
  const slot = Math.floor((now - start) / step);
  const missing = slot - (count - 1);
  if (slot < 0 || missing < 0 || count === 0) return history;
  const shift = Math.min(missing, count);
  const column = (name: Column, index: number): (number | null)[] => {
    const value = sample[index] ?? null;
    const between = Array.from({ length: Math.max(0, missing - 1) }, () => (missing <= BRIDGED ? value : null));
    const kept = missing === 0 ? history[name].slice(0, -1) : history[name].slice(shift);
    return [...kept, ...between, value].slice(-count);
  };
  const columns = Object.fromEntries(COLUMNS.map((name, index) => [name, column(name, index)])) as Record<Column, (number | null)[]>;
  return { start: start + missing * step, step, ...columns };
}

/** The moment of each slot. */
export function times({ start, step, cpu }: History): number[] {
  return cpu.map((_value, index) => start + index * step);
}

/** Of the figures of a part of the time the least, the most and the last; null where there are none. */
export function extent(history: History, column: Column, from = -Infinity, to = Infinity): { least: number; most: number; last: number } | null {
  const { start, step } = history;
  const found = history[column].filter((value, index): value is number => {
    const at = start + index * step;
    return value !== null && at >= from && at <= to;
  });
  const last = found.at(-1);
  return last === undefined ? null : found.reduce((known, value) => ({ least: Math.min(known.least, value), most: Math.max(known.most, value), last }), { least: last, most: last, last });
}
