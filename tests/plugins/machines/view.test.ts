import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Domain, DomainState, Domains } from "../../../plugins/machines/src/model";
import { DEFAULT_VIEW, type View, countStates, formatView, parseView, select, tagsOf } from "../../../plugins/machines/src/list/view";

const domain = (name: string, part: Partial<Domain> = {}): Domain => ({
  name,
  state: "running",
  vcpus: 1,
  memory: 1 << 30,
  max_memory: 1 << 30,
  persistent: true,
  autostart: false,
  managed_save: false,
  ...part,
});

const view = (part: Partial<View>): View => ({ ...DEFAULT_VIEW, ...part });
const names = (domains: Domains, part: Partial<View>, samples = {}) =>
  select(domains, view(part), { samples }).map(([, { name }]) => name);

describe("select", () => {
  const domains: Domains = {
    k1: domain("web-10", { state: "shut off", vcpus: 2, memory: 4 << 20 }),
    k2: domain("web-2", { state: "running", vcpus: 8, memory: 2 << 20, title: "Front end ΑΘΗΝΑ" }),
    k3: domain("Web-1", { state: "crashed", vcpus: 4, memory: 8 << 20 }),
    k4: domain("db", { state: "paused", vcpus: 1, memory: 1 << 20 }),
  };

  test("names sort as people count", () => assert.deepEqual(names(domains, {}), ["db", "Web-1", "web-2", "web-10"]));

  test("down is the other way round", () =>
    assert.deepEqual(names(domains, { descending: true }), ["web-10", "web-2", "Web-1", "db"]));

  test("states sort as the table of states does, equal ones by name", () =>
    assert.deepEqual(names(domains, { column: "state" }), ["web-2", "db", "Web-1", "web-10"]));

  test("memory sorts by size", () =>
    assert.deepEqual(names(domains, { column: "memory", descending: true }), ["Web-1", "web-10", "web-2", "db"]));

  test("processors sort by load, and without one by number", () => {
    assert.deepEqual(names(domains, { column: "cpu", descending: true }), ["web-2", "Web-1", "web-10", "db"]);
    const samples = { k4: [90, 1], k2: [3, 1] };
    assert.deepEqual(names(domains, { column: "cpu", descending: true }, samples), ["db", "web-2", "Web-1", "web-10"]);
  });

  test("the filter looks into names and titles, without regard to case, in any script", () => {
    assert.deepEqual(names(domains, { text: " WEB-1 " }), ["Web-1", "web-10"]);
    assert.deepEqual(names(domains, { text: "front" }), ["web-2"]);
    assert.deepEqual(names(domains, { text: "αθηνα" }), ["web-2"]);
    assert.deepEqual(names(domains, { text: "web", state: "shut off" }), ["web-10"]);
    assert.deepEqual(names(domains, { text: "nowhere" }), []);
  });

  test("tags, addresses and connections sort, with those that have none below", () => {
    const some: Domains = {
      a: domain("a", { addresses: ["192.0.2.10"], tags: ["web"] }),
      b: domain("b"),
      c: domain("c", { addresses: ["192.0.2.9", "2001:db8::1"], tags: ["db", "old"] }),
    };
    assert.deepEqual(names(some, { column: "addresses" }), ["c", "a", "b"]);
    assert.deepEqual(names(some, { column: "tags" }), ["c", "a", "b"]);
    const connectionOf = (key: string) => ({ a: "z", b: "y", c: "x" })[key] ?? "";
    const on = (part: Partial<View>) => select(some, view(part), { connectionOf }).map(([key]) => key);
    assert.deepEqual(on({ column: "connection" }), ["c", "b", "a"]);
    assert.deepEqual(on({ connection: "y" }), ["b"]);
  });

  test("the filters are of text, also of tags and addresses, state, tag and connection", () => {
    const some: Domains = { a: domain("a", { addresses: ["192.0.2.10"], tags: ["Web 1"] }), b: domain("b", { tags: ["web"] }) };
    assert.deepEqual(names(some, { text: "web 1" }), ["a"]);
    assert.deepEqual(names(some, { text: "192.0.2" }), ["a"]);
    assert.deepEqual(names(some, { tag: "web" }), ["b"]);
    assert.deepEqual(tagsOf(some), ["web", "Web 1"]);
  });

  test("the filter takes a name as it is, not as a pattern", () => {
    const odd: Domains = { a: domain("-rf"), b: domain("$(id)"), c: domain("a'b\"<&>"), d: domain("😀"), e: domain("1") };
    for (const { name } of Object.values(odd)) assert.deepEqual(names(odd, { text: name }), [name]);
    assert.deepEqual(names(odd, { text: ".*" }), []);
  });

  test("machines of one name keep their places", () => {
    const twins: Domains = { z: domain("twin"), a: domain("twin"), m: domain("twin") };
    assert.deepEqual(select(twins, DEFAULT_VIEW).map(([key]) => key), ["a", "m", "z"]);
  });

  test("two thousand machines take little time", () => {
    const many = Object.fromEntries(Array.from({ length: 2000 }, (_each, index) => [`key-${index}`, domain(`vm-${index % 997}`)]));
    const started = performance.now();
    assert.equal(select(many, view({ text: "vm" })).length, 2000);
    assert.ok(performance.now() - started < 1000);
  });
});

describe("countStates", () => {
  test("names only states that occur, in the table's order", () => {
    const of = (...states: DomainState[]) => Object.fromEntries(states.map((state, index) => [`${index}`, domain("x", { state })]));
    assert.deepEqual(countStates(of("shut off", "running", "shut off", "paused")), [["running", 1], ["paused", 1], ["shut off", 2]]);
    assert.deepEqual(countStates({}), []);
  });
});

describe("the view in the address", () => {
  test("what is written is read again", () => {
    const views: View[] = [
      DEFAULT_VIEW,
      { ...DEFAULT_VIEW, text: "a&b=c #?", state: "shut off", column: "memory", descending: true },
      { ...DEFAULT_VIEW, state: "running", tag: "a b", connection: "qemu:///system", descending: true },
      { ...DEFAULT_VIEW, text: "😀", column: "addresses" },
    ];
    for (const each of views) assert.deepEqual(parseView(formatView(each)), each);
  });

  test("the usual view leaves the address alone", () => assert.deepEqual(formatView(DEFAULT_VIEW), {}));

  test("what makes no sense counts as not there", () => {
    for (const options of [{ sort: "colour" }, { sort: "--cpu" }, { sort: ["", "x"] }, { state: "exploded" }, { other: "1" }])
      assert.deepEqual(parseView(options), DEFAULT_VIEW);
    assert.equal(parseView({ sort: ["-cpu", "name"] }).column, "cpu");
  });
});
