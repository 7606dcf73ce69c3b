import assert from "node:assert/strict";
import { test } from "node:test";
import { Emitter, eventTarget } from "../../../plugins/base1/src/events";

test("listeners get the event and what goes with it, until removed", () => {
  const target = new Emitter<{ said: [string, number] }>();
  const heard: unknown[] = [];
  const listener = (event: CustomEvent, ...args: unknown[]) => heard.push([event.type, event.detail, ...args]);
  target.addEventListener("said", listener);
  target.dispatchEvent("said", "a", 1);
  target.removeEventListener("said", listener);
  target.dispatchEvent("said", "b", 2);
  assert.deepEqual(heard, [["said", ["a", 1], "a", 1]]);
});

test("one thing that goes with an event is its detail, nothing is null", () => {
  const target = new Emitter<{ said: unknown[] }>();
  const details: unknown[] = [];
  target.addEventListener("said", (event) => details.push(event.detail));
  target.dispatchEvent("said", { a: 1 });
  target.dispatchEvent("said");
  target.dispatchEvent("said", undefined);
  assert.deepEqual(details, [{ a: 1 }, null, null]);
});

test("a plain object becomes a target, and its on… member is called once", () => {
  const calls: string[] = [];
  const target = eventTarget({ onchanged: () => calls.push("member") });
  target.addEventListener("changed", () => calls.push("listener"));
  target.dispatchEvent("changed");
  assert.deepEqual(calls, ["member", "listener"]);
});

test("what makes it a target does not enumerate", () => {
  assert.deepEqual(Object.keys(eventTarget({ a: 1 })), ["a"]);
});

test("a listener that removes itself does not make others miss the event", () => {
  const target = new Emitter<{ tick: [] }>();
  const calls: string[] = [];
  const once = () => {
    calls.push("once");
    target.removeEventListener("tick", once);
  };
  target.addEventListener("tick", once);
  target.addEventListener("tick", () => calls.push("always"));
  target.dispatchEvent("tick");
  target.dispatchEvent("tick");
  assert.deepEqual(calls, ["once", "always", "always"]);
});
