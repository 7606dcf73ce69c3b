import assert from "node:assert/strict";
import { before, test } from "node:test";
import { applicationStorage } from "../../../plugins/base1/src/storage";

class FakeStorage {
  readonly entries = new Map<string, string>();
  getItem = (key: string) => this.entries.get(key) ?? null;
  setItem = (key: string, value: string) => void this.entries.set(key, value);
  removeItem = (key: string) => void this.entries.delete(key);
  clear = () => this.entries.clear();
  key = (index: number) => [...this.entries.keys()][index] ?? null;
  get length(): number {
    return this.entries.size;
  }
}

before(() => {
  Object.assign(globalThis, { window: { location: { pathname: "/cockpit+app/@localhost/x/index.html" } }, document: { querySelector: () => null } });
});

test("keys are this application's; both means the plain key as well", () => {
  const plain = new FakeStorage();
  const storage = applicationStorage(() => plain as unknown as Storage);
  storage.setItem("a", "1");
  storage.setItem("b", "2", true);
  plain.setItem("c", "3");
  assert.deepEqual([...plain.entries], [["cockpit+app:a", "1"], ["cockpit+app:b", "2"], ["b", "2"], ["c", "3"]]);
  assert.deepEqual([storage.getItem("a"), storage.getItem("c"), storage.getItem("c", true)], ["1", null, "3"]);
  storage.removeItem("b", true);
  storage.clear();
  assert.deepEqual([...plain.entries.keys()], ["c"]);
  storage.clear(true);
  assert.equal(plain.length, 0);
});
