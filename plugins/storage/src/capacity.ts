/** How full pools are, and what there is to warn of. */

import type { Pool, Volume } from "./model";

const HIGH = 90;
const FULL = 97;

export interface Fill {
  /** 0 to 100. */
  readonly percent: number;
  readonly level: "fine" | "high" | "full";
  readonly used: number;
  readonly capacity: number;
  /** What its volumes may come to hold, where that is more than it has room for; otherwise 0. */
  readonly promised: number;
}

/** Undefined for a pool that tells no capacity, as one that does not run. */
export function fillOf(pool: Pool, volumes: readonly Volume[]): Fill | undefined {
  const { capacity = 0, allocation = 0, available } = pool;
  if (!pool.active || capacity <= 0) return undefined;
  const used = available === undefined ? allocation : Math.max(0, capacity - available);
  const percent = Math.min(100, Math.round((used / capacity) * 100));
  const promised = volumes.reduce((sum, volume) => sum + Math.max(volume.capacity ?? 0, volume.allocation ?? 0), 0);
  const level = percent >= FULL ? "full" : percent >= HIGH ? "high" : "fine";
  return { percent, level, used, capacity, promised: promised > capacity ? promised : 0 };
}
