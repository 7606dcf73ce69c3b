import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { connection } from "../../../plugins/base1/src/connection";
import { isAdministrative, Superuser } from "../../../plugins/lib/superuser";
import { connected, settled, type FakeSocket } from "../base1/fake-socket";

afterEach(() => connection().close());

const META = { "cockpit.Superuser": { properties: { Current: { type: "s" }, Bridges: { type: "as" }, Methods: { type: "a{sv}" } }, methods: {}, signals: { Prompt: { in: ["s", "s", "s", "b", "s"] } } } };

async function followed(): Promise<{ superuser: Superuser; socket: FakeSocket; tell(values: object): void; channel: string }> {
  const socket = connected();
  const superuser = new Superuser();
  await settled();
  const channel = socket.controls("open")[0]!.channel!;
  socket.says({ command: "ready", channel });
  socket.data(channel, JSON.stringify({ meta: META }));
  const tell = (values: object) => socket.data(channel, JSON.stringify({ notify: { "/superuser": { "cockpit.Superuser": values } } }));
  return { superuser, socket, tell, channel };
}

test("what the bridge says is followed", async () => {
  const { superuser, tell } = await followed();
  assert.deepEqual(superuser.getSnapshot(), { current: null, methods: [], question: null });
  tell({ Current: "none", Bridges: ["sudo", "other"], Methods: { sudo: { t: "a{sv}", v: { label: { t: "s", v: "Sudo" } } } } });
  assert.deepEqual(superuser.getSnapshot().methods, [{ name: "sudo", label: "Sudo" }, { name: "other", label: "other" }]);
  assert.equal(isAdministrative(superuser.getSnapshot()), false);
  tell({ Current: "init" });
  assert.equal(isAdministrative(superuser.getSnapshot()), null);
  tell({ Current: "sudo" });
  assert.equal(isAdministrative(superuser.getSnapshot()), true);
});

test("a question is there until it is answered, or the start is over", async () => {
  const { superuser, socket, tell, channel } = await followed();
  tell({ Current: "none", Bridges: ["sudo"], Methods: {} });
  const started = superuser.start("sudo");
  const ask = (prompt: string, error: string) =>
    socket.data(channel, JSON.stringify({ signal: ["/superuser", "cockpit.Superuser", "Prompt", ["", prompt, "", false, error]] }));
  ask("Password:", "");
  assert.deepEqual(superuser.getSnapshot().question, { prompt: "Password:", said: "", echo: false });
  superuser.answer("guess").catch(() => {});
  assert.equal(superuser.getSnapshot().question, null);
  ask("Password:", "Sorry, try again.");
  assert.equal(superuser.getSnapshot().question?.said, "Sorry, try again.");
  const calls = socket.texts(channel).map((text) => JSON.parse(text)).filter(({ call }) => call);
  assert.deepEqual(calls.map(({ call }) => [call[2], call[3]]), [["Start", ["sudo"]], ["Answer", ["guess"]]]);
  socket.data(channel, JSON.stringify({ error: ["cockpit.Superuser.Error", ["no way"]], id: calls[0].id }));
  await assert.rejects(started, /no way/);
  assert.equal(superuser.getSnapshot().question, null);
});
