import assert from "node:assert/strict";
import { test } from "node:test";
import { faults, merge } from "../../../tools/translations/merge.mjs";
import { parse } from "../../../tools/translations/po.mjs";
import { entry, HEADER } from "./entries";

const WANTED = [entry({ id: "One $0" })];
const read = (known: string) => parse(`${HEADER}\n${known}`);

const TABLE: [string, string][] = [
  ["", 'missing: "One $0" of a.ts'],
  ['#: a.ts\nmsgid "One $0"\nmsgstr ""\n', 'not translated: "One $0" of a.ts'],
  ['#: a.ts\n#, fuzzy\nmsgid "One $0"\nmsgstr "Eins $0"\n', 'fuzzy: "One $0" of a.ts'],
  ['#: a.ts\nmsgid "One $0"\nmsgstr "Eins"\n', 'other placeholders: "One $0"'],
  ['#: b.ts\nmsgid "One $0"\nmsgstr "Eins $0"\n', 'moved: "One $0" is now in a.ts'],
  ['#: a.ts\nmsgid "One $0"\nmsgstr "Eins $0"\n\nmsgid "Gone"\nmsgstr "Weg"\n', 'in no source: "Gone"'],
];
for (const [known, fault] of TABLE) test(`what is wrong with a language is told: ${fault}`, () => assert.deepEqual(faults(read(known), WANTED), [fault]));

test("a noun wants all its forms", () => {
  const known = '#: a.ts\nmsgid "$0 dog"\nmsgid_plural "$0 dogs"\nmsgstr[0] "$0 Hund"\nmsgstr[1] ""\n';
  assert.equal(faults(read(known), [entry({ id: "$0 dog", plural: "$0 dogs" })]).length, 1);
});

test("merging keeps what is known, adds what is new, drops what is gone", () => {
  const known = read('# a comment\n#: b.ts\nmsgid "One $0"\nmsgstr "Eins $0"\n\nmsgid "Gone"\nmsgstr "Weg"\n');
  const merged = merge(known, [...WANTED, entry({ id: "$0 dog", plural: "$0 dogs" })]);
  assert.deepEqual(
    merged.slice(1).map(({ id, strings, references, comments }: any) => [id, strings, references, comments]),
    [
      ["One $0", ["Eins $0"], ["a.ts"], ["a comment"]],
      ["$0 dog", ["", ""], ["a.ts"], []],
    ],
  );
});
