import assert from "node:assert/strict";
import { test } from "node:test";
import { parseLast } from "../../../plugins/overview/src/logins";

const OUTPUT = `
anna     pts/1        192.0.2.7        2026-03-01T10:20:30+00:00   still logged in
bert     pts/0        2001:db8::5      2026-03-01T09:00:00+01:00 - 2026-03-01T09:30:00+01:00  (00:30)
carla    tty1                          2026-02-28T08:00:00+00:00 - crash                      (02:00)
dora     :0           :0               2026-02-28T07:00:00+00:00   gone - no logout
reboot   system boot  6.1.0-13-amd64   2026-02-28T06:59:00+00:00   still running

wtmp begins 2026-01-01T00:00:00+00:00
`;

test("logins of people, from where and when", () => {
  const at = (iso: string) => Date.parse(iso);
  assert.deepEqual(parseLast(OUTPUT), [
    { user: "anna", from: "192.0.2.7", at: at("2026-03-01T10:20:30Z"), present: true },
    { user: "bert", from: "2001:db8::5", at: at("2026-03-01T08:00:00Z"), present: false },
    { user: "carla", from: "", at: at("2026-02-28T08:00:00Z"), present: false },
    { user: "dora", from: "", at: at("2026-02-28T07:00:00Z"), present: false },
  ]);
});

test("nothing is no login", () => assert.deepEqual(parseLast("\nwtmp begins 2026-01-01T00:00:00+00:00\n"), []));
