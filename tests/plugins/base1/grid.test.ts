import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { grid, type Row } from "../../../plugins/base1/src/grid";
import { series } from "../../../plugins/base1/src/series";

beforeEach(() => mock.timers.enable({ apis: ["Date", "setInterval"], now: 100_500 }));
afterEach(() => mock.timers.reset());

test("negative bounds count from now, -0 too; without bounds it is empty", () => {
  const bounds = (...given: number[]) => {
    const made = grid(1000, ...given);
    return [made.beg, made.end];
  };
  assert.deepEqual(bounds(-5, -0), [95, 100]);
  assert.deepEqual(bounds(3, 7), [3, 7]);
  assert.deepEqual(bounds(), [0, 0]);
});

test("rows have their part of each item, where it falls in the grid, and computed rows come after", () => {
  const made = grid(1000, 10, 14);
  const source = series(1000);
  const [user, all] = [made.add(source, ["cpu", "user"]), made.add({ series: source }, "")];
  const early: Row = made.add((row, index, count) => {
    for (let at = index; at < index + count; at += 1) row[at] = user[at] * 10;
  }, true);
  const late: Row = made.add((row, index, count) => {
    for (let at = index; at < index + count; at += 1) row[at] = early[at] + 1;
  });
  const notified: number[][] = [];
  made.addEventListener("notify", (_event, index, count) => notified.push([index, count]));
  source.input(8, [8, 9, 10, 11].map((user_) => ({ cpu: { user: user_ } })));
  assert.deepEqual([user, early, late], [[10, 11], [100, 110], [101, 111]]);
  assert.deepEqual(all[1], { cpu: { user: 11 } });
  source.input(20, [{ cpu: { user: 20 } }]);
  assert.deepEqual(notified, [[0, 2]]);
});

test("a row is filled by sync, and after its removal no more", () => {
  const source = series(1000);
  source.input(0, [[1], [2]]);
  const made = grid(1000, 0, 3);
  const row = made.add(source, "0");
  assert.deepEqual(row, []);
  made.sync();
  made.remove(row);
  source.input(2, [[3]]);
  assert.deepEqual(row, [1, 2]);
});

test("the interval of a series must be the grid's", () => {
  assert.throws(() => grid(1000).add(series(500), []), /series of 500 in a grid of 1000/);
});

test("moving loads the new range; without an end that is empty", () => {
  const source = series(1000);
  source.input(0, [0, 1, 2, 3]);
  const made = grid(1000, 0, 2);
  const row = made.add(source, []);
  made.sync();
  made.move(2, 4);
  assert.deepEqual(row, [2, 3]);
  made.move(1);
  assert.deepEqual([made.beg, made.end, row], [1, 1, []]);
});

test("walking moves it with the time and asks for live data, until it is moved or closed", () => {
  const asked: unknown[] = [];
  const source = series(1000, null, (beg, end, live) => void asked.push([beg, end, live]));
  const made = grid(1000, -2, -0);
  const row = made.add(source, []);
  source.input(99, ["old"]);
  made.walk();
  mock.timers.tick(1000);
  assert.deepEqual([made.beg, made.end], [99, 101]);
  assert.deepEqual(row, ["old"]);
  assert.deepEqual(asked, [[100, 101, true]]);
  mock.timers.tick(2000);
  assert.deepEqual([made.beg, made.end], [101, 103]);
  made.move(0, 1);
  mock.timers.tick(5000);
  assert.equal(made.end, 1);
  made.walk();
  made.close();
  mock.timers.tick(5000);
  assert.equal(made.end, 1);
});
