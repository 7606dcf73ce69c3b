import assert from "node:assert/strict";
import { test } from "node:test";
import { connection, connectionEvents } from "../../../plugins/base1/src/connection";
import { isHidden, onVisibilityChange } from "../../../plugins/base1/src/visibility";
import { connected } from "./fake-socket";

test("a page is hidden when the browser or the shell says so, and hears of each change once", () => {
  connected();
  let changed: () => void = () => {};
  const document = { visibilityState: "visible", addEventListener: (_type: string, listener: () => void) => void (changed = listener) };
  Object.assign(globalThis, { document });
  const seen: boolean[] = [];
  onVisibilityChange(() => seen.push(isHidden()));
  const hint = (hidden: boolean) => connectionEvents.dispatchEvent("hint", { command: "hint", hidden });
  hint(true);
  hint(true);
  document.visibilityState = "hidden";
  changed();
  hint(false);
  document.visibilityState = "visible";
  changed();
  assert.deepEqual(seen, [true, false]);
  connection().close();
});
