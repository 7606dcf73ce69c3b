/* The texts of the sources, where they are said: `_("…")`, `N_`, `gettext`, `ngettext` in scripts; manifests; titles of pages. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "@babel/parser";

const CALLS = { _: 1, N_: 1, gettext: 1, ngettext: 2 };
const SCRIPT = /\.tsx?$/;
/* It is not in the pages' language but in the one that the browser asked for, for as long as it is shown. */
const LOGIN = "ws_gateway/login/login.js";
/* What may stand in a text's place: a label out of a manifest, which is found there. */
const INDIRECT = new Set(["Identifier", "MemberExpression", "OptionalMemberExpression", "LogicalExpression", "ConditionalExpression"]);

/* The files that have texts. */
function sources(root) {
  const plugins = readdirSync(path.join(root, "plugins"), { recursive: true }).map((file) => `plugins/${file}`);
  const written = plugins.filter((file) => !/(^|\/)(dist|node_modules)\//.test(file) && !file.endsWith(".d.ts"));
  const isText = (file) => SCRIPT.test(file) || /^plugins\/[^/]+\/(manifest\.json|src\/index\.html)$/.test(file);
  return [...written.filter(isText), ...(existsSync(path.join(root, LOGIN)) ? [LOGIN] : [])].sort();
}

/* All texts as entries without translation, those of one file together; throws where a text cannot be found for sure. */
export function extract(root) {
  const found = new Map();
  for (const file of sources(root)) {
    for (const { context = null, id, plural = null } of textsOf(file, readFileSync(path.join(root, file), "utf8"))) {
      const key = `${context ?? ""}\u0004${id}`;
      const known = found.get(key) ?? { context, id, plural, strings: [], references: [], fuzzy: false, comments: [] };
      if (known.plural !== null && plural !== null && known.plural !== plural) throw new Error(`${file}: another plural of "${id}"`);
      known.plural ??= plural;
      if (!known.references.includes(file)) known.references.push(file);
      found.set(key, known);
    }
  }
  return [...found.values()];
}

export function textsOf(file, source) {
  if (file.endsWith("manifest.json")) return ofManifest(JSON.parse(source));
  if (file.endsWith(".html")) return [...source.matchAll(/<title>([^<]+)<\/title>/g)].map(([, id]) => ({ id }));
  return ofScript(file, source);
}

function ofManifest(manifest) {
  const texts = [];
  for (const group of ["menu", "tools"]) {
    for (const { label, docs = [], keywords = [] } of Object.values(manifest[group] ?? {})) {
      texts.push(label, ...docs.map((each) => each.label));
      for (const { matches = [], translate = true } of keywords) if (translate) texts.push(...matches);
    }
  }
  return texts.filter(Boolean).map((id) => ({ id }));
}

function ofScript(file, source) {
  const plugins = file.endsWith(".tsx") ? ["typescript", "jsx"] : ["typescript"];
  const texts = [];
  const visit = (node, depth) => {
    if (Array.isArray(node)) node.forEach((each) => visit(each, depth));
    else if (node && typeof node.type === "string") {
      if (node.type === "CallExpression" && node.callee.type === "Identifier" && Object.hasOwn(CALLS, node.callee.name)) {
        const text = textOf(node, file);
        if (text && depth === 0 && node.callee.name !== "N_" && file !== LOGIN) throw new Error(`${file}:${node.loc.start.line}: a text looked up only once cannot follow the language: mark it with N_, look it up in a function`);
        if (text) texts.push(text);
      }
      const inside = depth + (/Function|Method/.test(node.type) ? 1 : 0);
      for (const [name, value] of Object.entries(node)) if (name !== "loc" && value && typeof value === "object") visit(value, inside);
    }
  };
  visit(parse(source, { sourceType: "unambiguous", plugins }).program, 0);
  return texts;
}

/* `_(text)`, `_(context, text)`, `ngettext(one, many, count)`, `ngettext(context, one, many, count)`; null for what is in a variable. */
function textOf({ callee, arguments: given, loc }, file) {
  const many = CALLS[callee.name] === 2;
  const words = many ? given.slice(0, -1) : given;
  if (words.every(({ type }) => INDIRECT.has(type))) return null;
  const texts = words.map((word) => (word.type === "StringLiteral" ? word.value : null));
  const [id, plural] = many ? texts.slice(-2) : texts.slice(-1);
  const context = texts.length > CALLS[callee.name] ? texts[0] : null;
  if (texts.includes(null) || !id || texts.length > CALLS[callee.name] + 1) {
    throw new Error(`${file}:${loc.start.line}: ${callee.name}() wants texts as they are`);
  }
  return { context, id, ...(many && { plural }) };
}
