import assert from "node:assert/strict";
import { mock, test } from "node:test";
import type { Control } from "../../../plugins/base1/src/json";
import { Transport, type Filter } from "../../../plugins/base1/src/transport";
import { FakeSocket, INIT } from "./fake-socket";

function opened(filters?: { incoming: Filter[]; outgoing: Filter[] }) {
  const socket = new FakeSocket();
  const reasons: object[] = [];
  const transport = new Transport(socket, filters, (reason) => reasons.push(reason));
  socket.onopen?.();
  return { socket, transport, reasons };
}

function ready(filters?: { incoming: Filter[]; outgoing: Filter[] }) {
  const all = opened(filters);
  all.socket.says(INIT);
  return all;
}

function receiver() {
  const got: unknown[] = [];
  return { got, data: (payload: unknown) => got.push(payload), control: (control: Control) => got.push(control) };
}

test("it says init, waits for the other side's, and is ready", (t) => {
  const { socket, transport } = opened();
  t.after(() => transport.close());
  assert.deepEqual(socket.controls(), [{ command: "init", version: 1 }]);
  let waited = 0;
  transport.wait(() => (waited += 1));
  assert.equal(waited, 0);
  socket.says(INIT);
  assert.equal(waited, 1);
  assert.equal(transport.ready, true);
  assert.equal(transport.options["csrf-token"], "t");
  assert.equal(transport.host, "localhost");
  transport.wait(() => (waited += 1));
  assert.equal(waited, 2);
});

const REFUSALS: [string, Control, string][] = [
  ["a problem", { command: "init", problem: "no-session" }, "no-session"],
  ["another version", { command: "init", version: 2 }, "not-supported"],
  ["anything before init", { command: "ping" }, "protocol-error"],
  ["a close before init", { command: "close", problem: "internal-error" }, "internal-error"],
];
for (const [name, control, problem] of REFUSALS) {
  test(`${name} ends it with ${problem}`, () => {
    const { socket, transport, reasons } = opened();
    let waited = false;
    transport.wait(() => (waited = true));
    socket.says(control);
    assert.equal(transport.closed?.problem, problem);
    assert.deepEqual(reasons, [{ problem }]);
    assert.ok(waited && socket.closed);
  });
}

test("frames go to their channel only, and ids carry the seed", (t) => {
  const { socket, transport } = ready();
  t.after(() => transport.close());
  const [one, two] = [receiver(), receiver()];
  assert.equal(transport.register(one), "1:1");
  assert.equal(transport.register(two), "1:2");
  socket.data("1:2", "text");
  socket.says({ command: "ready", channel: "1:1" });
  socket.data("1:9", "nobody's");
  socket.onmessage?.({ data: "no newline" });
  socket.onmessage?.({ data: "\nnot json" });
  assert.deepEqual(one.got, [{ command: "ready", channel: "1:1" }]);
  assert.deepEqual(two.got, ["text"]);
  transport.forget("1:2");
  socket.data("1:2", "late");
  assert.deepEqual(two.got, ["text"]);
});

test("its end closes every channel with the reason, once", () => {
  const { socket, transport, reasons } = ready();
  const one = receiver();
  transport.register(one);
  socket.onclose?.();
  transport.close("terminated");
  assert.deepEqual(one.got, [{ command: "close", channel: "1:1", problem: "disconnected" }]);
  assert.deepEqual(reasons, [{ problem: "disconnected" }]);
  assert.equal(transport.sendData("1:1", "x"), false);
});

test("a close control without a channel ends it with the gateway's reason", () => {
  const { socket, transport } = ready();
  socket.says({ command: "close", problem: "terminated", message: "bye" });
  assert.deepEqual(transport.closed, { problem: "terminated", message: "bye" });
});

test("filters see frames both ways and may keep them", (t) => {
  const seen: unknown[] = [];
  const note = (way: string): Filter => (_message, channel, control) => {
    seen.push([way, channel, control?.command ?? null]);
    return channel !== "1:1";
  };
  const { socket, transport } = ready({ incoming: [note("in")], outgoing: [note("out")] });
  t.after(() => transport.close());
  const one = receiver();
  transport.register(one);
  socket.data("1:1", "kept");
  transport.sendData("1:1", "kept");
  transport.sendControl({ command: "logout" });
  transport.send('\n{"command":"open","channel":"1:7"}');
  assert.deepEqual(one.got, []);
  assert.deepEqual(seen, [["in", "1:1", null], ["out", "1:1", null], ["out", "", "logout"], ["out", "1:7", "open"]]);
  assert.deepEqual(socket.texts("1:1"), []);
  assert.equal(socket.controls("logout").length, 1);
});

test("half a minute of silence ends it; a machine that slept gets another chance", () => {
  mock.timers.enable({ apis: ["setInterval", "Date"] });
  try {
    const { socket, transport } = ready();
    const pass = (seconds: number) => {
      for (let second = 0; second < seconds; second += 1) mock.timers.tick(1000);
    };
    const problem = () => transport.closed?.problem ?? null;
    pass(20);
    socket.says({ command: "ping" });
    pass(30);
    assert.equal(problem(), null);
    mock.timers.setTime(Date.now() + 3_600_000);
    pass(10);
    assert.equal(problem(), null);
    pass(31);
    assert.equal(problem(), "timeout");
  } finally {
    mock.timers.reset();
  }
});
