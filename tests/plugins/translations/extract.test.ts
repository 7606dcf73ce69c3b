import assert from "node:assert/strict";
import { test } from "node:test";
import { textsOf } from "../../../tools/translations/extract.mjs";

test("texts are found where they are said", () => {
  const source = `
    const marked = N_("Later");
    const page = () => <p title={_("A title")}>{format(ngettext("$0 dog", "$0 dogs", count), count)} {_("noun", "Open")}</p>;
    function label(entry: Entry) { return _(entry.label) + gettext("don't // stop") + \`\${_("in a template")}\`; }
  `;
  assert.deepEqual(textsOf("page.tsx", source), [
    { context: null, id: "Later" },
    { context: null, id: "A title" },
    { context: null, id: "$0 dog", plural: "$0 dogs" },
    { context: "noun", id: "Open" },
    { context: null, id: "don't // stop" },
    { context: null, id: "in a template" },
  ]);
});

test("manifests and titles are texts too", () => {
  const keywords = [{ matches: ["a"] }, { matches: ["b"], translate: false }];
  const manifest = { tools: { index: { label: "Label", docs: [{ label: "Read", url: "https://x" }], keywords } } };
  assert.deepEqual(textsOf("plugins/x/manifest.json", JSON.stringify(manifest)), [{ id: "Label" }, { id: "Read" }, { id: "a" }]);
  assert.deepEqual(textsOf("plugins/x/src/index.html", "<html><title>Name</title></html>"), [{ id: "Name" }]);
});

for (const source of ['() => _("a" + b)', "() => _(`a${b}`)", '() => _("")', '() => ngettext("a", b, 1)']) {
  test(`a text that is put together is refused: ${source}`, () => assert.throws(() => textsOf("page.ts", source), /page\.ts:1: \w+\(\) wants texts as they are/));
}

test("a text that is looked up only once is refused", () => {
  assert.throws(() => textsOf("page.ts", '\nconst TITLE = _("Title");'), /page\.ts:2: .*N_/);
});
