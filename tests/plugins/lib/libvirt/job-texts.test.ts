import assert from "node:assert/strict";
import { test } from "node:test";
import { percentOf, sortedJobs, stateOf, titleOf } from "../../../../plugins/lib/libvirt/job-texts";
import type { Job } from "../../../../plugins/lib/libvirt/model";

const RUNNING: Job = { method: "domain_clone", key: "uuid", name: "$0 <b>", started: 1, state: "running" };

test("a job is called by what it does to what, whatever that is called", () => {
  assert.equal(titleOf(RUNNING), "Cloning $0 <b>");
  assert.equal(titleOf({ ...RUNNING, method: "of_the_future", name: "" }), "Work on uuid");
});

test("percent are told where somebody can tell", () => {
  assert.equal(percentOf(RUNNING), undefined);
  assert.equal(percentOf({ ...RUNNING, done: 1, total: 3 }), 33);
  assert.equal(percentOf({ ...RUNNING, done: 9, total: 3 }), 100);
  assert.equal(percentOf({ ...RUNNING, state: "done" }), 100);
  assert.equal(percentOf({ ...RUNNING, state: "failed", done: 1, total: 2 }), 50);
});

test("how it is, is said in a sentence", () => {
  assert.equal(stateOf({ ...RUNNING, text: "a b-vda.qcow2" }), "a b-vda.qcow2");
  assert.match(stateOf({ ...RUNNING, cancelling: true }), /^Cancelling/);
  assert.equal(stateOf({ ...RUNNING, state: "failed", message: "No space left on device" }), "Failed: No space left on device");
  assert.match(stateOf({ ...RUNNING, state: "interrupted" }), /still there/);
  assert.match(stateOf({ ...RUNNING, state: "interrupted", text: "a b-vda.qcow2" }), /It was at a b-vda.qcow2: look for that/);
});

test("an upload that was interrupted names the volume that is incomplete", () => {
  const upload: Job = { ...RUNNING, method: "volume_upload", state: "interrupted" };
  assert.equal(titleOf(upload), "Upload into $0 <b>");
  assert.match(stateOf(upload), /^Interrupted.*The volume \$0 <b> is still there and incomplete/);
});

test("what runs stands first, then the newest", () => {
  const jobs = {
    old: { ...RUNNING, state: "done", ended: 5 },
    run: RUNNING,
    new: { ...RUNNING, state: "failed", ended: 9 },
  } as const;
  assert.deepEqual(sortedJobs(jobs).map(([id]) => id), ["run", "new", "old"]);
});
