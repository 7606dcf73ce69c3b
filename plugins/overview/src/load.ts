/* What the machine does, measured through the bridge (`metrics1`): the latest readings and those of the last minutes. */
import { channel, connectionEvents, Decoder, type Channel, type MetricDescription } from "../../lib/cockpit";

/** Milliseconds between two readings, and of how many there is memory. */
export const INTERVAL = 2000;
export const KEPT = 120;
/* File systems fill slowly, and each costs a system call. */
const SPACE_INTERVAL = 15_000;

const rate = (name: string): MetricDescription => ({ name, derive: "rate" });
const CPU = ["cpu.basic.user", "cpu.basic.system", "cpu.basic.nice"];
const METRICS: MetricDescription[] = [
  ...CPU.map(rate),
  { name: "memory.used" },
  { name: "memory.swap-used" },
  rate("disk.all.read"),
  rate("disk.all.written"),
  rate("network.interface.rx"),
  rate("network.interface.tx"),
];
const SPACE: MetricDescription[] = [{ name: "mount.used" }, { name: "mount.total" }];

/** Processor time in seconds per second; bytes; bytes per second. What is not known is null. */
export interface Reading {
  cpu: number | null;
  memory: number | null;
  swap: number | null;
  read: number | null;
  written: number | null;
  received: number | null;
  sent: number | null;
}

export interface Space {
  point: string;
  used: number;
  total: number;
}

export interface Load {
  /** The oldest first; empty until something was measured. */
  readings: readonly Reading[];
  /** Null until something was measured. */
  spaces: readonly Space[] | null;
  /** Why nothing is measured; null where it is. */
  problem: string | null;
}

type Values = (number | boolean | null | (number | boolean | null)[] | undefined)[];

const known = (value: unknown): number | null => (typeof value === "number" ? value : null);
const sum = (values: unknown[]): number | null => (values.some((value) => typeof value === "number") ? values.reduce<number>((total, value) => total + (known(value) ?? 0), 0) : null);

/** One row of samples; `interfaces` are the names behind the network's values. */
export function asReading(row: Values, interfaces: readonly string[]): Reading {
  const spent = sum(row.slice(0, CPU.length));
  const [memory, swap, read, written, received, sent] = row.slice(CPU.length);
  // What a machine says to itself is no traffic.
  const outside = (values: unknown) => sum(Array.isArray(values) ? values.filter((_value, index) => interfaces[index] !== "lo") : []);
  return {
    cpu: spent === null ? null : spent / 1000,
    memory: known(memory),
    swap: known(swap),
    read: known(read),
    written: known(written),
    received: outside(received),
    sent: outside(sent),
  };
}

/** The file systems of a row; one that is mounted at several places, or has no size, is told once, or not. */
export function asSpaces([used, total]: Values, points: readonly string[]): Space[] {
  const spaces = points.map((point, index) => ({ point, used: at(used, index), total: at(total, index) })).filter(({ total }) => total > 0);
  const longestFirst = spaces.sort((a, b) => b.point.length - a.point.length);
  const first = new Map(longestFirst.map((space) => [`${space.used} ${space.total}`, space]));
  return [...first.values()].sort((a, b) => a.point.localeCompare(b.point));
}

const at = (values: unknown, index: number): number => known(Array.isArray(values) ? values[index] : null) ?? 0;

/** Measures from `start` to `stop`; after a lost connection anew. */
export class LoadStore {
  #load: Load = { readings: [], spaces: null, problem: null };
  #open: Channel[] = [];
  readonly #listeners = new Set<() => void>();

  constructor() {
    connectionEvents.addEventListener("reconnect", () => this.start());
  }

  readonly getSnapshot = (): Load => this.#load;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  start(): void {
    this.stop();
    this.#change({ problem: null });
    this.#measure(METRICS, INTERVAL, (rows, instances) => {
      const readings = rows.map((row) => asReading(row, instances("network.interface.rx")));
      this.#change({ readings: [...this.#load.readings, ...readings].slice(-KEPT) });
    });
    this.#measure(SPACE, SPACE_INTERVAL, (rows, instances) => {
      const last = rows.at(-1);
      if (last) this.#change({ spaces: asSpaces(last, instances("mount.used")) });
    });
  }

  stop(): void {
    for (const each of this.#open.splice(0)) each.close();
  }

  #measure(metrics: MetricDescription[], interval: number, measured: (rows: Values[], instances: (name: string) => string[]) => void): void {
    const opened = channel({ payload: "metrics1", source: "internal", interval, metrics });
    const decoder = new Decoder(interval);
    let described: { name: string; instances?: string[] }[] = [];
    const instances = (name: string) => described.find((metric) => metric.name === name)?.instances ?? [];
    this.#open.push(opened);
    opened.addEventListener("message", (_event, text) => {
      const message = JSON.parse(String(text));
      if (!Array.isArray(message)) {
        described = message.metrics;
        decoder.describe(message, Date.now());
      } else measured(decoder.decode(message) as Values[], instances);
    });
    opened.addEventListener("close", (_event, { problem, message }) => {
      if (problem && this.#open.includes(opened)) this.#change({ problem: message || problem });
    });
  }

  #change(part: Partial<Load>): void {
    this.#load = { ...this.#load, ...part };
    for (const listener of [...this.#listeners]) listener();
  }
}
