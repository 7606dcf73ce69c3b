import assert from "node:assert/strict";
import { test } from "node:test";
import { Navigator } from "../../../plugins/shell/src/navigator";

class FakeWindow {
  location = { pathname: "/", search: "", hash: "" };
  history = {
    pushState: (_state: unknown, _title: string, url: string) => this.#visit("push", url),
    replaceState: (_state: unknown, _title: string, url: string) => this.#visit("replace", url),
  };
  readonly steps: [string, string][] = [];
  #popped = () => {};

  addEventListener(_type: string, listener: () => void): void {
    this.#popped = listener;
  }

  #visit(how: string, url: string): void {
    this.steps.push([how, url]);
    this.show(url);
  }

  show(url: string): void {
    const [pathname = "", hash] = url.split("#");
    this.location = { pathname, search: "", hash: hash === undefined ? "" : `#${hash}` };
  }

  back(url: string): void {
    this.show(url);
    this.#popped();
  }
}

test("going is a step in the history, following a page is none, and listeners hear of both and of back", () => {
  const window = new FakeWindow();
  const navigator = new Navigator("", window as unknown as Window);
  const heard: string[] = [];
  const stop = navigator.subscribe(() => heard.push(navigator.place.component));
  navigator.go({ component: "machines", hash: "" }, { replace: true });
  navigator.go({ component: "terminal", hash: "" });
  navigator.go({ component: "terminal", hash: "" });
  navigator.go({ component: "terminal", hash: "/x" }, { replace: true });
  window.back("/machines");
  stop();
  navigator.go({ component: "terminal", hash: "" });
  assert.deepEqual(window.steps, [["replace", "/machines"], ["push", "/terminal"], ["replace", "/terminal#/x"], ["push", "/terminal"]]);
  assert.deepEqual(heard, ["machines", "terminal", "terminal", "machines"]);
});

test("it starts where the address bar is", () => {
  const window = new FakeWindow();
  window.show("/terminal#/a");
  assert.deepEqual(new Navigator("", window as unknown as Window).place, { component: "terminal", hash: "/a" });
});

for (const address of ["/#token=secret", "/terminal#token=secret"]) {
  test(`the token of ${address} is neither a place nor kept in the address`, () => {
    const window = new FakeWindow();
    window.show(address);
    const { place } = new Navigator("", window as unknown as Window);
    assert.equal(place.hash, "");
    assert.deepEqual(window.steps, [["replace", address.split("#")[0]]]);
    window.back(address);
    assert.equal(window.location.hash, "");
  });
}
