import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { connection } from "../../../plugins/base1/src/connection";
import { permission } from "../../../plugins/base1/src/permission";
import { connected, settled } from "./fake-socket";

afterEach(() => connection().close());

const ANN = { id: 1000, gid: 100, name: "ann", full_name: "Ann", groups: ["users", "libvirt"], home: "/", shell: "/bin/sh" };
const ROOT = { ...ANN, id: 0 };

/** Answers as Ann's bridge does; `admin` says whether channels as root open. */
async function bridge(admin: boolean) {
  const socket = connected();
  await settled();
  const answered = new Set<string>();
  const state = { admin };
  const answer = async () => {
    await settled();
    for (const { channel = "", payload, superuser } of socket.controls("open")) {
      if (answered.has(channel)) continue;
      answered.add(channel);
      if (payload === "info") {
        const { full_name: fullname, id: uid, ...same } = ANN;
        socket.data(channel, JSON.stringify({ channels: {}, os_release: {}, user: { ...same, uid, fullname, group: "users" } }));
      } else if (payload === "null" && superuser === "require") {
        socket.says(state.admin ? { command: "ready", channel } : { command: "close", channel, problem: "access-denied" });
      }
    }
    await settled();
  };
  const bus = (message: object) => {
    const open = socket.controls("open").find(({ payload }) => payload === "dbus-json3");
    socket.data(open!.channel!, JSON.stringify(message));
  };
  return { socket, answer, bus, state };
}

test("unknown at first; membership of a group is known when the user is", async () => {
  const { answer } = await bridge(false);
  const [member, other, nothing] = [permission({ group: "libvirt" }), permission({ group: "wheel" }), permission()];
  const changed: string[] = [];
  member.addEventListener("changed", () => changed.push("member"));
  assert.equal(member.allowed, null);
  await answer();
  assert.deepEqual([member.allowed, other.allowed, nothing.allowed], [true, false, false]);
  assert.deepEqual(changed, ["member"]);
});

for (const admin of [true, false]) {
  test(`admin is ${admin} where a channel as root ${admin ? "opens" : "is refused"}, also without /superuser`, async () => {
    const { answer, bus } = await bridge(admin);
    const asked = permission({ admin: true });
    await answer();
    bus({ reply: [], id: "1" });
    await answer();
    assert.equal(asked.allowed, admin);
    assert.equal(asked.is_superuser, admin);
  });
}

test("administrative access that comes is noticed; a closed permission does not look", async () => {
  const { answer, bus, state } = await bridge(false);
  const [asked, closed] = [permission({ admin: true }), permission({ admin: true })];
  await answer();
  bus({ meta: { "cockpit.Superuser": { properties: { Current: { flags: "r", type: "s" } } } } });
  bus({ notify: { "/superuser": { "cockpit.Superuser": { Current: "none" } } } });
  await answer();
  closed.close();
  let changes = 0;
  asked.addEventListener("changed", () => void (changes += 1));
  state.admin = true;
  bus({ notify: { "/superuser": { "cockpit.Superuser": { Current: "init" } } } });
  bus({ notify: { "/superuser": { "cockpit.Superuser": { Current: "sudo" } } } });
  await answer();
  assert.deepEqual([asked.allowed, closed.allowed, changes], [true, false, 1]);
});

test("root may do everything; what is known already is not asked", async () => {
  const { answer, socket } = await bridge(false);
  const asked = permission({ group: "wheel", user: ROOT });
  await answer();
  assert.equal(asked.allowed, true);
  const opened = socket.controls("open").length;
  assert.equal(permission({ user: ROOT, _is_superuser: false }).allowed, true);
  assert.equal(permission({ user: ANN, _is_superuser: true, admin: true }).allowed, true);
  assert.equal(permission({ user: ANN, _is_superuser: true }).allowed, false);
  assert.equal(socket.controls("open").length, opened);
});
