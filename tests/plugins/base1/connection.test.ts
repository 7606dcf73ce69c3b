import assert from "node:assert/strict";
import { test } from "node:test";
import { application, uri } from "../../../plugins/base1/src/connection";

const browser = globalThis as { window?: unknown; document?: unknown };

const PLACES: [string, string | null, string, string][] = [
  ["http://h:9090/machines", null, "cockpit", "ws://h:9090/cockpit/socket"],
  ["https://h/", null, "cockpit", "wss://h/cockpit/socket"],
  ["http://h/cockpit/@localhost/shell/index.html", null, "cockpit", "ws://h/cockpit/socket"],
  ["http://h/cockpit+app/@localhost/x/y.html", null, "cockpit+app", "ws://h/cockpit+app/socket"],
  ["http://h/=other/machines", null, "cockpit+=other", "ws://h/cockpit+=other/socket"],
  ["http://h/root/machines", "/root/", "cockpit", "ws://h/root/cockpit/socket"],
  ["http://h/cockpitlike", null, "cockpit", "ws://h/cockpit/socket"],
];
for (const [address, root, app, socket] of PLACES) {
  test(`${address} talks to ${socket}`, () => {
    browser.window = { location: new URL(address) };
    browser.document = { querySelector: () => (root === null ? null : { content: root }) };
    assert.equal(application(), app);
    assert.equal(uri(), socket);
  });
}
