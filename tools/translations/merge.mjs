/* A language's file made to fit the texts of the sources, and what is wrong with one. */
import { header, isTranslated, key, plurals } from "./po.mjs";

/* The texts of the sources with the translations that are known; what is in no source any more is dropped. */
export function merge(known, texts) {
  const head = known.find(({ id }) => id === "");
  const byKey = new Map(known.map((entry) => [key(entry), entry]));
  const { count } = plurals(known);
  const merged = texts.map((text) => {
    const { strings = [], fuzzy = false, comments = [], plural = text.plural } = byKey.get(key(text)) ?? {};
    const forms = text.plural === null ? 1 : count;
    const kept = plural === text.plural ? strings : [];
    return { ...text, strings: Array.from({ length: forms }, (_, form) => kept[form] ?? ""), fuzzy, comments };
  });
  return [head, ...merged];
}

/* The placeholders of a text, which its translation has as well. */
const placeholders = (text) => [...text.matchAll(/\$\{[^}]+\}|\$\w+/g)].map(([name]) => name).sort().join(" ");

/* Everything that keeps a language from being complete, as sentences. */
export function faults(known, texts) {
  if (!header(known)["Language"]) return ["the header names no Language"];
  const { count } = plurals(known);
  const wanted = new Map(texts.map((text) => [key(text), text]));
  const have = new Map(known.filter(({ id }) => id !== "").map((entry) => [key(entry), entry]));
  const found = [];
  for (const [each, { id, references }] of wanted) {
    const entry = have.get(each);
    if (!entry) found.push(`missing: "${id}" of ${references[0]}`);
    else if (!isTranslated(entry, count)) found.push(`${entry.fuzzy ? "fuzzy" : "not translated"}: "${id}" of ${references[0]}`);
    else if (entry.strings.some((text) => placeholders(text) !== placeholders(entry.plural ?? id))) found.push(`other placeholders: "${id}"`);
    else if (entry.references.join() !== references.join()) found.push(`moved: "${id}" is now in ${references.join(", ")}`);
  }
  for (const [each, { id }] of have) if (!wanted.has(each)) found.push(`in no source: "${id}"`);
  return found;
}
