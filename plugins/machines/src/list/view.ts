/** Which machines the list shows and in what order; kept in the address, so that it can be sent to somebody. */

import { STATE_ORDER } from "../states";
import type { Domain, Domains, Samples } from "../model";

export const COLUMNS = ["name", "state", "cpu", "memory"] as const;
export type Column = (typeof COLUMNS)[number];

export interface View {
  /** Part of a name or title, without regard to case. */
  readonly text: string;
  /** One state, or "" for all. */
  readonly state: string;
  readonly column: Column;
  readonly descending: boolean;
}

export const DEFAULT_VIEW: View = { text: "", state: "", column: "name", descending: false };

/** Numbers are worth most from the top; words from A. */
export const FIRST_DESCENDING: Readonly<Record<Column, boolean>> = { name: false, state: false, cpu: true, memory: true };

export type Row = readonly [key: string, domain: Domain];

/** Reads the options of the address; what makes no sense counts as not there. */
export function parseView(options: Readonly<Record<string, string | string[] | undefined>>): View {
  const one = (name: string) => {
    const value = options[name];
    return (Array.isArray(value) ? value[0] : value) ?? "";
  };
  const [, minus, name] = /^(-?)(\w+)$/.exec(one("sort")) ?? [];
  const column = COLUMNS.find((each) => each === name);
  return {
    text: one("q"),
    state: STATE_ORDER.find((state) => state === one("state")) ?? "",
    column: column ?? DEFAULT_VIEW.column,
    descending: column !== undefined && minus === "-",
  };
}

/** The inverse of `parseView`; what is as usual is left out. */
export function formatView(view: View): Record<string, string> {
  const sort = (view.descending ? "-" : "") + view.column;
  return {
    ...(view.text && { q: view.text }),
    ...(view.state && { state: view.state }),
    ...(sort !== DEFAULT_VIEW.column && { sort }),
  };
}

/** How many machines are in each state, of the states that occur, in the order of the table of states. */
export function countStates(domains: Domains): [state: string, count: number][] {
  const counts = new Map<string, number>();
  for (const { state } of Object.values(domains)) counts.set(state, (counts.get(state) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => rank(a) - rank(b));
}

/** The machines of a view, in its order. Equal ones are ordered by name, and those of one name by key: never at random. */
export function select(domains: Domains, view: View, samples: Samples = {}): Row[] {
  const wanted = fold(view.text.trim());
  const rows = Object.entries(domains).filter(
    ([, { name, title, state }]) =>
      (!view.state || state === view.state) &&
      (!wanted || fold(name).includes(wanted) || (title !== undefined && fold(title).includes(wanted))),
  );
  const compare = COMPARE[view.column](samples);
  const direction = view.descending ? -1 : 1;
  return rows.sort((a, b) => direction * compare(a, b) || byName(a, b) || (a[0] < b[0] ? -1 : 1));
}

type Compare = (a: Row, b: Row) => number;

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
const byName: Compare = ([, a], [, b]) => collator.compare(a.name, b.name);
const fold = (text: string) => text.normalize("NFKC").toLocaleLowerCase();

function rank(state: string): number {
  const index = (STATE_ORDER as readonly string[]).indexOf(state);
  return index < 0 ? STATE_ORDER.length : index;
}

/* By load in whole percent, so that the order does not flicker; machines without a load come below all that have one. */
const load = (samples: Samples, key: string) => Math.round(samples[key]?.[0] ?? -1);

const COMPARE: Readonly<Record<Column, (samples: Samples) => Compare>> = {
  name: () => byName,
  state: () => ([, a], [, b]) => rank(a.state) - rank(b.state),
  cpu: (samples) => ([k, a], [l, b]) => load(samples, k) - load(samples, l) || a.vcpus - b.vcpus,
  memory: () => ([, a], [, b]) => a.memory - b.memory,
};
