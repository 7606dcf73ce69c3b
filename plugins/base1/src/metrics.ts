import { channel, type Channel } from "./channel";
import { Emitter } from "./events";
import type { Control } from "./json";
import { series, type Mapping, type Series } from "./series";

/* eslint-disable @typescript-eslint/no-explicit-any -- a sample is a number, or numbers of instances */

export interface MetricDescription {
  name: string;
  units?: string;
  derive?: string;
  [option: string]: unknown;
}

export interface MetricsOptions {
  metrics: MetricDescription[];
  /** Where live data comes from, "internal" unless told. */
  source?: string;
  /** Where recorded data comes from; none unless told. */
  archive_source?: string;
  /** What paths of grids call the metrics; their names unless told. */
  metrics_path_names?: string[];
  [option: string]: unknown;
}

/** What precedes the samples (protocol section 2.14). */
export interface Meta {
  timestamp: number;
  now?: number;
  interval: number;
  metrics: { name: string; instances?: string[]; [member: string]: unknown }[];
  [member: string]: unknown;
}

const TRY_NEXT = new Set(["not-supported", "not-found"]);
const QUIET = new Set(["terminated", "disconnected", "authentication-failed"]);

/**
 * What the machine measures, as a series of the same interval. Several sets of options are tried in order until one works,
 * for live and for recorded data each.
 */
export class Metrics extends Emitter<{ changed: [] }> {
  readonly interval: number;
  readonly series: Series;
  meta: Meta | null = null;
  /** Recorded data was had. */
  archives = false;
  readonly #options: MetricsOptions[];
  readonly #open = new Set<Channel>();
  #follows = false;

  constructor(interval: number, options: MetricsOptions | MetricsOptions[], cache?: string | null) {
    super();
    this.interval = interval;
    this.#options = Array.isArray(options) ? options : [options];
    this.series = series(interval, cache, (beg, end, live) => (live ? this.follow() : this.fetch(beg, end)));
  }

  /** Gets live data from now on. */
  follow(): void {
    if (this.#follows) return;
    this.#follows = true;
    this.#try(this.#options, (options) => ({ source: "internal", ...options }), () => {
      this.#follows = false;
    });
  }

  /** Gets the recorded data of a range of offsets, or times. */
  fetch(beg: number | Date, end: number | Date): void {
    const [first, last] = [beg, end].map((at) => (typeof at === "number" ? at : Math.floor(at.getTime() / this.interval))) as [number, number];
    const recorded = this.#options.filter(({ archive_source }) => archive_source);
    const range = { timestamp: first * this.interval, limit: last - first };
    this.#try(recorded, (options) => ({ ...options, source: options.archive_source, ...range }), (closed) => {
      if (closed.problem || this.archives) return;
      this.archives = true;
      this.dispatchEvent("changed");
    });
  }

  #try(list: MetricsOptions[], opening: (options: MetricsOptions) => Record<string, unknown>, ended: (closed: Control) => void): void {
    const [options, ...others] = list;
    if (!options) return;
    const { archive_source: _archive, metrics_path_names: names, ...open } = opening(options);
    const measured = channel({ ...open, payload: "metrics1", interval: this.interval });
    const decoder = new Decoder(this.interval, names as string[] | undefined);
    this.#open.add(measured);
    measured.addEventListener("message", (_event, text) => this.#receive(decoder, JSON.parse(String(text))));
    measured.addEventListener("close", (_event, closed) => {
      const wasOurs = this.#open.delete(measured);
      if (wasOurs && others.length > 0 && TRY_NEXT.has(closed.problem ?? "")) return this.#try(others, opening, ended);
      ended(closed);
      if (wasOurs && closed.problem && !QUIET.has(closed.problem) && !TRY_NEXT.has(closed.problem)) {
        console.warn(`metrics: ${closed.problem} ${closed.message ?? ""}`);
      }
    });
  }

  #receive(decoder: Decoder, message: Meta | any[][]): void {
    if (!Array.isArray(message)) {
      decoder.describe(message, Date.now());
      this.meta = message;
      this.dispatchEvent("changed");
      return;
    }
    const { beg, mapping } = decoder;
    if (mapping) this.series.input(beg, decoder.decode(message), mapping);
  }

  close(): void {
    const open = [...this.#open];
    this.#open.clear();
    for (const each of open) each.close();
  }
}

/** Makes items of a series from messages, in which what has not changed is null or left out at the end. */
export class Decoder {
  /** The offset of the next item. */
  beg = 0;
  mapping: Mapping | null = null;
  readonly #interval: number;
  readonly #names: string[] | undefined;
  #last: any[] | null = null;

  constructor(interval: number, names?: string[]) {
    this.#interval = interval;
    this.#names = names;
  }

  /** `here` is this machine's time when the description came: the other one's may differ. */
  describe(meta: Meta, here: number): void {
    const ahead = meta.now === undefined ? 0 : here - meta.now;
    this.beg = Math.floor((meta.timestamp + ahead) / this.#interval);
    this.#last = null;
    const mapping: Mapping = {};
    meta.metrics.forEach(({ name, instances }, index) => {
      const known: Mapping = { "": index };
      instances?.forEach((instance, at) => {
        known[instance || "/"] = { "": at };
      });
      mapping[this.#names?.[index] ?? name] = known;
    });
    this.mapping = sameMapping(this.mapping, mapping) ? this.mapping : mapping;
  }

  decode(rows: any[][]): any[][] {
    const items = rows.map((row) => {
      this.#last = complete(row, this.#last);
      return this.#last;
    });
    this.beg += items.length;
    return items;
  }
}

const sameMapping = (one: Mapping | null, other: Mapping) => JSON.stringify(one) === JSON.stringify(other);

function complete(row: any[], last: any[] | null): any[] {
  if (!last) return row;
  const length = Math.max(row.length, last.length);
  return Array.from({ length }, (_unused, at) => {
    const [value, earlier] = [row[at], last[at]];
    if (value === null || value === undefined) return earlier;
    return Array.isArray(value) ? complete(value, Array.isArray(earlier) ? earlier : null) : value;
  });
}

export function metrics(interval: number, options: MetricsOptions | MetricsOptions[], cache?: string | null): Metrics {
  return new Metrics(interval, options, cache);
}
