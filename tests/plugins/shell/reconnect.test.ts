import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { look, Reconnect, type Verdict } from "../../../plugins/shell/src/reconnect";

Object.assign(globalThis, {
  document: { querySelector: () => null },
  window: { location: { pathname: "/", origin: "http://a" } },
});

const CASES: [number | null, number | null, Verdict | null][] = [
  [null, null, null],
  [502, null, null],
  [200, 200, "back"],
  [200, 401, "login-needed"],
  [200, 503, null],
  [200, null, null],
];
for (const [ping, login, verdict] of CASES) {
  test(`ping ${ping}, login ${login}: ${verdict}`, async (t) => {
    const asked: string[] = [];
    t.mock.method(globalThis, "fetch", (url: string) => {
      asked.push(url);
      const status = url === "/ping" ? ping : login;
      return status === null ? Promise.reject(new TypeError("no")) : Promise.resolve({ status });
    });
    assert.equal(await look(), verdict);
    assert.deepEqual(asked, ping === 200 ? ["/ping", "/cockpit/login"] : ["/ping"]);
  });
}

const OBSTACLES: [number, object, Verdict][] = [
  [200, { problem: "origin" }, "origin"],
  [200, { problem: null }, "proxy"],
  [404, {}, "back"],
];
for (const [status, answer, verdict] of OBSTACLES) {
  test(`a connection that never opened, ${status} ${JSON.stringify(answer)}: ${verdict}`, async (t) => {
    const asked: string[] = [];
    t.mock.method(globalThis, "fetch", (url: string) => {
      asked.push(url);
      const isLast = url.includes("diagnosis");
      return Promise.resolve({ status: isLast ? status : 200, json: () => Promise.resolve(answer) });
    });
    assert.equal(await look(false), verdict);
    assert.equal(asked.at(-1), "/cockpit/diagnosis?origin=http%3A%2F%2Fa");
  });
}

test("it looks at longer and longer intervals until there is a verdict, then no more", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    const answers: (Verdict | null)[] = [null, null, null, "back"];
    const looks: number[] = [];
    const verdicts: Verdict[] = [];
    let seconds = 0;
    new Reconnect((verdict) => verdicts.push(verdict), () => {
      looks.push(seconds);
      return Promise.resolve(answers.shift() ?? null);
    });
    for (; seconds < 60; ) {
      seconds += 1;
      mock.timers.tick(1000);
      for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
    }
    assert.deepEqual(looks, [1, 3, 7, 15]);
    assert.deepEqual(verdicts, ["back"]);
  } finally {
    mock.timers.reset();
  }
});

test("ended, it neither looks nor tells", async () => {
  const verdicts: Verdict[] = [];
  let answer!: (verdict: Verdict) => void;
  const reconnect = new Reconnect((verdict) => verdicts.push(verdict), () => new Promise((resolve) => (answer = resolve)));
  const looking = reconnect.now();
  reconnect.end();
  answer("back");
  await looking;
  await reconnect.now();
  assert.deepEqual(verdicts, []);
});
