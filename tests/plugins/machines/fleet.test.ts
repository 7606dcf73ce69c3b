import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Snapshot } from "../../../plugins/lib/rpc-connection";
import { type Backend, Fleet, joinKey, nameOf, splitKey } from "../../../plugins/machines/src/list/fleet";
import type { Domain, MachinesState, Samples } from "../../../plugins/machines/src/model";

const WEB = { name: "web" } as Domain;
const DB = { name: "db" } as Domain;

/** A back end that says what the test says. */
class Fake implements Backend {
  calls: [string, unknown][] = [];
  closed = false;
  #snapshot: Snapshot<MachinesState> = { status: { phase: "open" }, loaded: false, state: {} };
  #listeners = new Set<() => void>();
  #sampled = new Set<(rows: Samples) => void>();

  tell(state: Partial<MachinesState>): void {
    this.#snapshot = { ...this.#snapshot, state: { ...this.#snapshot.state, ...state } };
    for (const listener of this.#listeners) listener();
  }

  sample(rows: Samples): void {
    for (const listener of this.#sampled) listener(rows);
  }

  subscribe = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
  getSnapshot = () => this.#snapshot;
  onSample = (listener: (rows: Samples) => void) => {
    this.#sampled.add(listener);
    return () => this.#sampled.delete(listener);
  };
  call = async <T>(method: string, params: unknown): Promise<T> => {
    this.calls.push([method, params]);
    return undefined as T;
  };
  retry = () => undefined;
  close = () => {
    this.closed = true;
  };
}

function fleetOf() {
  const opened = new Map<string, Fake>();
  const fleet = new Fleet((uri) => {
    const backend = new Fake();
    opened.set(uri, backend);
    return backend;
  });
  const of = (uri: string) => opened.get(uri) ?? assert.fail(uri);
  return { fleet, of };
}

const uri = (text: string) => ({ uri: text, status: "connected" }) as MachinesState["connection"];

describe("Fleet", () => {
  test("one connection's machines are as they are", () => {
    const { fleet, of } = fleetOf();
    const domains = { u1: WEB };
    of("").tell({ domains });
    assert.equal(fleet.getSnapshot().domains, domains);
  });

  test("the same UUID on two connections is two machines, each called where it is", async () => {
    const { fleet, of } = fleetOf();
    fleet.connect(["qemu+ssh://me@host/system"]);
    of("").tell({ domains: { u1: WEB } });
    of("qemu+ssh://me@host/system").tell({ domains: { u1: DB } });
    const { domains } = fleet.getSnapshot();
    assert.deepEqual(Object.values(domains), [WEB, DB]);
    const key = joinKey("u1", "qemu+ssh://me@host/system");
    assert.equal(domains[key], DB);
    await fleet.call("domain_start", key, { paused: true });
    assert.deepEqual(of("qemu+ssh://me@host/system").calls, [["domain_start", { key: "u1", paused: true }]]);
    assert.deepEqual(of("").calls, []);
    assert.deepEqual(splitKey(key), ["u1", "qemu+ssh://me@host/system"]);
  });

  test("the map stays the same while no machine changed", () => {
    const { fleet, of } = fleetOf();
    fleet.connect(["b:///"]);
    of("").tell({ domains: { u1: WEB } });
    of("b:///").tell({ domains: { u2: DB } });
    const { domains } = fleet.getSnapshot();
    of("b:///").tell({ connection: uri("b:///") });
    assert.equal(fleet.getSnapshot().domains, domains);
  });

  test("a connection that the first one has turned out to be is not listed twice", () => {
    const { fleet, of } = fleetOf();
    fleet.connect(["qemu:///system"]);
    of("").tell({ connection: uri("qemu:///system"), domains: { u1: WEB } });
    of("qemu:///system").tell({ connection: uri("qemu:///system"), domains: { u1: WEB } });
    assert.equal(fleet.getSnapshot().members.length, 1);
    assert.deepEqual(Object.keys(fleet.getSnapshot().domains), ["u1"]);
  });

  test("one that is left takes its machines and samples along", () => {
    const { fleet, of } = fleetOf();
    const heard: [Samples, string][] = [];
    fleet.onSample((rows, id) => heard.push([rows, id]));
    fleet.connect(["b:///"]);
    of("b:///").tell({ domains: { u2: DB } });
    of("b:///").sample({ u2: [1, 2] });
    fleet.connect([]);
    assert.ok(of("b:///").closed);
    assert.deepEqual(fleet.getSnapshot().domains, {});
    assert.deepEqual(heard, [[{ "u2@b:///": [1, 2] }, "b:///"], [{}, "b:///"]]);
  });

  test("a call to a connection that is not there is refused", async () => {
    const { fleet } = fleetOf();
    await assert.rejects(fleet.call("domain_start", "u1@nowhere:///"), /not connected to nowhere/);
  });

  test("a member is called by its URI", () => {
    const { fleet, of } = fleetOf();
    of("").tell({ connection: uri("qemu:///session") });
    assert.deepEqual(fleet.getSnapshot().members.map(nameOf), ["qemu:///session"]);
  });
});
