import assert from "node:assert/strict";
import { test } from "node:test";
import { parse, plurals, script, serialize } from "../../../tools/translations/po.mjs";
import { entry, HEADER } from "./entries";

test("a file is read as it was written", () => {
  const entries = [
    entry({ id: "", strings: ["Language: xx\n"], references: [] }),
    entry({ id: '"a"\n\tü', context: "c", strings: ["ä\\"], comments: ["say"] }),
    entry({ id: "one", plural: "many", strings: ["eins", "viele"], fuzzy: true }),
  ];
  assert.deepEqual(parse(serialize(entries)), entries);
});

test("texts in several lines are one, and what was commented out is nothing", () => {
  const [, found, ...others] = parse(`${HEADER}\nmsgid ""\n"One "\n"two"\nmsgstr "Eins "\n"zwei"\n\n#~ msgid "Gone"\n#~ msgstr "Weg"\n`);
  assert.deepEqual([found.id, found.strings, others], ["One two", ["Eins zwei"], []]);
});

for (const junk of ["msgid", 'msgid "a', '"alone"', "nonsense"]) {
  test(`what is no PO file is refused by its line: ${junk}`, () => assert.throws(() => parse(`\n${junk}\n`), /line 2/));
}

test("plural forms are arithmetic and nothing else", () => {
  assert.deepEqual(plurals(parse(HEADER)), { count: 2, expression: "(n != 1)" });
  assert.throws(() => plurals(parse(HEADER.replace("(n != 1)", "alert(n)"))), /Plural-Forms/);
});

test("what pages load has what is translated", () => {
  const known = '#: a.ts\nmsgid "One"\nmsgstr "Eins"\n\n#, fuzzy\nmsgid "Two"\nmsgstr "Zwei"\n';
  let taken: Record<string, any> = {};
  const cockpit = { locale: (catalogue: object) => (taken = catalogue) };
  new Function("cockpit", script("xx", parse(`${HEADER}\n${known}`), () => true))(cockpit);
  assert.deepEqual([taken["One"], taken["Two"], taken[""].language], [[null, "Eins"], undefined, "xx"]);
  assert.deepEqual([taken[""]["plural-forms"](1), taken[""]["plural-forms"](2)], [false, true]);
});
