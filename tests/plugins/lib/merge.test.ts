import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Json, type JsonObject, apply, equal, isObject, share } from "../../../plugins/lib/merge";

/** Random numbers that are the same in every run (a linear congruential generator). */
function dice(seed: number): (sides: number) => number {
  let state = seed >>> 0;
  return (sides) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

const KEYS = ["a", "b", "c", "", "__proto__", "constructor", "toString", "ключ"];

function randomValue(roll: (sides: number) => number, depth: number, nulls: boolean): Json {
  const kind = roll(depth > 0 ? 7 : 5);
  if (kind === 0) return roll(4);
  if (kind === 1) return ["x", "", "😀"][roll(3)] as string;
  if (kind === 2) return roll(2) === 0;
  if (kind === 3) return nulls ? null : 7;
  if (kind === 4) return Array.from({ length: roll(3) }, () => roll(3));
  return randomObject(roll, depth - 1, nulls);
}

function randomObject(roll: (sides: number) => number, depth: number, nulls: boolean): JsonObject {
  const members = Array.from({ length: roll(5) }, () => [KEYS[roll(KEYS.length)], randomValue(roll, depth, nulls)] as const);
  return Object.fromEntries(members);
}

/** The patch that turns one null-free value into another. */
function diff(before: Json | undefined, after: Json): Json {
  if (!isObject(after)) return after;
  const old = isObject(before) ? before : {};
  const changes = Object.entries(after)
    .filter(([key, value]) => !Object.hasOwn(old, key) || !equal(old[key] as Json, value))
    .map(([key, value]) => [key, diff(Object.hasOwn(old, key) ? old[key] : undefined, value)] as const);
  const gone = Object.keys(old).filter((key) => !Object.hasOwn(after, key)).map((key) => [key, null] as const);
  return Object.fromEntries([...changes, ...gone]);
}

/** RFC 7396 section 2, word by word. */
function literally(target: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const result = new Map(isObject(target) ? Object.entries(target) : []);
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) result.delete(name);
    else result.set(name, literally(result.get(name), value));
  }
  return Object.fromEntries(result);
}

function freeze<T extends Json>(value: T): T {
  if (typeof value === "object" && value !== null) Object.values(value).forEach(freeze);
  return Object.freeze(value);
}

const rounds = (check: (roll: (sides: number) => number) => void) => {
  for (let seed = 0; seed < 2_000; seed += 1) check(dice(seed));
};

describe("apply", () => {
  test("the examples of RFC 7396, appendix A", () => {
    const table: [Json, Json, Json][] = [
      [{ a: "b" }, { a: "c" }, { a: "c" }],
      [{ a: "b" }, { b: "c" }, { a: "b", b: "c" }],
      [{ a: "b" }, { a: null }, {}],
      [{ a: "b", b: "c" }, { a: null }, { b: "c" }],
      [{ a: ["b"] }, { a: "c" }, { a: "c" }],
      [{ a: "c" }, { a: ["b"] }, { a: ["b"] }],
      [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
      [{ a: [{ b: "c" }] }, { a: [1] }, { a: [1] }],
      [["a", "b"], ["c", "d"], ["c", "d"]],
      [{ a: "b" }, ["c"], ["c"]],
      [{ a: "foo" }, null, null],
      [{ a: "foo" }, "bar", "bar"],
      [{ e: null }, { a: 1 }, { e: null, a: 1 }],
      [[1, 2], { a: "b", c: null }, { a: "b" }],
      [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
    ];
    for (const [target, patch, result] of table) assert.deepEqual(apply(target, patch), result);
  });

  test("does what the RFC says, for any target and patch", () =>
    rounds((roll) => {
      const target = randomValue(roll, 3, true);
      const patch = randomValue(roll, 3, true);
      assert.deepEqual(apply(target, patch), literally(target, patch));
    }));

  test("a difference takes one value to the other", () =>
    rounds((roll) => {
      const before = randomObject(roll, 3, false);
      const after = randomObject(roll, 3, false);
      assert.deepEqual(apply(before, diff(before, after)), after);
    }));

  test("changes neither argument", () =>
    rounds((roll) => {
      apply(freeze(randomValue(roll, 3, true)), freeze(randomValue(roll, 3, true)));
    }));

  test("a patch that changes nothing gives the same object back", () =>
    rounds((roll) => {
      const value = randomObject(roll, 3, false);
      assert.equal(apply(value, {}), value);
      assert.equal(apply(value, structuredClone(value)), value);
      assert.equal(apply(value, { missing: null }), value);
    }));

  test("siblings of a change keep their identity", () => {
    const before: Record<string, JsonObject> = { one: { state: "running" }, two: { state: "shut off" } };
    const after = apply(before, { two: { state: "running" } }) as typeof before;
    assert.equal(after["one"], before["one"]);
    assert.notEqual(after["two"], before["two"]);
  });

  test("a member named __proto__ is a member like any other", () => {
    const result = apply({}, JSON.parse('{"__proto__": {"polluted": true}}') as Json);
    assert.equal(Object.getPrototypeOf(result), Object.prototype);
    assert.ok(Object.hasOwn(result as object, "__proto__"));
    assert.equal(({} as Record<string, unknown>)["polluted"], undefined);
  });
});

describe("share", () => {
  test("gives the next value, made of parts of the previous one", () =>
    rounds((roll) => {
      const previous = freeze(randomObject(roll, 3, false));
      const next = freeze(randomObject(roll, 3, false));
      assert.deepEqual(share(previous, next), next);
    }));

  test("gives the previous object where nothing differs", () =>
    rounds((roll) => {
      const value = randomObject(roll, 3, false);
      assert.equal(share(value, structuredClone(value)), value);
    }));
});
