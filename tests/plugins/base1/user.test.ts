import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { connection } from "../../../plugins/base1/src/connection";
import { user } from "../../../plugins/base1/src/user";
import { connected, settled } from "./fake-socket";

afterEach(() => connection().close());

const USER = { id: 1000, gid: 100, name: "ann", full_name: "Ann", groups: ["users"], home: "/home/ann", shell: "/bin/sh" };

test("a bridge without an info channel is asked on its internal bus", async () => {
  const socket = connected();
  const asking = user();
  await settled();
  assert.equal(socket.controls("open")[0]?.["payload"], "info");
  socket.says({ command: "close", channel: "1:1", problem: "not-supported" });
  await settled();
  const { payload, bus } = socket.controls("open")[1]!;
  assert.deepEqual([payload, bus], ["dbus-json3", "internal"]);
  const variants = Object.entries({ Id: 1000, Gid: 100, Name: "ann", Full: "Ann", Groups: ["users"], Home: "/home/ann", Shell: "/bin/sh" });
  socket.data("1:2", JSON.stringify({ reply: [[Object.fromEntries(variants.map(([name, v]) => [name, { t: "s", v }]))]], id: "1" }));
  assert.deepEqual(await asking, USER);
});

test("otherwise the info channel tells, once for everybody", async () => {
  const socket = connected();
  const asking = user();
  await settled();
  const { id: uid, full_name: fullname, ...same } = USER;
  socket.data("1:1", JSON.stringify({ channels: {}, os_release: {}, user: { ...same, uid, fullname, group: "users" } }));
  assert.deepEqual(await asking, USER);
  assert.deepEqual(await user(), USER);
  assert.equal(socket.controls("open").length, 1);
});
