import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeControl, encodeControl, type Message } from "../../../plugins/base1/src/frames";
import type { Control } from "../../../plugins/base1/src/json";
import { FrameRouter, type FrameWindow } from "../../../plugins/shell/src/router";

const NAME = "cockpit1:localhost/machines";

class Frame implements FrameWindow {
  readonly got: Message[] = [];

  postMessage(message: Message, origin: string): void {
    assert.equal(origin, "http://h");
    this.got.push(message);
  }

  get controls(): (Control | null)[] {
    return this.got.map((message) => decodeControl(String(message).slice(1)));
  }
}

function router() {
  const sent: Message[] = [];
  const asked: unknown[] = [];
  const made = new FrameRouter(
    "http://h",
    {
      send: (message) => sent.push(message),
      wait: (callback) => callback({ command: "init", version: 1, "channel-seed": "4:", host: "other", "csrf-token": "t" }),
    },
    {
      jump: (location, from) => asked.push(["jump", location, from]),
      hint: (hint, from) => asked.push(["hint", hint["hint"], from]),
      notify: (notice, from) => asked.push(["notify", notice["page_status"], from]),
      oops: (from, reason) => asked.push(["oops", from, reason]),
    },
  );
  const frame = (name = NAME) => {
    const window = new Frame();
    made.fromFrame('\n{"command":"init","version":1}', window, name);
    return window;
  };
  return { router: made, sent, asked, frame };
}

test("a frame's init is answered with the gateway's, a seed of its own and its host", () => {
  const { frame, sent } = router();
  const [one, two] = [frame(), frame("cockpit1:localhost/terminal")];
  assert.deepEqual(one.controls, [{ command: "init", version: 1, "channel-seed": "4:1!", host: "localhost", "csrf-token": "t" }]);
  assert.equal(two.controls[0]?.["channel-seed"], "4:2!");
  assert.deepEqual(sent, []);
});

test("opens get the frame's group, everything else of a channel goes as it is", () => {
  const { router: made, frame, sent } = router();
  const window = frame();
  made.fromFrame('\n{"command":"open","channel":"4:1!1","payload":"echo","group":"mine"}', window, NAME);
  made.fromFrame("4:1!1\ntext", window, NAME);
  made.fromFrame(new Uint8Array([52, 10, 255]), window, NAME);
  made.fromFrame('\n{"command":"close","channel":"4:1!1"}', window, NAME);
  assert.deepEqual(decodeControl(String(sent[0]).slice(1)), { command: "open", channel: "4:1!1", payload: "echo", group: NAME });
  assert.deepEqual(sent.slice(1), ["4:1!1\ntext", new Uint8Array([52, 10, 255]), '\n{"command":"close","channel":"4:1!1"}']);
});

test("the gateway's frames reach the frame whose channel it is, and only that", () => {
  const { router: made, frame } = router();
  const [one, two] = [frame(), frame("cockpit1:localhost/terminal")];
  assert.equal(made.fromGateway("4:2!1\nx", "4:2!1", null), true);
  assert.equal(made.fromGateway('\n{"command":"ready","channel":"4:1!1"}', "4:1!1", { command: "ready", channel: "4:1!1" }), true);
  assert.equal(made.fromGateway("4:9\nx", "4:9", null), false, "the shell's own");
  assert.equal(made.fromGateway("4:7!1\nx", "4:7!1", null), true, "a frame that is gone");
  assert.deepEqual(one.got.slice(1), ['\n{"command":"ready","channel":"4:1!1"}']);
  assert.deepEqual(two.got.slice(1), ["4:2!1\nx"]);
});

test("control messages without a channel reach every frame, but not the gateway's init", () => {
  const { router: made, frame } = router();
  const [one, two] = [frame(), frame("cockpit1:localhost/terminal")];
  for (const command of ["init", "ping"]) assert.equal(made.fromGateway(encodeControl({ command }), "", { command }), false);
  for (const window of [one, two]) assert.deepEqual(window.controls.slice(1), [{ command: "ping" }]);
});

test("an unloaded page's channels are closed, and nothing of it goes on", () => {
  const { router: made, frame, sent } = router();
  const window = frame();
  made.gone(window);
  made.gone(window);
  assert.deepEqual(sent, [encodeControl({ command: "kill", group: NAME })]);
  made.fromFrame("4:1!1\nlate", window, NAME);
  made.fromFrame('\n{"command":"open","channel":"4:1!2"}', window, NAME);
  assert.equal(sent.length, 1);
  made.fromFrame('\n{"command":"init","version":1}', window, NAME);
  assert.equal(window.controls.at(-1)?.["channel-seed"], "4:2!");
});

test("an empty message is a page that closes", () => {
  const { router: made, frame, sent } = router();
  made.fromFrame("", frame(), NAME);
  assert.deepEqual(sent, [encodeControl({ command: "kill", group: NAME })]);
});

test("what is for the shell stays with it, logout and kill go on, the rest goes nowhere", () => {
  const { router: made, frame, sent, asked } = router();
  const window = frame();
  made.fromFrame('\n{"command":"jump","location":"/a#/b","host":"localhost"}', window, NAME);
  made.fromFrame('\n{"command":"hint","hint":"location"}', window, NAME);
  made.fromFrame('\n{"command":"notify","page_status":null}', window, NAME);
  made.fromFrame('\n{"command":"oops","message":"why"}', window, NAME);
  for (const junk of ["no newline", "\n", "\n[]", '\n{"command":"ping"}', '\n{"command":"authorize"}']) made.fromFrame(junk, window, NAME);
  made.fromFrame('\n{"command":"logout"}', window, NAME);
  assert.deepEqual(asked, [["jump", "/a#/b", NAME], ["hint", "location", NAME], ["notify", null, NAME], ["oops", NAME, "why"]]);
  assert.deepEqual(sent, ['\n{"command":"logout"}']);
});

test("when the connection is lost every frame's is", () => {
  const { router: made, frame } = router();
  const window = frame();
  made.disconnected();
  assert.equal(window.got.at(-1), "");
});
