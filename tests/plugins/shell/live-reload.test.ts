import assert from "node:assert/strict";
import { test } from "node:test";
import { framesOf } from "../../../plugins/shell/src/live-reload";

test("only the frames of the plugins that were edited are loaded anew", () => {
  const names = ["cockpit1:localhost/uptime", "cockpit1:localhost/uptime/more", "cockpit1:localhost/uptime-2", "cockpit1:host/x"];
  const frames = names.map((name) => ({ name }));
  const root = { querySelectorAll: () => frames } as unknown as ParentNode;
  const found = (...packages: string[]) => framesOf(root, packages).map(({ name }) => name);
  assert.deepEqual(found("uptime"), names.slice(0, 2));
  assert.deepEqual(found("x", "uptime-2"), names.slice(2));
  assert.deepEqual(found(), []);
});
