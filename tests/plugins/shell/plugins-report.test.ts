import assert from "node:assert/strict";
import { test } from "node:test";
import { pluginsReport, shadowsOthers } from "../../../plugins/shell/src/plugins-report";

const place = (origin: string) => ({ name: "backup", version: "2", folder: `/${origin}/backup`, origin });

test("A user's plugin that stands before another's is told from one that stands before none", () => {
  const { plugins } = pluginsReport({
    plugins: [
      { ...place("user"), shadows: [place("system")] },
      { ...place("user"), shadows: [place("user")] },
      { ...place("built-in"), shadows: [place("user")] },
      { ...place("user"), shadows: [] },
    ],
  });
  assert.deepEqual(plugins.map(shadowsOthers), [true, false, false, false]);
});

test("What is wrong comes before what is only not for this machine", () => {
  const refused = [
    { folder: "/a", reason: "wants another machine", fault: false },
    { folder: "/b", reason: "is broken", fault: true },
  ];
  assert.deepEqual(pluginsReport({ refused, warnings: ["w"] }), {
    plugins: [],
    refused: [
      { folder: "/b", reason: "is broken" },
      { folder: "/a", reason: "wants another machine" },
    ],
    warnings: ["w"],
  });
});

test("Nonsense is nothing", () => {
  for (const told of [null, 5, [], { plugins: 5, refused: [7], warnings: {} }]) {
    assert.deepEqual(pluginsReport(told), { plugins: [], refused: [], warnings: [] });
  }
});
