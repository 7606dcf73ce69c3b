import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { connection } from "../../../plugins/base1/src/connection";
import { hint, oops, reportExceptions } from "../../../plugins/base1/src/shell-messages";
import { connected, settled } from "./fake-socket";

const posted: unknown[] = [];
let failed: (event: object) => void = () => {};

beforeEach(() => {
  posted.length = 0;
  const window = {
    name: "cockpit1:localhost/x",
    location: { origin: "http://h" },
    parent: { postMessage: (message: unknown, origin: string) => posted.push([message, origin]) },
    addEventListener: (_type: string, listener: (event: object) => void) => void (failed = listener),
  };
  Object.assign(globalThis, { window });
});

test("an exception that nobody catches is told to the shell, other errors are not", () => {
  reportExceptions();
  failed({ message: "ResizeObserver loop completed with undelivered notifications.", error: null });
  assert.deepEqual(posted, []);
  failed({ message: "x", error: new Error("x") });
  assert.deepEqual(posted, [['\n{"command":"oops","message":"Error: x"}', "http://h"]]);
});

test("outside the shell nobody is told", () => {
  Object.assign(window, { name: "" });
  oops();
  assert.deepEqual(posted, []);
});

test("a hint goes to the shell with the host", async () => {
  const socket = connected();
  hint("restart", { why: 1 });
  await settled();
  assert.deepEqual(socket.controls("hint"), [{ why: 1, command: "hint", hint: "restart", host: "localhost" }]);
  Object.assign(window, { name: "" });
  hint("restart");
  assert.equal(socket.controls("hint").length, 1);
  connection().close();
});
