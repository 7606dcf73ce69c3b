/* The navigation that the packages' manifests declare (protocol section 5.2). */
import { isObject, type JsonObject } from "../../base1/src/json";

export type Group = "menu" | "tools";

export interface Entry {
  /** What the address says: "machines", or "system/services". */
  component: string;
  label: string;
  /** The package's name, where another entry has the same label. */
  qualifier: string | null;
  group: Group;
  order: number;
}

const GROUPS: Group[] = ["menu", "tools"];
const DEFAULT_ORDER = 1000;
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
    return [{ component: component(pkg, id, item["path"]), label: item["label"], qualifier: null, group, order }];
  });
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

/** Which entry to mark as current: the page's own, else the nearest of its package. */
export function entryOf(list: Entry[], component: string): Entry | undefined {
  const [pkg] = component.split("/");
  return list.find((entry) => entry.component === component) ?? list.find((entry) => entry.component.split("/")[0] === pkg);
}
