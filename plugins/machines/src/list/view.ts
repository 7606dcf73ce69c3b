/** Which machines the list shows and in what order; kept in the address, so that it can be sent to somebody. */

import { optionOf } from "../../../lib/libvirt/address";
import { STATE_ORDER } from "../states";
import type { Domain, Domains, Samples } from "../model";

export const COLUMNS = ["name", "state", "connection", "cpu", "memory", "addresses", "tags"] as const;
export type Column = (typeof COLUMNS)[number];

export interface View {
  /** Part of a name, title, tag or address, without regard to case. */
  readonly text: string;
  /** One state, tag and connection, or "" for all. */
  readonly state: string;
  readonly tag: string;
  readonly connection: string;
  readonly column: Column;
  readonly descending: boolean;
  /** Pictures of the screens in place of the table. */
  readonly pictures: boolean;
}

export type Filters = Pick<View, "text" | "state" | "tag" | "connection">;

export const NO_FILTERS: Filters = { text: "", state: "", tag: "", connection: "" };
export const DEFAULT_VIEW: View = { ...NO_FILTERS, column: "name", descending: false, pictures: false };

/** Numbers are worth most from the top; words from A. */
export const FIRST_DESCENDING: Readonly<Record<Column, boolean>> = {
  name: false, state: false, connection: false, cpu: true, memory: true, addresses: false, tags: false,
};

export type Row = readonly [key: string, domain: Domain];

/** What of a machine is told elsewhere than in its row. */
export interface Context {
  readonly samples?: Samples;
  /** The name of the connection that a key is of. */
  connectionOf?(key: string): string;
}

/** Reads the options of the address; what makes no sense counts as not there. */
export function parseView(options: Readonly<Record<string, string | string[] | undefined>>): View {
  const one = (name: string) => optionOf(options, name);
  const [, minus, name] = /^(-?)(\w+)$/.exec(one("sort")) ?? [];
  const column = COLUMNS.find((each) => each === name);
  return {
    text: one("q"),
    state: STATE_ORDER.find((state) => state === one("state")) ?? "",
    tag: one("tag"),
    connection: one("on"),
    column: column ?? DEFAULT_VIEW.column,
    descending: column !== undefined && minus === "-",
    pictures: one("view") === "screens",
  };
}

/** The inverse of `parseView`; what is as usual is left out. */
export function formatView(view: View): Record<string, string> {
  const sort = (view.descending ? "-" : "") + view.column;
  return {
    ...(view.text && { q: view.text }),
    ...(view.state && { state: view.state }),
    ...(view.tag && { tag: view.tag }),
    ...(view.connection && { on: view.connection }),
    ...(sort !== DEFAULT_VIEW.column && { sort }),
    ...(view.pictures && { view: "screens" }),
  };
}

/** How many machines are in each state, of the states that occur, in the order of the table of states. */
export function countStates(domains: Domains): [state: string, count: number][] {
  const counts = new Map<string, number>();
  for (const { state } of Object.values(domains)) counts.set(state, (counts.get(state) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => rank(a) - rank(b));
}

/** The tags that occur, sorted. */
export function tagsOf(domains: Domains): string[] {
  return [...new Set(Object.values(domains).flatMap(({ tags }) => tags ?? []))].sort(collator.compare);
}

/** The machines of a view, in its order. Equal ones are ordered by name, and those of one name by key: never at random. */
export function select(domains: Domains, view: View, context: Context = {}): Row[] {
  const connectionOf = context.connectionOf ?? (() => "");
  const wanted = fold(view.text.trim());
  const rows = Object.entries(domains).filter(
    ([key, { name, title, state, tags, addresses }]) =>
      (!view.state || state === view.state) &&
      (!view.tag || (tags ?? []).includes(view.tag)) &&
      (!view.connection || connectionOf(key) === view.connection) &&
      (!wanted || [name, title ?? "", ...(tags ?? []), ...(addresses ?? [])].some((text) => fold(text).includes(wanted))),
  );
  const compare = COMPARE[view.column](context.samples ?? {}, connectionOf);
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

/* Those that have none come below all that have some. */
function byFirst(of: (domain: Domain) => readonly string[] | undefined): Compare {
  return ([, a], [, b]) => {
    const [first, second] = [of(a)?.join(" ") ?? "", of(b)?.join(" ") ?? ""];
    return Number(!first) - Number(!second) || collator.compare(first, second);
  };
}

/* By load in whole percent, so that the order does not flicker; machines without a load come below all that have one. */
const load = (samples: Samples, key: string) => Math.round(samples[key]?.[0] ?? -1);

const COMPARE: Readonly<Record<Column, (samples: Samples, connectionOf: (key: string) => string) => Compare>> = {
  name: () => byName,
  state: () => ([, a], [, b]) => rank(a.state) - rank(b.state),
  connection: (_samples, connectionOf) => ([a], [b]) => collator.compare(connectionOf(a), connectionOf(b)),
  cpu: (samples) => ([k, a], [l, b]) => load(samples, k) - load(samples, l) || (a.vcpus ?? 0) - (b.vcpus ?? 0),
  memory: () => ([, a], [, b]) => (a.memory ?? 0) - (b.memory ?? 0),
  addresses: () => byFirst(({ addresses }) => addresses),
  tags: () => byFirst(({ tags }) => tags),
};
