import assert from "node:assert/strict";
import { test } from "node:test";
import { outcome } from "../../../plugins/terminal/src/outcome";
import type { Closed } from "../../../plugins/terminal/src/shell-session";

test("every way to end has its sentence", () => {
  const table: [Closed, boolean, RegExp][] = [
    [{ "exit-status": 0 }, true, /^The shell ended\.$/],
    [{}, true, /^The shell ended\.$/],
    [{ "exit-status": 3 }, false, /exit status 3/],
    [{ "exit-status": -9 }, false, /signal 9/],
    [{ "exit-signal": "TERM" }, false, /signal TERM/],
    [{ problem: "not-found" }, false, /not installed/],
    [{ problem: "not-found", message: "no such file: /bin/zsh" }, false, /\/bin\/zsh/],
    [{ problem: "access-denied" }, false, /may not be started/],
    [{ problem: "disconnected" }, false, /connection/],
    [{ problem: "internal-error" }, false, /internal-error/],
  ];
  for (const [closed, ok, text] of table) {
    assert.equal(outcome(closed).ok, ok);
    assert.match(outcome(closed).text, text);
  }
});
