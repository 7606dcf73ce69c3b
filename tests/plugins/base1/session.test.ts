import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { connection } from "../../../plugins/base1/src/connection";
import { kill, logout } from "../../../plugins/base1/src/session";
import { connected, settled } from "./fake-socket";

const kept = new Map<string, string>();
let reloads = 0;

beforeEach(() => {
  kept.clear();
  reloads = 0;
  const sessionStorage = { setItem: (key: string, value: string) => void kept.set(key, value) };
  Object.assign(globalThis, { window: { sessionStorage, location: { reload: () => void (reloads += 1) } } });
});

afterEach(() => connection().close());

test("without a reason only that somebody left is kept, and the page stays if it is to", async () => {
  connected();
  logout(false);
  await settled();
  assert.deepEqual([...kept], [["logout-intent", "explicit"]]);
  assert.equal(reloads, 0);
});

test("logging out says so, hangs up and loads the page anew; the login page finds the reason", async () => {
  const socket = connected();
  logout(true, "Nobody was there.");
  await settled();
  assert.deepEqual(socket.controls("logout"), [{ command: "logout", disconnect: true }]);
  assert.equal(socket.closed, true);
  assert.equal(reloads, 1);
  assert.equal(kept.get("logout-reason"), "Nobody was there.");
});

test("channels of a group or a host are ended wherever they are", async () => {
  const socket = connected();
  kill(null, "mine");
  kill("far", null);
  await settled();
  assert.deepEqual(socket.controls("kill"), [
    { command: "kill", group: "mine" },
    { command: "kill", host: "far" },
  ]);
});
