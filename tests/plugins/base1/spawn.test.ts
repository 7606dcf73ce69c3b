import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { connection } from "../../../plugins/base1/src/connection";
import { ProcessError, script, spawn } from "../../../plugins/base1/src/spawn";
import { connected, settled } from "./fake-socket";

afterEach(() => connection().close());

async function running(...args: Parameters<typeof spawn>) {
  const socket = connected();
  const process = spawn(...args);
  await settled();
  return { socket, process };
}

test("a stream channel with the command and its options", async () => {
  const { socket } = await running(["ls", "-l"], { directory: "/tmp", err: "out", superuser: "try", pty: true });
  const { spawn: argv, payload, directory, err, superuser, pty } = socket.controls("open")[0]!;
  assert.deepEqual([argv, payload, directory, err, superuser, pty], [["ls", "-l"], "stream", "/tmp", "out", "try", true]);
});

test("success gives the whole output and what it said on standard error", async () => {
  const { socket, process } = await running("date");
  socket.data("1:1", "one ");
  socket.data("1:1", "two");
  socket.says({ command: "close", channel: "1:1", "exit-status": 0, message: "warned" });
  const got = await new Promise((done) => process.then((...values) => done(values)));
  assert.deepEqual(got, ["one two", "warned"]);
});

const FAILURES: [object, Partial<ProcessError>][] = [
  [{ "exit-status": 5 }, { problem: null, exit_status: 5, exit_signal: null, message: "prog exited with code 5" }],
  [{ "exit-status": 5, message: "oh no" }, { exit_status: 5, message: "oh no" }],
  [{ "exit-status": -15, message: "" }, { exit_status: -15, message: "prog killed by signal 15" }],
  [{ "exit-signal": "TERM" }, { exit_status: null, exit_signal: "TERM", message: "prog killed by signal TERM" }],
  [{ problem: "not-found" }, { problem: "not-found", exit_status: null, message: "Not found" }],
  [{ problem: "access-denied", message: "no" }, { problem: "access-denied", message: "no" }],
];
for (const [closed, expected] of FAILURES) {
  test(`a close with ${JSON.stringify(closed)} rejects`, async () => {
    const { socket, process } = await running(["prog"]);
    socket.data("1:1", "so far");
    socket.says({ command: "close", channel: "1:1", ...closed });
    const [error, output] = await new Promise<[ProcessError, string]>((done) => process.fail((...reason) => done(reason as [ProcessError, string])));
    assert.ok(error instanceof ProcessError && error instanceof Error);
    for (const [name, value] of Object.entries(expected)) assert.equal(error[name as keyof ProcessError], value);
    if (!error.problem) assert.equal(output, "so far");
  });
}

test("stream gets the output as it comes; what it leaves comes again", async () => {
  const { socket, process } = await running(["cat"]);
  const blocks: string[] = [];
  process.stream((block) => {
    blocks.push(block);
    return block.lastIndexOf("\n") + 1;
  });
  socket.data("1:1", "a\nb");
  socket.data("1:1", "c\n");
  socket.says({ command: "close", channel: "1:1", "exit-status": 0 });
  assert.equal(await process, "");
  assert.deepEqual(blocks, ["a\nb", "bc\n"]);
});

test("input ends with done unless more is to come, in frames of bounded size", async () => {
  const { socket, process } = await running(["cat"]);
  process.input("x".repeat(100_000), true);
  assert.equal(socket.texts("1:1").join("").length, 100_000);
  assert.ok(socket.texts("1:1").every((text) => text.length <= 65_536));
  assert.deepEqual(socket.controls("done"), []);
  process.input("end");
  assert.deepEqual(socket.controls("done"), [{ command: "done", channel: "1:1" }]);
});

test("close rejects with its problem", async () => {
  const { socket, process } = await running(["sleep", "9"]);
  process.close("cancelled");
  assert.equal(socket.controls("close")[0]?.problem, "cancelled");
  await assert.rejects(async () => await process, { problem: "cancelled" });
});

test("binary output is bytes", async () => {
  const { socket, process } = await running(["cat"], { binary: true });
  socket.data("1:1", Uint8Array.of(1));
  socket.data("1:1", Uint8Array.of(2));
  socket.says({ command: "close", channel: "1:1", "exit-status": 0 });
  assert.deepEqual(await process, Uint8Array.of(1, 2));
});

test("a script is the shell's, its arguments come after --", async () => {
  const socket = connected();
  script("echo $1", ["-n"], { err: "out" });
  script("true", { superuser: "require" });
  await settled();
  const opens = socket.controls("open");
  assert.deepEqual(opens.map((open) => open["spawn"]), [["/bin/sh", "-c", "echo $1", "--", "-n"], ["/bin/sh", "-c", "true", "--"]]);
  assert.deepEqual([opens[0]?.["err"], opens[1]?.["superuser"]], ["out", "require"]);
});
