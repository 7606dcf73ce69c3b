import assert from "node:assert/strict";
import { test } from "node:test";
import { fileOf } from "../../../plugins/lib/language";

test("a language's file is named as translations are", () => {
  assert.deepEqual(["de", "pt-br", "pt_BR", "DE"].map(fileOf), ["po.de.js", "po.pt_BR.js", "po.pt_BR.js", "po.de.js"]);
});
