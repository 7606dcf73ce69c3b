import assert from "node:assert/strict";
import { test } from "node:test";
import { eventTarget } from "../../../plugins/base1/src/events";
import type { ChannelEvents } from "../../../plugins/lib/cockpit";
import { IdleLimit } from "../../../plugins/shell/src/idle";

function limit(timeout: number) {
  const sent: string[] = [];
  const channel = eventTarget<{ control(message: { command: string }): boolean }, ChannelEvents>({
    control: ({ command }) => {
      sent.push(command);
      return true;
    },
  });
  const clock = { now: 0 };
  let loggedOut = 0;
  const idle = new IdleLimit({ open: () => channel, logout: () => void (loggedOut += 1), now: () => clock.now });
  channel.dispatchEvent("ready", { command: "ready", timeout });
  const says = (command: string, counter?: number) => channel.dispatchEvent("control", { command, ...(counter !== undefined && { counter }) });
  return { idle, sent, clock, says, channel, loggedOut: () => loggedOut };
}

test("that somebody is there is told, but not every time", () => {
  const { idle, sent, clock } = limit(60);
  idle.seen();
  idle.seen();
  clock.now = 4999;
  idle.seen();
  assert.deepEqual(sent, ["active"]);
  clock.now = 5000;
  idle.seen();
  assert.deepEqual(sent, ["active", "active"]);
});

test("where there is no limit nothing is told", () => {
  const { idle, sent } = limit(0);
  idle.seen();
  assert.deepEqual(sent, []);
});

test("once the end is announced only staying keeps it off", () => {
  const { idle, sent, says } = limit(60);
  says("countdown", 30);
  assert.equal(idle.getSnapshot(), 30);
  idle.seen();
  assert.deepEqual(sent, []);
  idle.stay();
  assert.deepEqual([sent, idle.getSnapshot()], [["active"], null]);
});

test("a count that was under way when somebody stayed does not come back; the next ones count", () => {
  const { idle, says } = limit(60);
  says("countdown", 30);
  says("countdown", 29);
  idle.stay();
  says("countdown", 28);
  assert.equal(idle.getSnapshot(), null);
  says("countdown", 30);
  says("countdown", 29);
  assert.equal(idle.getSnapshot(), 29);
});

test("at the end it logs out; a channel that closes counts no more", () => {
  const { idle, says, channel, loggedOut } = limit(60);
  says("countdown", 1);
  channel.dispatchEvent("close", { command: "close" });
  assert.equal(idle.getSnapshot(), null);
  says("logout");
  assert.equal(loggedOut(), 1);
});
