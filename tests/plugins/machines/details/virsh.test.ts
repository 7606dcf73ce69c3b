import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { describe, test } from "node:test";
import { quoted, virshText } from "../../../../plugins/machines/src/details/virsh";

const ID = "00000000-0000-4000-8000-000000000001";
const URI = "qemu:///system";

/** The words that a shell makes of a line. */
const words = (line: string) => execFileSync("sh", ["-c", `printf '%s\\0' ${line}`], { encoding: "utf8" }).split("\0").slice(0, -1);

describe("virsh commands", () => {
  test("a machine is its UUID", () => assert.equal(virshText(URI, "domain_start", ID), `virsh --connect=qemu:///system start ${ID}`));

  for (const name of ["-rf", "$(id)", "a b", "ü", "`id`", "'", "a'b\"<&>;\\", "--all", "!x", "*", "x".repeat(200), "a\nb"]) {
    test(`a shell takes ${JSON.stringify(name.slice(0, 20))} as one word behind its option`, () => {
      assert.deepEqual(words(virshText(URI, "domain_rename", ID, { name })), [
        "virsh", "--connect=qemu:///system", "domrename", `--domain=${ID}`, `--new-name=${name}`,
      ]);
      assert.deepEqual(words(quoted(name)), [name]);
    });
  }

  test("what takes several commands has a line for each", () => {
    const lines = virshText(URI, "domain_delete", ID, { running: true, storage: ["vda"] }).split("\n");
    assert.deepEqual(lines.map((line) => line.split(" ")[2]), ["destroy", "undefine"]);
    assert.ok(lines[1]?.endsWith("--storage=vda"));
  });

  test("what virsh has no command for has no text", () => assert.equal(virshText(URI, "domain_clone", ID), ""));
});
