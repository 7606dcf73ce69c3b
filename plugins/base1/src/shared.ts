/* What the frames of the console share: one map, in the window that relays for them. */
import { hasRelay } from "./parent-transport";

const NAME = "pilothouse:shared";

let all: Map<string, unknown> | null = null;

function sharedMap(): Map<string, unknown> {
  if (typeof window === "undefined") return new Map();
  const holder = (hasRelay() ? window.parent : window) as unknown as Record<string, unknown>;
  return (holder[NAME] ??= new Map()) as Map<string, unknown>;
}

/** The entry of that key, made where there is none. Only plain data of a frame outlives the frame. */
export function sharedEntry<T>(key: string, make: () => T): T {
  all ??= sharedMap();
  if (!all.has(key)) all.set(key, make());
  return all.get(key) as T;
}
