/** The last minutes of each machine on show, for sparklines: begun from the back end's history, gone on with from samples. */

import type { Samples } from "../model";

/** Slots of a sparkline, and the milliseconds of one: five minutes, as the back end's history has them. */
export const POINTS = 60;
export const STEP = 5_000;

export type Points = readonly (number | null)[];

export interface Trend {
  /** The slot of the last point, counted from 1970. */
  readonly last: number;
  readonly cpu: Points;
  readonly memory: Points;
}

/** What the back end's `recent` says of one machine. */
export interface Recent {
  /** Seconds since 1970. */
  readonly start: number;
  readonly cpu: Points;
  readonly memory: Points;
}

const NOTHING: Points = Array<null>(POINTS).fill(null);

export class TrendStore {
  #trends = new Map<string, Trend>();
  #listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  get(key: string): Trend | undefined {
    return this.#trends.get(key);
  }

  /** Takes what was before; what was sampled meanwhile counts more. */
  begin(key: string, recent: Recent): void {
    const told: Trend = {
      last: Math.floor((recent.start * 1000) / STEP) + recent.cpu.length - 1,
      cpu: fitted(recent.cpu),
      memory: fitted(recent.memory),
    };
    const known = this.#trends.get(key);
    if (!known) {
      this.#trends.set(key, told);
    } else {
      const before = moved(told, known.last);
      this.#trends.set(key, {
        last: known.last,
        cpu: known.cpu.map((value, index) => value ?? before.cpu[index] ?? null),
        memory: known.memory.map((value, index) => value ?? before.memory[index] ?? null),
      });
    }
    this.#tell();
  }

  /** Takes the samples of `now` (milliseconds since 1970); the first ones of a slot are its point. */
  add(rows: Samples, now: number): void {
    const slot = Math.floor(now / STEP);
    let changed = false;
    for (const [key, [cpu, memory]] of Object.entries(rows)) {
      const known = this.#trends.get(key) ?? { last: slot, cpu: NOTHING, memory: NOTHING };
      if (known.last > slot) continue;
      const trend = moved(known, slot);
      if (trend.cpu.at(-1) != null) continue;
      this.#trends.set(key, { last: slot, cpu: [...trend.cpu.slice(0, -1), cpu], memory: [...trend.memory.slice(0, -1), memory] });
      changed = true;
    }
    if (!changed) return;
    for (const [key, { last }] of this.#trends) if (last <= slot - POINTS) this.#trends.delete(key);
    this.#tell();
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

/** The trend as it is some slots later: nothing came in between. */
function moved(trend: Trend, last: number): Trend {
  const by = Math.min(POINTS, last - trend.last);
  if (by <= 0) return trend;
  const gap = NOTHING.slice(0, by);
  return { last, cpu: [...trend.cpu.slice(by), ...gap], memory: [...trend.memory.slice(by), ...gap] };
}

function fitted(points: Points): Points {
  return [...NOTHING, ...points].slice(-POINTS);
}

/** The lines of a sparkline in a box of `POINTS - 1` by `height`: one for each run of points, a dot for a lonely one. */
export function linesOf(points: Points, most: number, height: number): string {
  let path = "";
  let pen = false;
  points.forEach((value, index) => {
    if (value === null) {
      pen = false;
      return;
    }
    const y = height - (Math.min(Math.max(value, 0), most) / (most || 1)) * height;
    const place = `${index} ${Math.round(y * 100) / 100}`;
    path += pen ? `L${place}` : `M${place}h0`;
    pen = true;
  });
  return path;
}
