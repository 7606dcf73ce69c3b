import assert from "node:assert/strict";
import { test } from "node:test";
import { all, defer, deferForPages, reject, resolve, when } from "../../../plugins/base1/src/promise";
import { settled } from "./fake-socket";

test("several values reach then, done and always; await gives the first", async () => {
  const got: unknown[] = [];
  const promise = resolve("content", "tag");
  promise.then((...values: unknown[]) => got.push(["then", ...values]));
  promise.done((...values) => got.push(["done", ...values])).always((...values) => got.push(["always", ...values]));
  assert.equal(await promise, "content");
  assert.deepEqual(got, [["then", "content", "tag"], ["done", "content", "tag"], ["always", "content", "tag"]]);
});

test("a rejection carries all its values and is passed on", async () => {
  const seen: unknown[] = [];
  reject("error", "output").then(() => seen.push("never")).catch((...reason: unknown[]) => seen.push(reason));
  reject("x").fail((reason: unknown) => seen.push(reason));
  await settled();
  assert.deepEqual(seen, ["x", ["error", "output"]]);
});

test("only the first settlement counts", async () => {
  const deferred = defer<[number]>();
  deferred.resolve(1);
  deferred.resolve(2);
  deferred.reject(new Error("late"));
  assert.equal(await deferred.promise, 1);
  assert.equal(deferred.promise.state(), "resolved");
});

test("callbacks come later, in order, even on a settled promise", async () => {
  const order: string[] = [];
  resolve().then(() => order.push("callback"));
  order.push("code");
  await settled();
  assert.deepEqual(order, ["code", "callback"]);
});

test("then adopts what its callback returns, thrown errors reject", async () => {
  assert.equal(await resolve(1).then((value: number) => Promise.resolve(value + 1)), 2);
  await assert.rejects(async () => {
    await resolve(1).then(() => {
      throw new Error("inside");
    });
  }, /inside/);
});

test("finally passes all values through", async () => {
  const values = await new Promise((done) => resolve("a", "b").finally(() => {}).then((...got: unknown[]) => done(got)));
  assert.deepEqual(values, ["a", "b"]);
});

test("progress reaches the listeners of a pending promise only", () => {
  const deferred = defer();
  const seen: unknown[] = [];
  deferred.promise.progress((value) => seen.push(value));
  deferred.notify(1);
  deferred.resolve();
  deferred.notify(2);
  assert.deepEqual(seen, [1]);
});

test("all and when wait for every promise, and fail with the first", async () => {
  const values = await new Promise((done) => all([resolve(1), 2, Promise.resolve(3)]).then((...got: unknown[]) => done(got)));
  assert.deepEqual(values, [1, 2, 3]);
  await assert.rejects(async () => await when(resolve(1), reject(new Error("no"))), /no/);
  await all([]);
});

test("promise(target) lends the methods to another object", async () => {
  const target = resolve("x").promise({ extra: true });
  assert.equal(target.extra, true);
  assert.equal(await target, "x");
});

test("a page's deferred chains, and its promise is also a function", async () => {
  const deferred = deferForPages();
  const heard: unknown[] = [];
  deferred.promise.progress((step) => heard.push(step));
  const target = deferred.promise({ name: "mine" });
  assert.equal(deferred.notify(1).resolve("a", "b"), deferred);
  deferred.promise().done((...values: unknown[]) => heard.push(values));
  assert.equal(await deferred.promise, "a");
  assert.equal(await target, "a");
  assert.deepEqual([target.name, heard], ["mine", [1, ["a", "b"]]]);
});
