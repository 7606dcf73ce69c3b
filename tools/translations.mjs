/* The translations in po/: `node tools/translations.mjs update` writes what the sources say into every language's file,
 * `check` says what is missing in them, `new LANGUAGE` begins one (then look at its Plural-Forms).
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { extract } from "./translations/extract.mjs";
import { faults, merge } from "./translations/merge.mjs";
import { parse, serialize } from "./translations/po.mjs";

const ROOT = path.dirname(import.meta.dirname);
const PO = path.join(ROOT, "po");
const files = () => readdirSync(PO).filter((name) => name.endsWith(".po")).map((name) => path.join(PO, name));
const read = (file) => parse(readFileSync(file, "utf8"));

function begin(language) {
  if (!/^[a-z]{2,3}(_[A-Z]{2})?$/.test(language ?? "")) throw new Error("the language is named like de or pt_BR");
  const file = path.join(PO, `${language}.po`);
  if (existsSync(file)) throw new Error(`${file} is there already`);
  const head = ["Project-Id-Version: pilothouse", `Language: ${language}`, "MIME-Version: 1.0", "Content-Type: text/plain; charset=UTF-8"];
  const text = [...head, "Content-Transfer-Encoding: 8bit", "Plural-Forms: nplurals=2; plural=(n != 1);", ""].join("\n");
  writeFileSync(file, serialize([{ context: null, id: "", plural: null, strings: [text], references: [], fuzzy: false, comments: [] }]));
}

function update() {
  const texts = extract(ROOT);
  for (const file of files()) writeFileSync(file, serialize(merge(read(file), texts)));
}

function check() {
  const texts = extract(ROOT);
  for (const file of files()) {
    for (const fault of faults(read(file), texts)) {
      console.error(`${path.relative(ROOT, file)}: ${fault}`);
      process.exitCode = 1;
    }
  }
}

const [command, language] = process.argv.slice(2);
if (command === "new") begin(language);
if (command === "new" || command === "update") update();
else if (command === "check") check();
else throw new Error("translations.mjs update | check | new LANGUAGE");
