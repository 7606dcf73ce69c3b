import assert from "node:assert/strict";
import { test } from "node:test";
import { SerialSession } from "../../../../plugins/machines/src/console/serial-session";
import { FakeChannel } from "./fake-channel";

const PLACE = { uri: "qemu:///system", id: "00000000-0000-4000-8000-000000000001", alias: "serial1" };

function started(t: { mock: { timers: { enable(options: { apis: ["setTimeout"] }): void; tick(ms: number): void } } }) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const channels: FakeChannel[] = [];
  const session = new SerialSession((options) => {
    const channel = new FakeChannel().open(options);
    channels.push(channel);
    return channel;
  }, () => 0);
  session.start(PLACE);
  return { session, channels, phase: () => session.getSnapshot().phase };
}

test("the machine is a UUID behind its option", (t) => {
  const { session, channels } = started(t);
  const { spawn, superuser } = channels[0]?.options as { spawn: string[]; superuser: string };
  assert.deepEqual(spawn, ["virsh", "--connect=qemu:///system", "console", `--domain=${PLACE.id}`, "--devname=serial1"]);
  assert.equal(superuser, "try");
  session.stop();
});

test("a console that ends is opened again, more slowly each time", (t) => {
  const { session, channels, phase } = started(t);
  channels[0]?.emit("ready");
  assert.equal(phase(), "connecting", "virsh has not said that it is connected");
  channels[0]?.emit("message", new Uint8Array([65]));
  assert.equal(phase(), "connected");
  channels[0]?.emit("close", { "exit-status": 0 });
  assert.equal(phase(), "lost");
  t.mock.timers.tick(500);
  assert.equal(channels.length, 2);
  channels[1]?.emit("close", {});
  t.mock.timers.tick(500);
  assert.equal(channels.length, 2);
  t.mock.timers.tick(500);
  assert.equal(channels.length, 3);
  session.stop();
  t.mock.timers.tick(60_000);
  assert.equal(channels.length, 3, "not after it was left");
});

test("a refusal is no loss, and can be overridden", (t) => {
  const { session, channels, phase } = started(t);
  channels[0]?.emit("close", { "exit-status": 1 });
  assert.equal(phase(), "refused");
  t.mock.timers.tick(60_000);
  assert.equal(channels.length, 1);
  session.start(PLACE, true);
  assert.equal((channels[1]?.options as { spawn: string[] }).spawn.at(-1), "--force");
  session.stop();
});

test("a virsh that libvirt has left is ended, and nothing is tried until libvirt is back", (t) => {
  const { session, channels, phase } = started(t);
  for (let restart = 0; restart < 20; restart++) {
    channels.at(-1)?.emit("message", new Uint8Array([65]));
    assert.equal(phase(), "connected");
    session.lose();
    assert.equal(phase(), "lost");
    assert.equal(channels.at(-1)?.closes, 1);
    t.mock.timers.tick(60_000);
    session.start(PLACE);
    assert.equal(channels.length, restart + 2);
  }
  session.stop();
  assert.ok(channels.every(({ closes }) => closes === 1), "none is left open");
});
