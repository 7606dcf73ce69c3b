import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Closed, ShellSession, shellOptions } from "../../../plugins/terminal/src/shell-session";

class FakeChannel {
  typed: Uint8Array[] = [];
  controls: unknown[] = [];
  closed: string | undefined;
  #listeners: Record<string, (event: unknown, value?: unknown) => void> = {};

  constructor(readonly options: Record<string, unknown>) {}
  send(data: Uint8Array) {
    this.typed.push(data);
    return true;
  }
  control(message: unknown) {
    this.controls.push(message);
    return true;
  }
  close(reason?: string) {
    this.closed = reason;
  }
  addEventListener(name: string, listener: (event: unknown, value?: unknown) => void) {
    this.#listeners[name] = listener;
  }
  happens(name: string, value?: unknown) {
    this.#listeners[name]?.({}, value);
  }
}

const ACCOUNT = { home: "/home/ada", shell: "/bin/bash" };

function setUp(user: () => Promise<typeof ACCOUNT> = () => Promise.resolve(ACCOUNT)) {
  const channels: FakeChannel[] = [];
  const session = new ShellSession({
    user,
    open: (options) => {
      const channel = new FakeChannel(options);
      channels.push(channel);
      return channel;
    },
  });
  const output: Uint8Array[] = [];
  session.onOutput = (data) => output.push(data);
  return { session, channels, output };
}

const ended = (session: ShellSession): Closed => {
  const state = session.getSnapshot();
  assert.equal(state.phase, "ended");
  return state.phase === "ended" ? state.closed : {};
};

describe("a session", () => {
  test("starts the user's shell as a login shell at home, on a terminal of the screen's size", async () => {
    const { session, channels } = setUp();
    session.resize({ rows: 50, cols: 132 });
    await session.start();
    assert.deepEqual(channels[0]?.options, {
      payload: "stream",
      binary: true,
      spawn: ["/bin/bash", "-l"],
      pty: true,
      window: { rows: 50, cols: 132 },
      environ: ["TERM=xterm-256color", "COLORTERM=truecolor"],
      directory: "/home/ada",
    });
    assert.equal(session.getSnapshot().phase, "starting");
    channels[0]?.happens("ready");
    assert.equal(session.getSnapshot().phase, "running");
  });

  test("keeps what is typed before the account is known, in order and within bounds", async () => {
    const known: ((account: typeof ACCOUNT) => void)[] = [];
    const { session, channels } = setUp(() => new Promise((resolve) => known.push(resolve)));
    const said = () => channels.map(({ typed }) => typed.map((bytes) => new TextDecoder().decode(bytes)));
    session.type("lost: nothing was started");
    const started = session.start();
    session.type("ec");
    session.typeBytes("ho");
    session.type("x".repeat(16 * 1024));
    known[0]?.(ACCOUNT);
    await started;
    session.type(" 1");
    assert.deepEqual(said(), [["ec", "ho", " 1"]]);

    const again = session.start();
    session.type("for the one that is left at once");
    session.end();
    const last = session.start();
    for (const resolve of known.slice(1)) resolve(ACCOUNT);
    await Promise.all([again, last]);
    assert.deepEqual(said(), [["ec", "ho", " 1"], []]);
  });

  test("passes bytes on as they are, wherever they are cut", async () => {
    const { session, channels, output } = setUp();
    await session.start();
    const euro = new TextEncoder().encode("€");
    channels[0]?.happens("message", euro.slice(0, 1));
    channels[0]?.happens("message", euro.slice(1));
    assert.deepEqual(output, [euro.slice(0, 1), euro.slice(1)]);
  });

  test("types text as UTF-8, and mouse reports byte by byte", async () => {
    const { session, channels } = setUp();
    session.type("lost, there is no shell yet");
    await session.start();
    session.type("€\r");
    session.typeBytes("\x1b[M\xff");
    assert.deepEqual(channels[0]?.typed, [new Uint8Array([0xe2, 0x82, 0xac, 13]), new Uint8Array([27, 91, 77, 255])]);
  });

  test("tells the shell of another size, once", async () => {
    const { session, channels } = setUp();
    await session.start();
    session.resize({ rows: 24, cols: 80 });
    session.resize({ rows: 30, cols: 90 });
    session.resize({ rows: 30, cols: 90 });
    assert.deepEqual(channels[0]?.controls, [{ command: "options", window: { rows: 30, cols: 90 } }]);
  });

  test("says how the shell ended, and can be started again", async () => {
    const { session, channels } = setUp();
    await session.start();
    channels[0]?.happens("ready");
    channels[0]?.happens("close", { "exit-status": 3 });
    assert.deepEqual(ended(session), { "exit-status": 3 });
    session.type("into the void");
    await session.start();
    assert.equal(channels.length, 2);
    assert.equal(channels[0]?.typed.length, 0);
  });

  test("a new start ends the shell before, and hears no more of it", async () => {
    const { session, channels, output } = setUp();
    await session.start();
    await session.start();
    assert.equal(channels[0]?.closed, "terminated");
    channels[0]?.happens("message", new Uint8Array([1]));
    channels[0]?.happens("close", { problem: "terminated" });
    assert.deepEqual(output, []);
    assert.equal(session.getSnapshot().phase, "starting");
  });

  test("two starts at once open one shell", async () => {
    const { session, channels } = setUp();
    await Promise.all([session.start(), session.start()]);
    assert.equal(channels.length, 1);
  });

  test("an end while the user is asked for opens none", async () => {
    const { session, channels } = setUp();
    const starting = session.start();
    session.end();
    await starting;
    assert.equal(channels.length, 0);
    assert.equal(session.getSnapshot().phase, "idle");
  });

  test("a user that cannot be had is an end with the problem", async () => {
    const { session } = setUp(() => Promise.reject(Object.assign(new Error("gone"), { problem: "disconnected" })));
    await session.start();
    assert.equal(ended(session).problem, "disconnected");
  });
});

describe("shellOptions", () => {
  const spawned = (shell: string) => shellOptions({ home: "/", shell }, { rows: 1, cols: 1 })["spawn"];

  test("only shells that know it are told to be login shells", () => {
    assert.deepEqual(spawned("/usr/bin/zsh"), ["/usr/bin/zsh", "-l"]);
    assert.deepEqual(spawned("/opt/odd/shell"), ["/opt/odd/shell"]);
    assert.deepEqual(spawned("/usr/sbin/nologin"), ["/usr/sbin/nologin"]);
  });

  test("an account without a shell has /bin/sh", () => assert.deepEqual(spawned(""), ["/bin/sh", "-l"]));
});
