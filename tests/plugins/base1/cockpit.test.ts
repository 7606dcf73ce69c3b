import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { cockpit } from "../../../plugins/base1/src/cockpit";
import { connection } from "../../../plugins/base1/src/connection";
import { connected } from "./fake-socket";

/** Cockpit's documented names, and those its pages use besides. */
const DOCUMENTED = `
  channel transport spawn script http file dbus variant byte_array
  metrics series grid cache
  location jump hidden
  gettext ngettext noop translate locale language language_direction
  message format format_number format_bytes format_bytes_per_sec format_bits_per_sec
  logout user permission init info manifests
  event_target defer when all resolve reject
  base64_encode base64_decode utf8_encoder utf8_decoder
  addEventListener removeEventListener dispatchEvent
  assert extend get_byte_units hint kill oops localStorage sessionStorage BasicError ProcessError HttpError
`.split(/\s+/).filter(Boolean);

beforeEach(() => void connected());
afterEach(() => connection().close());

test("every documented name is there", () => {
  const target: object = cockpit;
  assert.deepEqual(DOCUMENTED.filter((name) => !(name in target)), []);
});

for (const [name, members] of Object.entries({
  transport: "csrf_token origin host options uri wait close application inject filter control",
  dbus: "call subscribe watch notify meta proxy proxies wait close options unique_name addEventListener",
  file: "read replace modify watch close path",
  http: "get post request close",
  channel: "send control wait close id options valid binary ready",
})) {
  test(`so are the members of ${name}`, () => {
    const made: Record<string, object> = {
      transport: cockpit.transport,
      dbus: cockpit.dbus("org.example"),
      file: cockpit.file("/x"),
      http: cockpit.http(80),
      channel: cockpit.channel({ payload: "null" }),
    };
    assert.deepEqual(members.split(" ").filter((member) => !(member in made[name]!)), []);
  });
}

test("manifests are what manifests.js makes them", () => {
  assert.deepEqual(cockpit.manifests, {});
  cockpit.manifests = { x: {} };
  assert.deepEqual(cockpit.manifests, { x: {} });
});

test("assert says what did not hold", () => {
  cockpit.assert(true);
  assert.throws(() => cockpit.assert(0, "no zero"), /no zero/);
});

test("an error as JSON says what it is", () => {
  assert.deepEqual(JSON.parse(JSON.stringify(new cockpit.BasicError("not-found", "no such thing"))), {
    message: "no such thing",
    name: "BasicError",
    problem: "not-found",
  });
});
