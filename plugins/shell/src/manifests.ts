/* The navigation that the packages' manifests declare (protocol section 5.2). */
import { isObject, type JsonObject } from "../../base1/src/json";

export type Group = "menu" | "tools";

export interface Entry {
  /** What the address says: "machines", or "system/services". */
  component: string;
  label: string;
  group: Group;
  order: number;
}

const GROUPS: Group[] = ["menu", "tools"];
const DEFAULT_ORDER = 1000;
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
  return found.sort((a, b) => rank(a) - rank(b) || a.order - b.order || a.label.localeCompare(b.label));
}

function entriesOf(pkg: string, manifest: JsonObject, group: Group): Entry[] {
  const section = manifest[group];
  return Object.entries(isObject(section) ? section : {}).flatMap(([id, item]) => {
    if (!isObject(item) || typeof item["label"] !== "string" || !item["label"]) return [];
    const order = typeof item["order"] === "number" ? item["order"] : DEFAULT_ORDER;
    return [{ component: component(pkg, id, item["path"]), label: item["label"], group, order }];
  });
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
