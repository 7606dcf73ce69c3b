import assert from "node:assert/strict";
import { after, test } from "node:test";
import { connection } from "../../../plugins/base1/src/connection";
import { information, init } from "../../../plugins/base1/src/information";
import { connected, INIT, settled } from "./fake-socket";

after(() => connection().close());

test("init asks once; then there is what the bridge and the gateway tell", async () => {
  const socket = connected({ ...INIT, system: { version: "7" } });
  const initialising = init();
  assert.equal(information(), undefined);
  await settled();
  socket.data("1:1", '{"channels":{"echo":[]},"os_release":{"ID":"x"},"user":{"name":"ann"}}');
  await initialising;
  await init();
  assert.deepEqual(information(), { channels: { echo: [] }, os_release: { ID: "x" }, user: { name: "ann" }, ws: { version: "7" } });
  assert.equal(socket.controls("open").length, 1);
});
