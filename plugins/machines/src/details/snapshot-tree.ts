/** A machine's snapshots as a forest: what was made from what. */

import type { DomainSnapshot } from "./model";

export interface SnapshotNode {
  readonly name: string;
  readonly snapshot: DomainSnapshot;
  readonly children: readonly SnapshotNode[];
}

type Snapshots = Readonly<Record<string, DomainSnapshot>>;

/** The snapshots without a parent that is there, and below each what was made from it; each once, oldest first. */
export function snapshotForest(snapshots: Snapshots): SnapshotNode[] {
  const children = new Map<string, string[]>();
  const roots: string[] = [];
  const names = Object.keys(snapshots).sort((a, b) => (snapshots[a]?.created ?? 0) - (snapshots[b]?.created ?? 0) || (a < b ? -1 : 1));
  for (const name of names) {
    const parent = snapshots[name]?.parent;
    if (parent === undefined || !Object.hasOwn(snapshots, parent)) roots.push(name);
    else children.set(parent, [...(children.get(parent) ?? []), name]);
  }
  const seen = new Set<string>();
  const grow = (name: string): SnapshotNode => {
    seen.add(name);
    const below = (children.get(name) ?? []).filter((child) => !seen.has(child)).map(grow);
    return { name, snapshot: snapshots[name] ?? {}, children: below };
  };
  const forest = roots.map(grow);
  // What is its own ancestor: libvirt makes no such thing, but all of it is shown.
  return [...forest, ...names.filter((name) => !seen.has(name)).map((name) => ({ name, snapshot: snapshots[name] ?? {}, children: [] }))];
}

/** How many were made from it, directly or not. */
export function countBelow({ children }: SnapshotNode): number {
  return children.reduce((count, child) => count + 1 + countBelow(child), 0);
}
