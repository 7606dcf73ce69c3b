import assert from "node:assert/strict";
import { test } from "node:test";
import { hints } from "../../../plugins/overview/src/health";
import type { Load, Reading } from "../../../plugins/overview/src/load";

const GIB = 2 ** 30;
const FACTS = { processors: 2, memory: 8 * GIB, swap: 2 * GIB };
const IDLE: Reading = { cpu: 0, memory: GIB, swap: 0, read: 0, written: 0, received: 0, sent: 0 };
const load = (reading: Partial<Reading> = {}, spaces: Load["spaces"] = []): Load => ({ readings: [{ ...IDLE, ...reading }], spaces, problem: null });
const told = (...args: Parameters<typeof hints>) => hints(...args).map(({ level, text }) => `${level}: ${text}`.replaceAll("\u00a0", " "));

test("a machine that is well has no hints, nor one of which nothing is known", () => {
  assert.deepEqual(told(FACTS, load(), { load: [1, 1, 1], memory: 0 }, 0), []);
  assert.deepEqual(told({}, { readings: [], spaces: null, problem: null }, null, 0), []);
});

test("disks that are nearly full, the fullest as a danger; a large one with room left is none", () => {
  const spaces = [
    { point: "/", used: 91 * GIB, total: 100 * GIB },
    { point: "/boot", used: 99, total: 100 },
    { point: "/huge", used: 9500 * GIB, total: 10000 * GIB },
  ];
  assert.deepEqual(told(FACTS, load({}, spaces), null, 0), ["danger: /boot is 99% full: 1 B are left.", "warning: / is 91% full: 9 GiB are left."]);
});

test("memory: in use, or waited for, which says more", () => {
  assert.deepEqual(told(FACTS, load({ memory: 7.5 * GIB }), { load: null, memory: 2 }, 0), ["warning: 93% of the memory is in use."]);
  assert.deepEqual(told(FACTS, load({ memory: 7.5 * GIB }), { load: null, memory: 12.4 }, 0), ["danger: Programs waited for memory for 12% of the last minute."]);
});

test("swap, load and services", () => {
  const found = told(FACTS, load({ swap: GIB }), { load: [0, 4.26, 0], memory: null }, 2);
  assert.deepEqual(found, ["warning: 50% of the swap space is in use.", "warning: The load has been 4.26 for five minutes, with 2 processors.", "warning: 2 services have failed."]);
  assert.deepEqual(told({ ...FACTS, swap: 0 }, load({ swap: 0 }), null, 1), ["warning: 1 service has failed."]);
});
