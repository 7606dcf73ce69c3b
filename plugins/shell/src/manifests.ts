/* The navigation that the packages' manifests declare (protocol section 5.2). */
import { isObject, type JsonObject } from "../../base1/src/json";

export type Group = "menu" | "tools";

/** Further documentation, somewhere else. */
export interface Link {
  label: string;
  url: string;
}

/** Words that a page is found by. */
export interface Keyword {
  matches: readonly string[];
  /** Where in the console what is looked for is; null: at the page's top. */
  goto: string | null;
  weight: number;
  translate: boolean;
}

export interface Entry {
  /** What the address says: "machines", or "system/services". */
  component: string;
  label: string;
  /** The package's name, where another entry has the same label. */
  qualifier: string | null;
  group: Group;
  order: number;
  keywords: readonly Keyword[];
  docs: readonly Link[];
}

const GROUPS: Group[] = ["menu", "tools"];
const DEFAULT_ORDER = 1000;
const DEFAULT_WEIGHT = 3;
const WEB = /^https?:\/\//;
const CHECKSUM = /^[0-9a-f]{64}$/;
const PAGE = /^[A-Za-z0-9_-]{1,64}$/;
const PACKAGE = /^[A-Za-z0-9_-]{1,64}$/;

function component(pkg: string, id: string, path: unknown): string {
  const file = (typeof path === "string" && path ? path : id).replace(/\.html$/, "").replace(/^\/+/, "");
  return file === "index" ? pkg : `${pkg}/${file}`;
}

/** All pages, the menu's first, each group by order and then label. An entry without a label is no page of the navigation. */
export function entries(manifests: unknown): Entry[] {
  const found: Entry[] = [];
  for (const [pkg, manifest] of Object.entries(isObject(manifests) ? manifests : {})) {
    if (!isObject(manifest) || !PACKAGE.test(pkg)) continue;
    for (const group of GROUPS) found.push(...entriesOf(pkg, manifest, group));
  }
  const rank = (entry: Entry) => GROUPS.indexOf(entry.group);
  return qualified(found).sort((a, b) => rank(a) - rank(b) || a.order - b.order || a.label.localeCompare(b.label));
}

function qualified(list: Entry[]): Entry[] {
  const times = new Map<string, number>();
  for (const { label } of list) times.set(label, (times.get(label) ?? 0) + 1);
  return list.map((entry) => (times.get(entry.label)! > 1 ? { ...entry, qualifier: entry.component.split("/")[0]! } : entry));
}

function entriesOf(pkg: string, manifest: JsonObject, group: Group): Entry[] {
  const section = manifest[group];
  return Object.entries(isObject(section) ? section : {}).flatMap(([id, item]) => {
    if (!isObject(item) || typeof item["label"] !== "string" || !item["label"]) return [];
    const order = typeof item["order"] === "number" ? item["order"] : DEFAULT_ORDER;
    const found = { component: component(pkg, id, item["path"]), label: item["label"], qualifier: null, group, order };
    return [{ ...found, keywords: keywordsOf(item["keywords"]), docs: linksOf(item["docs"]) }];
  });
}

const objects = (list: unknown): JsonObject[] => (Array.isArray(list) ? list.filter(isObject) : []);

function keywordsOf(list: unknown): Keyword[] {
  return objects(list).map((item) => ({
    matches: Array.isArray(item["matches"]) ? item["matches"].filter((word): word is string => typeof word === "string") : [],
    goto: typeof item["goto"] === "string" && item["goto"] ? item["goto"] : null,
    weight: typeof item["weight"] === "number" ? item["weight"] : DEFAULT_WEIGHT,
    translate: item["translate"] !== false,
  }));
}

function linksOf(list: unknown): Link[] {
  return objects(list).flatMap(({ label, url }) => (typeof label === "string" && label && typeof url === "string" && WEB.test(url) ? [{ label, url }] : []));
}

/* What a package says of pages of its own that are in no navigation: whose they are, and their documentation. */
function parentOf(manifests: unknown, component: string): JsonObject | null {
  const manifest = isObject(manifests) ? manifests[component.split("/")[0]!] : null;
  const parent = isObject(manifest) ? manifest["parent"] : null;
  return isObject(parent) ? parent : null;
}

/** The documentation of a page: its entry's, and what its package's `parent` says. */
export function docsOf(manifests: unknown, entry: Entry | undefined, component: string): Link[] {
  const links = [...(entry?.docs ?? []), ...linksOf(parentOf(manifests, component)?.["docs"])];
  return links.filter(({ url }, index) => links.findIndex((each) => each.url === url) === index);
}

/** The languages that a person can choose: code -> name in that language. */
export function localesOf(manifests: unknown): Record<string, string> {
  const shell = isObject(manifests) ? manifests["shell"] : null;
  const locales = isObject(shell) ? shell["locales"] : null;
  const named = Object.entries(isObject(locales) ? locales : {}).filter((pair): pair is [string, string] => typeof pair[1] === "string");
  return Object.fromEntries(named);
}

/** The pages that want to run before anybody looks at them, to tell their status (`preload`, protocol section 5.2). */
export function preloads(manifests: unknown): string[] {
  return Object.entries(isObject(manifests) ? manifests : {}).flatMap(([pkg, manifest]) => {
    const names = isObject(manifest) && PACKAGE.test(pkg) ? manifest["preload"] : null;
    return Array.isArray(names) ? names.filter((name) => typeof name === "string" && PAGE.test(name)).map((name) => component(pkg, String(name), null)) : [];
  });
}

/** What stands for all packages in the addresses of their files; null where the bridge has none (protocol section 5.7). */
export function checksumOf(manifests: unknown): string | null {
  const checksum = isObject(manifests) ? manifests[".checksum"] : null;
  return typeof checksum === "string" && CHECKSUM.test(checksum) ? checksum : null;
}

/** What is shown where the address names nothing. */
export function firstEntry(list: Entry[]): Entry | undefined {
  return list.find((entry) => entry.component === "machines") ?? list[0];
}

/** Which entry to mark as current: the page's own, that of its package's `parent`, else the nearest of its package. */
export function entryOf(list: Entry[], component: string, manifests: unknown = null): Entry | undefined {
  const [pkg] = component.split("/");
  const parent = parentOf(manifests, component)?.["component"];
  return (
    list.find((entry) => entry.component === component) ??
    list.find((entry) => entry.component === parent) ??
    list.find((entry) => entry.component.split("/")[0] === pkg)
  );
}
