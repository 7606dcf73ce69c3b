import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { describe, test } from "node:test";
import { shellText } from "../../../../plugins/lib/libvirt/shell-words";

/** The words that a shell makes of a line. */
const words = (line: string) => execFileSync("sh", ["-c", `printf '%s\\0' ${line}`], { encoding: "utf8" }).split("\0").slice(0, -1);

describe("shellText", () => {
  for (const name of ["-rf", "$(id)", "a b", "ü", "`id`", "'", "a'b\"<&>;\\", "--all", "!x", "*", "~", "", "x".repeat(200), "a\nb"]) {
    test(`a shell takes ${JSON.stringify(name.slice(0, 20))} as the word it is`, () => {
      const argv = ["virsh", "domrename", `--new-name=${name}`, name];
      assert.deepEqual(words(shellText(argv)), argv);
    });
  }
});
