/** Who uses a volume: machines whose disk it is, and volumes that are based on it. */

import type { Machine, Pool, Rows, Volume } from "./model";

export interface User {
  readonly key: string;
  readonly name: string;
}

export interface Use {
  readonly machines: readonly User[];
  readonly volumes: readonly User[];
}

export const UNUSED: Use = { machines: [], volumes: [] };

/** By volume; what nobody uses has no entry. */
export function usesOf(pools: Rows<Pool>, volumes: Rows<Volume>, machines: Rows<Machine>): ReadonlyMap<string, Use> {
  const byPlace = new Map<string, string>();
  for (const [key, { path, pool, name }] of Object.entries(volumes)) {
    if (path) byPlace.set(path, key);
    byPlace.set(`${pools[pool]?.name ?? ""}/${name}`, key);
  }
  const uses = new Map<string, { machines: User[]; volumes: User[] }>();
  const add = (place: string | undefined, kind: "machines" | "volumes", user: User) => {
    const key = place && byPlace.get(place);
    if (!key || key === user.key) return;
    const use = uses.get(key) ?? { machines: [], volumes: [] };
    if (!use[kind].some((each) => each.key === user.key)) use[kind].push(user);
    uses.set(key, use);
  };
  for (const [key, { name, sources }] of Object.entries(machines)) {
    for (const source of sources ?? []) add(source, "machines", { key, name });
  }
  for (const [key, { name, backing }] of Object.entries(volumes)) add(backing, "volumes", { key, name });
  return uses;
}
