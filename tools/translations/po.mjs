/* PO files (GNU gettext): read, written, and made into what pages load (`cockpit.locale({…})`).
 *
 * An entry is {context, id, plural, strings, references, fuzzy, comments}; `context` and `plural` may be null.
 * The first entry of a file, whose id is "", is its header.
 */

export const key = ({ context, id }) => (context === null ? id : `${context}\u0004${id}`);

const quoted = JSON.stringify;

function unquoted(line, number) {
  try {
    return JSON.parse(line);
  } catch {
    throw new Error(`line ${number}: not a string in quotes: ${line}`);
  }
}

const empty = () => ({ context: null, id: null, plural: null, strings: [], references: [], fuzzy: false, comments: [] });

/* The entries of a file in their order; what was commented out (`#~`) is dropped. */
export function parse(text) {
  const entries = [];
  let entry = empty();
  let append = null;
  const finish = () => {
    if (entry.id !== null) entries.push(entry);
    entry = empty();
    append = null;
  };
  for (const [index, raw] of text.split("\n").entries()) {
    const line = raw.trim();
    const word = /^(msgctxt|msgid_plural|msgid|msgstr(?:\[(\d)\])?)\s+(".*")$/.exec(line);
    if (line === "") finish();
    else if (line.startsWith("#:")) entry.references.push(...line.slice(2).trim().split(/\s+/));
    else if (line.startsWith("#,")) entry.fuzzy ||= /\bfuzzy\b/.test(line);
    else if (line.startsWith("#~")) append = null;
    else if (line.startsWith("#")) entry.comments.push(line.slice(1).trim());
    else if (word) append = field(entry, word[1], Number(word[2] ?? 0), unquoted(word[3], index + 1));
    else if (line.startsWith('"') && append) append(unquoted(line, index + 1));
    else throw new Error(`line ${index + 1}: not understood: ${line}`);
  }
  finish();
  return entries;
}

/* Begins a field of an entry; returns what lengthens it. */
function field(entry, word, form, text) {
  const put = {
    msgctxt: (more) => (entry.context = (entry.context ?? "") + more),
    msgid: (more) => (entry.id = (entry.id ?? "") + more),
    msgid_plural: (more) => (entry.plural = (entry.plural ?? "") + more),
  }[word] ?? ((more) => (entry.strings[form] = (entry.strings[form] ?? "") + more));
  put(text);
  return put;
}

export function serialize(entries) {
  return entries.map(block).join("\n");
}

function block({ context, id, plural, strings, references, fuzzy, comments }) {
  const lines = [
    ...comments.map((comment) => `# ${comment}`.trim()),
    ...references.map((file) => `#: ${file}`),
    ...(fuzzy ? ["#, fuzzy"] : []),
    ...(context === null ? [] : [`msgctxt ${quoted(context)}`]),
    ...(id === "" ? ['msgid ""', 'msgstr ""', ...strings[0].split(/(?<=\n)/).filter(Boolean).map(quoted)] : [`msgid ${quoted(id)}`]),
  ];
  if (plural !== null) lines.push(`msgid_plural ${quoted(plural)}`, ...strings.map((text, form) => `msgstr[${form}] ${quoted(text)}`));
  else if (id !== "") lines.push(`msgstr ${quoted(strings[0] ?? "")}`);
  return `${lines.join("\n")}\n`;
}

/* The header's fields by name. */
export function header(entries) {
  const text = entries.find(({ id }) => id === "")?.strings[0] ?? "";
  return Object.fromEntries(text.split("\n").filter((line) => line.includes(":")).map((line) => line.split(/:\s*(.*)/s).slice(0, 2)));
}

/* How many forms a noun has, and the expression in `n` that chooses one. It becomes code: nothing but arithmetic passes. */
export function plurals(entries) {
  const match = /^nplurals=([1-6]);\s*plural=([n0-9\s()!=<>&|?:%]+);$/.exec(header(entries)["Plural-Forms"] ?? "");
  if (!match) throw new Error("the header has no Plural-Forms of the kind 'nplurals=2; plural=(n != 1);'");
  return { count: Number(match[1]), expression: match[2].trim() };
}

export const isTranslated = (entry, forms) =>
  !entry.fuzzy && (entry.plural === null ? Boolean(entry.strings[0]) : Array.from({ length: forms }, (_, form) => entry.strings[form]).every(Boolean));

/* The script that gives a page the entries of which `wanted` holds; what is not translated is left out. */
export function script(language, entries, wanted) {
  const { count, expression } = plurals(entries);
  const members = entries
    .filter((entry) => entry.id !== "" && isTranslated(entry, count) && wanted(entry))
    .map((entry) => `${JSON.stringify(key(entry))}:${JSON.stringify([entry.plural, ...entry.strings])}`);
  const head = `"":{"plural-forms":(n)=>${expression},"language":${JSON.stringify(language)},"language-direction":"${/^(ar|fa|he|ur)\b/.test(language) ? "rtl" : "ltr"}"}`;
  return `cockpit.locale({${[head, ...members].join(",\n")}});\n`;
}
