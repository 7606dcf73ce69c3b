import assert from "node:assert/strict";
import { test } from "node:test";
import { nextLoginKey } from "../../../plugins/shell/src/next-login";

test("the choice is kept where the login page looks for it: by user, and by host where that is another", () => {
  assert.equal(nextLoginKey("anna", "cockpit"), "superuser:anna");
  assert.equal(nextLoginKey("anna", "cockpit+=far.example.com"), "superuser:anna:far.example.com");
});
