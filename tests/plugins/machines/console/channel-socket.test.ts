import assert from "node:assert/strict";
import { test } from "node:test";
import { ChannelSocket } from "../../../../plugins/machines/src/console/channel-socket";
import { FakeChannel } from "./fake-channel";

function opened() {
  const channel = new FakeChannel();
  const told: string[] = [];
  const socket = new ChannelSocket((options) => channel.open(options), { unix: "/vnc" });
  socket.onopen = () => told.push("open");
  socket.onmessage = ({ data }) => told.push(`message ${[...new Uint8Array(data)].join()}`);
  socket.onclose = ({ reason }) => told.push(`close ${reason}`);
  return { channel, socket, told };
}

test("a channel to a socket, in the shape of a WebSocket", () => {
  const { channel, socket, told } = opened();
  assert.deepEqual(channel.options, { payload: "stream", binary: true, superuser: "try", unix: "/vnc" });
  channel.emit("ready");
  channel.emit("message", new Uint8Array([1, 2]));
  const buffer = new Uint8Array([7, 8, 9]);
  socket.send(buffer.subarray(1));
  buffer.fill(0);
  assert.deepEqual(channel.sent, [new Uint8Array([8, 9])], "noVNC writes its next message into the buffer");
  channel.emit("close", { problem: "not-found", message: "gone" });
  channel.emit("close", {});
  socket.send(new Uint8Array([1]));
  assert.deepEqual(told, ["open", "message 1,2", "close gone"]);
  assert.equal(channel.sent.length, 1);
});

test("who closes it is told after it has gone on, and once", async () => {
  const { channel, socket, told } = opened();
  channel.emit("ready");
  socket.close();
  socket.close();
  assert.deepEqual(told, ["open"]);
  await Promise.resolve();
  assert.deepEqual(told, ["open", "close "]);
  assert.equal(channel.closes, 1);
});
