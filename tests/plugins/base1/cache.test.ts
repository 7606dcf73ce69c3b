import assert from "node:assert/strict";
import { test } from "node:test";
import { cache } from "../../../plugins/base1/src/cache";
import { settled } from "./fake-socket";

function member(key: string, name: string, log: unknown[]) {
  let tell!: (value: string) => void;
  const made = cache<string>(
    key,
    (result, of) => {
      tell = result;
      log.push(`${name} provides ${of}`);
      return { close: () => log.push(`${name} stops`) };
    },
    (value) => log.push(`${name} got ${value}`),
  );
  return { made, tell: (value: string) => tell(value) };
}

test("the first provides, all consume, who comes later gets what there is", async () => {
  const log: unknown[] = [];
  const one = member("k1", "one", log);
  one.tell("a");
  member("k1", "two", log);
  await settled();
  one.tell("b");
  assert.deepEqual(log, ["one provides k1", "one got a", "two got a", "one got b", "two got b"]);
});

test("when the one that provides leaves, the next does; what the first still says counts no more", () => {
  const log: unknown[] = [];
  const [one, two] = [member("k2", "one", log), member("k2", "two", log)];
  one.made.close();
  one.tell("late");
  two.tell("now");
  two.made.close();
  two.made.close();
  assert.deepEqual(log, ["one provides k2", "one stops", "two provides k2", "two got now", "two stops"]);
});

test("a member may claim the task", () => {
  const log: unknown[] = [];
  const [, two] = [member("k3", "one", log), member("k3", "two", log)];
  two.made.claim();
  two.made.claim();
  two.tell("x");
  assert.deepEqual(log, ["one provides k3", "one stops", "two provides k3", "two got x", "one got x"]);
});

test("after the last has left nothing is known", async () => {
  const log: unknown[] = [];
  const one = member("k4", "one", log);
  one.tell("a");
  one.made.close();
  member("k4", "new", log);
  await settled();
  assert.deepEqual(log, ["one provides k4", "one got a", "one stops", "new provides k4"]);
});
