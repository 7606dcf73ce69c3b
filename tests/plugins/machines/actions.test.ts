import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ACTIONS, offers } from "../../../plugins/machines/src/actions";
import type { Domain, DomainState } from "../../../plugins/machines/src/model";
import { STATE_ORDER } from "../../../plugins/machines/src/states";

const domain = (state: DomainState, persistent = true): Domain => ({
  name: "web", state, vcpus: 1, memory: 1, max_memory: 1, persistent, autostart: false, managed_save: false,
});
const everything = Object.fromEntries(ACTIONS.map(({ method }) => [method, true as const]));
const labels = (state: DomainState) => {
  const { primary, others } = offers(domain(state), everything);
  return [primary?.action.label ?? null, ...others.map(({ action }) => action.label)];
};

describe("offers", () => {
  const table: Record<DomainState, (string | null)[]> = {
    "running": ["Shut down", "Pause", "Reboot", "Reset", "Force off"],
    "blocked": ["Shut down", "Pause", "Reboot", "Reset", "Force off"],
    "paused": ["Resume", "Reset", "Force off"],
    "suspended": [null, "Force off"],
    "shutting down": [null, "Force off"],
    "shut off": ["Start"],
    "crashed": [null, "Force off"],
    "no state": ["Start"],
  };
  for (const state of STATE_ORDER) {
    test(`a machine that is ${state}`, () => assert.deepEqual(labels(state), table[state]));
  }

  test("what the host refuses is told with its reason", () => {
    const { primary } = offers(domain("shut off"), { ...everything, domain_start: "This connection is read-only." });
    assert.equal(primary?.refused, "This connection is read-only.");
  });

  test("what the host does not speak of is refused", () => assert.ok(offers(domain("shut off"), {}).primary?.refused));
});

describe("loss", () => {
  const lossy = (state: DomainState, persistent: boolean) => {
    const machine = domain(state, persistent);
    return ACTIONS.filter((action) => action.from.has(state) && action.loss(machine) !== undefined).map(({ label }) => label);
  };

  test("what loses data asks first", () => assert.deepEqual(lossy("running", true), ["Reset", "Force off"]));

  test("so does what loses a temporary machine", () =>
    assert.deepEqual(lossy("running", false), ["Shut down", "Reset", "Force off"]));
});
