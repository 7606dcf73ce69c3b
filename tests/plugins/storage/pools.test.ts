import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fillOf } from "../../../plugins/storage/src/capacity";
import type { Pool, Volume } from "../../../plugins/storage/src/model";
import { nextPartition } from "../../../plugins/storage/src/partitions";
import { POOL_TYPES, isComplete, parametersOf } from "../../../plugins/storage/src/pool-types";
import { bytesOf, sizeText } from "../../../plugins/storage/src/sizes";
import { offer } from "../../../plugins/storage/src/use-offered";
import { usesOf } from "../../../plugins/storage/src/uses";

const GIB = 2 ** 30;
const pool = (members: Partial<Pool> = {}): Pool => ({ name: "p", active: true, persistent: true, autostart: false, ...members });
const volume = (members: Partial<Volume> = {}): Volume => ({ name: "v", pool: "P", ...members });

describe("fillOf", () => {
  test("what is left counts, not what the volumes say", () => {
    const fill = fillOf(pool({ capacity: 100, allocation: 10, available: 5 }), []);
    assert.deepEqual([fill?.percent, fill?.level, fill?.promised], [95, "high", 0]);
    assert.equal(fillOf(pool({ capacity: 100, available: 2 }), [])?.level, "full");
    assert.equal(fillOf(pool({ capacity: 100, available: 50 }), [])?.level, "fine");
  });

  test("volumes that may outgrow the pool are told", () => {
    assert.equal(fillOf(pool({ capacity: 100, available: 90 }), [volume({ capacity: 60 }), volume({ capacity: 50 })])?.promised, 110);
    assert.equal(fillOf(pool({ capacity: 100, available: 90 }), [volume({ capacity: 60 })])?.promised, 0);
  });

  test("one that does not run has none", () => assert.equal(fillOf(pool({ active: false, capacity: 100 }), []), undefined));
});

describe("usesOf", () => {
  test("machines name a disk by path or by pool and name, volumes by path", () => {
    const uses = usesOf(
      { P: pool({ name: "a/b" }) },
      { "P/v": volume({ path: "/x/v" }), "P/w": volume({ name: "w", path: "/x/w", backing: "/x/v" }) },
      { 1: { name: "one", state: "running", sources: ["/x/v", "/x/v"] }, 2: { name: "two", state: "shut off", sources: ["a/b/w", "/none"] } },
    );
    assert.deepEqual(uses.get("P/v"), { machines: [{ key: "1", name: "one" }], volumes: [{ key: "P/w", name: "w" }] });
    assert.deepEqual(uses.get("P/w"), { machines: [{ key: "2", name: "two" }], volumes: [] });
    assert.equal(uses.size, 2);
  });
});

describe("sizes", () => {
  test("are read as people type them", () => {
    assert.equal(bytesOf(" 1,5 ", "GiB"), 1.5 * GIB);
    for (const text of ["", "0", "-1", "1e9", "x", "1.2.3", "99999999999"]) assert.equal(bytesOf(text, "MiB"), undefined, text);
    assert.deepEqual(sizeText(20 * GIB), { text: "20", unit: "GiB" });
    assert.deepEqual(sizeText(GIB + 1), { text: "1025", unit: "MiB" });
  });
});

describe("POOL_TYPES", () => {
  test("the fields of a type and no others are sent, lists as lists", () => {
    const values = { hosts: " a:1 \n\n b ", source_name: "vms", target: "/left/over" };
    assert.deepEqual(parametersOf("rbd", values), { hosts: ["a:1", "b"], source_name: "vms" });
    assert.deepEqual(parametersOf("fs", { devices: "/dev/sdb1", target: "/x" }), { devices: ["/dev/sdb1"], target: "/x", source_format: "auto" });
    assert.equal(parametersOf("fs", { devices: "/dev/sdb1", target: "/x" }, true)["source_format"], "ext4");
    assert.equal(parametersOf("fs", { devices: "/dev/sdb1", target: "/x", source_format: "xfs" }, true)["source_format"], "xfs");
    assert.equal(isComplete("rbd", { hosts: "a" }), false);
    assert.equal(isComplete("mpath", {}), true);
    assert.equal(Object.keys(POOL_TYPES).length, 14);
  });

  test("what libvirt is without is not offered, and said", () => {
    const { types, note } = offer(["dir", "fs", "of-the-future"]);
    assert.deepEqual(types, ["dir", "fs"]);
    assert.match(note, /^Not offered.*Ceph \(RBD\).*ZFS/);
    assert.equal(offer(Object.keys(POOL_TYPES)).note, "");
  });

  test("a partition is called as libvirt will call it", () => {
    assert.equal(nextPartition("/dev/sdb", ["sdb1", "sdb3"]), "sdb2");
    assert.equal(nextPartition("/dev/nvme0n1", []), "nvme0n1p1");
    assert.equal(nextPartition("/dev/disk/by-id/x", []), "");
  });
});
