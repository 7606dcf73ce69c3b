import assert from "node:assert/strict";
import { test } from "node:test";
import { format, format_bits_per_sec, format_bytes, format_bytes_per_sec, format_number, get_byte_units } from "../../../plugins/base1/src/format";

const NBSP = "\u00a0";

const TEXTS: [unknown[], string][] = [
  [["My $0 ${amount}", { 0: "adj", amount: 5 }], "My adj 5"],
  [["My $adj ${other}", { adj: "nice", other: "house" }], "My nice house"],
  [["$0 of $1", "1", 2], "1 of 2"],
  [["$0 of $1", [3, 4]], "3 of 4"],
  [["$0", 0], "0"],
  [["$0$1$2", false, null, undefined], ""],
  [["$0 and $1", "a"], "a and "],
  [["costs $$5"], "costs $5"],
  [["$0", "$1 stays"], "$1 stays"],
];
for (const [args, expected] of TEXTS) {
  test(`format ${JSON.stringify(args)}`, () => assert.equal(format(...(args as [string])), expected));
}

const NUMBERS: [number, string][] = [
  [0, "0"], [1, "1"], [123456, "123456"], [23.4567, "23.5"], [0.0000001, "0.001"], [-0.0000001, "-0.001"],
];
for (const [value, expected] of NUMBERS) {
  test(`format_number ${value}`, () => assert.equal(format_number(value), expected));
}

test("nothing is formatted as nothing", () => {
  assert.equal(format_number(undefined), "");
  assert.equal(format_bytes(null), "");
});

test("bytes in steps of a thousand, or of 1024 when asked", () => {
  assert.equal(format_bytes(999), `999${NBSP}B`);
  assert.equal(format_bytes(1000), `1${NBSP}kB`);
  assert.equal(format_bytes(1_999_000_000), `2.00${NBSP}GB`);
  assert.equal(format_bytes(1024, 1024), `1${NBSP}KiB`);
  assert.equal(format_bytes(2 * 1024 ** 3, 1024), `2${NBSP}GiB`);
  assert.equal(format_bytes(2_000_000, "kB"), `2000${NBSP}kB`);
  assert.deepEqual(format_bytes(2048, 1024, { separate: true }), ["2", "KiB"]);
  assert.equal(format_bytes_per_sec(2000), `2${NBSP}kB/s`);
  assert.equal(format_bits_per_sec(55), `55${NBSP}bps`);
  assert.equal(format_bits_per_sec(5_000_000), `5${NBSP}Mbps`);
});

test("base2 asks for powers of 1024", () => {
  assert.equal(format_bytes(2048, { base2: true }), `2${NBSP}KiB`);
  assert.equal(format_bytes_per_sec(2048, { base2: true }), `2${NBSP}KiB/s`);
});

for (const [value, factor, selected] of [[0, 1024, "MiB"], [9 * 1024 ** 3, 1024, "MiB"], [10 * 1024 ** 3, 1024, "GiB"], [1e15, 1000, "TB"]] as const) {
  test(`${value} reads best in ${selected}`, () => {
    const units = get_byte_units(value, factor);
    assert.equal(units.length, 3);
    assert.deepEqual(units.filter((unit) => unit.selected).map(({ name }) => name), [selected]);
  });
}
