import assert from "node:assert/strict";
import { test } from "node:test";
import type { Networks, Settings } from "../../../plugins/networks/src/model";
import { devicesFor, draftOf, isIncomplete, newDraft, settingsOf } from "../../../plugins/networks/src/settings-form";

const STORED: Settings = {
  mode: "nat", bridge: "virbr5", mtu: 9000, domain: "lab.example", domain_local: true, dns: true, forwarders: ["9.9.9.9", "1.1.1.1"],
  ipv4: "10.1.0.1/24", ipv6: "fd00::1/64",
};

test("what is stored goes through the form unchanged", () => {
  assert.deepEqual(settingsOf(draftOf(STORED)), STORED);
});

test("what the mode does not have is not sent", () => {
  assert.deepEqual(settingsOf({ ...draftOf(STORED), mode: "bridge", bridge: " br0 " }), { mode: "bridge", bridge: "br0", mtu: 9000 });
  assert.deepEqual(settingsOf({ ...draftOf(STORED), mode: "macvtap", device: "eno1", mtu: "" }), { mode: "macvtap", device: "eno1", sharing: "bridge" });
  assert.deepEqual(settingsOf({ ...draftOf(STORED), mode: "hostdev", device: "eno1", mtu: "" }), { mode: "hostdev", device: "eno1" });
  assert.equal(settingsOf({ ...draftOf(STORED), mode: "open", device: "eno1" }).device, undefined);
});

test("a new network has a subnet that no other has", () => {
  assert.equal(newDraft({}).ipv4, "192.168.100.1/24");
  const networks = { a: { addresses: ["192.168.100.1/24", "fd00::1/64"] } } as unknown as Networks;
  const draft = newDraft(networks);
  assert.deepEqual([draft.ipv4, draft.ipv4_start, draft.ipv4_end], ["192.168.101.1/24", "192.168.101.100", "192.168.101.254"]);
});

test("what is missing is known before anybody is asked", () => {
  const draft = newDraft({});
  assert.equal(isIncomplete(draft), false);
  assert.deepEqual([{ mode: "bridge" }, { mode: "macvtap" }, { mode: "hostdev" }, { mtu: "x" }].map((part) => isIncomplete({ ...draft, ...part })), [true, true, true, true]);
  assert.equal(isIncomplete({ ...draft, mode: "bridge", bridge: "br0" }), false);
});

test("devices are the host's own, and for SR-IOV those with virtual functions", () => {
  const devices = {
    net_eno1: { type: "net", interface: "eno1", parent: "pci_1" },
    net_eno2: { type: "net", interface: "eno2", parent: "pci_2" },
    net_lo: { type: "net", interface: "lo" },
    net_vnet0: { type: "net", interface: "vnet0" },
    net_virbr0: { type: "net", interface: "virbr0" },
    pci_1: { type: "pci", virtual_functions: "8" },
    pci_2: { type: "pci" },
  };
  const networks = { a: { bridge: "virbr0" } } as unknown as Networks;
  assert.deepEqual(devicesFor("nat", devices, networks), ["eno1", "eno2"]);
  assert.deepEqual(devicesFor("hostdev", devices, networks), ["eno1"]);
});
