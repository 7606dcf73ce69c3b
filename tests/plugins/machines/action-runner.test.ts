import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ActionRunner } from "../../../plugins/machines/src/action-runner";
import { ACTIONS, type Action, type ActionName } from "../../../plugins/machines/src/actions";
import type { Domain, DomainState } from "../../../plugins/machines/src/model";

const action = (method: ActionName) => ACTIONS.find((each) => each.method === method) as Action;
const domain = (state: DomainState): Domain => ({
  name: "web", state, vcpus: 1, memory: 1, max_memory: 1, persistent: true, autostart: false, managed_save: false,
});

/** A runner whose calls the test answers. */
function setUp() {
  const calls: { method: string; key: string; answer(): void; refuse(error: unknown): void }[] = [];
  const later: (() => void)[] = [];
  const runner = new ActionRunner(
    (method, key) => new Promise((resolve, reject) => calls.push({ method, key, answer: () => resolve(null), refuse: reject })),
    (run) => void later.push(run),
  );
  return { runner, calls, later };
}

describe("an action", () => {
  test("is busy until it is answered, then announced", async () => {
    const { runner, calls } = setUp();
    const running = runner.run("k", domain("shut off"), action("domain_start"));
    assert.equal(runner.getSnapshot().busy.get("k")?.method, "domain_start");
    assert.deepEqual([calls[0]?.method, calls[0]?.key], ["domain_start", "k"]);
    calls[0]?.answer();
    await running;
    assert.equal(runner.getSnapshot().busy.size, 0);
    assert.equal(runner.getSnapshot().announcement, "web was started.");
  });

  test("of a machine that has one under way is not called", () => {
    const { runner, calls } = setUp();
    void runner.run("k", domain("shut off"), action("domain_start"));
    void runner.run("k", domain("shut off"), action("domain_start"));
    void runner.run("l", domain("shut off"), action("domain_start"));
    assert.deepEqual(calls.map(({ key }) => key), ["k", "l"]);
  });

  test("that fails tells machine, action and reason, until dismissed or tried again", async () => {
    const { runner, calls } = setUp();
    const first = runner.run("k", domain("shut off"), action("domain_start"));
    calls[0]?.refuse(new Error("no network 'default'"));
    await first;
    const [failure] = runner.getSnapshot().failures;
    assert.equal(failure?.title, "web could not be started");
    assert.equal(failure?.message, "no network 'default'");
    assert.equal(runner.getSnapshot().busy.size, 0);

    void runner.run("k", domain("shut off"), action("domain_start"));
    assert.deepEqual(runner.getSnapshot().failures, []);
    calls[1]?.refuse(new Error("again"));
    await new Promise(setImmediate);
    runner.dismiss(runner.getSnapshot().failures[0]?.id ?? -1);
    assert.deepEqual(runner.getSnapshot().failures, []);
  });

  test("a dollar sign in a machine's name is nothing special", async () => {
    const { runner, calls } = setUp();
    const running = runner.run("k", { ...domain("shut off"), name: "$0 $1" }, action("domain_start"));
    calls[0]?.refuse(new Error("x"));
    await running;
    assert.equal(runner.getSnapshot().failures[0]?.title, "$0 $1 could not be started");
  });
});

describe("what a guest was asked", () => {
  const ask = async () => {
    const parts = setUp();
    const running = parts.runner.run("k", domain("running"), action("domain_shutdown"));
    parts.calls[0]?.answer();
    await running;
    assert.equal(parts.runner.getSnapshot().asked.get("k")?.action.method, "domain_shutdown");
    return parts;
  };

  test("is settled when its state changes", async () => {
    const { runner } = await ask();
    runner.observe({ k: domain("running") });
    assert.equal(runner.getSnapshot().asked.size, 1);
    runner.observe({ k: domain("shut off") });
    assert.equal(runner.getSnapshot().asked.size, 0);
  });

  test("is settled at once where the new state came before the answer", async () => {
    const { runner, calls } = setUp();
    runner.observe({ k: domain("running") });
    const running = runner.run("k", domain("running"), action("domain_shutdown"));
    runner.observe({ k: domain("shut off") });
    calls[0]?.answer();
    await running;
    assert.equal(runner.getSnapshot().asked.size, 0);
  });

  test("is settled when the machine is gone, and after a while", async () => {
    const gone = await ask();
    gone.runner.observe({});
    assert.equal(gone.runner.getSnapshot().asked.size, 0);
    const ignored = await ask();
    ignored.later[0]?.();
    assert.equal(ignored.runner.getSnapshot().asked.size, 0);
  });

  test("gives way to the next action", async () => {
    const { runner } = await ask();
    void runner.run("k", domain("running"), action("domain_destroy"));
    assert.equal(runner.getSnapshot().asked.size, 0);
  });
});
