import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { BULK_ACTIONS, TAGS, asks } from "../../../plugins/machines/src/list/bulk-actions";
import { AT_ONCE, BulkRun, isFinished } from "../../../plugins/machines/src/list/bulk-run";
import type { Domain } from "../../../plugins/machines/src/model";

const machines = (count: number) =>
  Array.from({ length: count }, (_each, number) => [`k${number}`, { name: `vm-${number}`, persistent: true } as Domain] as const);
const kinds = (run: BulkRun) => run.getSnapshot().map(({ result }) => result.kind);

describe("BulkRun", () => {
  test("every machine has its result, and failures keep their sentence", async () => {
    const run = new BulkRun(machines(3), (key) => (key === "k2" ? "it is off" : null));
    await run.run(async (key) => {
      if (key === "k1") throw new Error("no space left");
    });
    assert.deepEqual(run.getSnapshot().map(({ result }) => result), [
      { kind: "done" }, { kind: "failed", message: "no space left" }, { kind: "left out", message: "it is off" },
    ]);
    assert.ok(isFinished(run.getSnapshot()));
  });

  test("only a few run at a time", async () => {
    let running = 0;
    let most = 0;
    const run = new BulkRun(machines(50), () => null);
    await run.run(async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
    });
    assert.equal(most, AT_ONCE);
    assert.deepEqual(new Set(kinds(run)), new Set(["done"]));
  });

  test("stopped, it lets what runs come to its end and begins nothing more", async () => {
    const run = new BulkRun(machines(AT_ONCE + 2), () => null);
    await run.run(async () => {
      await new Promise((resolve) => setImmediate(resolve));
      run.stop();
    });
    assert.deepEqual(kinds(run), [...Array(AT_ONCE).fill("done"), "stopped", "stopped"]);
  });

  test("who looks hears of each step", async () => {
    const run = new BulkRun(machines(1), () => null);
    const heard: string[] = [];
    run.subscribe(() => heard.push(kinds(run).join()));
    assert.equal(isFinished(run.getSnapshot()), false);
    await run.run(async () => undefined);
    assert.deepEqual(heard, ["running", "done"]);
  });
});

describe("the bulk actions", () => {
  const of = (method: string) => BULK_ACTIONS.find((each) => each.method === method) ?? assert.fail(method);

  test("what loses something asks before, and says what", () => {
    const kept = { name: "vm", persistent: true } as Domain;
    const temporary = { ...kept, persistent: false };
    for (const method of ["domain_destroy", "domain_delete"]) assert.ok(of(method).loss && asks(of(method), [kept]), method);
    for (const method of ["domain_start", "domain_suspend", "domain_resume", "domain_shutdown", TAGS.method])
      assert.equal(asks(of(method), [kept]), false, method);
    assert.ok(asks(of("domain_shutdown"), [kept, temporary]));
    assert.equal(asks(of("domain_start"), [temporary]), false);
  });
});
