/** JSON merge patch (RFC 7396) on immutable values: what did not change keeps its identity, so a page redraws only what did. */

export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}

/** True for a JSON object: not null, not an array. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

// Plain assignment to a key called `__proto__` would change the prototype instead; to any other it is much the quicker.
function put(target: JsonObject, key: string, value: Json): void {
  if (key !== "__proto__") target[key] = value;
  else Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
}

/**
 * The value that `patch` makes of `target`; neither is changed.
 *
 * A subtree that the patch leaves as it was is the same object as before, up to the whole of `target`. Null in the patch removes a
 * member, an array replaces as a whole.
 */
export function apply(target: Json | undefined, patch: Json): Json {
  if (!isObject(patch))
    return target !== undefined && equal(target, patch) ? target : patch;
  const base: JsonObject = isObject(target) ? target : {};
  let result = isObject(target) ? undefined : base;
  for (const key of Object.keys(patch)) {
    const change = patch[key] as Json;
    const known = Object.hasOwn(base, key);
    if (change === null) {
      if (known) {
        result ??= { ...base };
        delete result[key];
      }
      continue;
    }
    const before = known ? base[key] : undefined;
    const after = apply(before, change);
    if (after !== before) {
      result ??= { ...base };
      put(result, key, after);
    }
  }
  return result ?? base;
}

/** `next` with every subtree that equals its counterpart in `previous` replaced by that very object. */
export function share(previous: Json | undefined, next: Json): Json {
  if (!isObject(next) || !isObject(previous))
    return previous !== undefined && equal(previous, next) ? previous : next;
  const keys = Object.keys(next);
  let same = keys.length === Object.keys(previous).length;
  const result: JsonObject = {};
  for (const key of keys) {
    const before = Object.hasOwn(previous, key) ? previous[key] : undefined;
    const after = share(before, next[key] as Json);
    same &&= after === before;
    put(result, key, after);
  }
  return same ? previous : result;
}

/** Whether two JSON values say the same; the order of an object's members does not count. */
export function equal(a: Json, b: Json): boolean {
  if (a === b)
    return true;
  if (Array.isArray(a))
    return Array.isArray(b) && a.length === b.length && a.every((item, index) => equal(item, b[index] as Json));
  if (!isObject(a) || !isObject(b))
    return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && equal(a[key] as Json, b[key] as Json))
  );
}
