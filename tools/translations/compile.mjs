/* What pages load: the texts of each in the form of Cockpit's pages (protocol section 5.5); and what the gateway puts into its login page. */
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { isTranslated, parse, script } from "./po.mjs";

/* The files whose texts a page says: its own, and what all pages share. */
const ofPage = (name) => new RegExp(`^plugins/(${name}|lib|base1)/`);

async function languages(root) {
  const names = (await readdir(path.join(root, "po"))).filter((name) => name.endsWith(".po"));
  return Promise.all(names.map(async (name) => [name.replace(/\.po$/, ""), parse(await readFile(path.join(root, "po", name), "utf8"))]));
}

/* The login page's texts: each with its translation. None has a context or a plural. */
const ofLogin = (entries) =>
  Object.fromEntries(entries.filter((entry) => entry.references.includes("ws_gateway/login/login.js") && isTranslated(entry, 1)).map(({ id, strings }) => [id, strings[0]]));

/* Writes the files of one folder, and takes away those of languages that are no more. */
async function writeFolder(folder, files) {
  await mkdir(folder, { recursive: true });
  for (const [name, content] of files) await writeFile(path.join(folder, name), content);
  const kept = new Set(files.map(([name]) => name));
  const old = (await readdir(folder)).filter((name) => /^po\..*\.js$|\.json$/.test(name) && !kept.has(name));
  for (const name of old) await rm(path.join(folder, name));
}

export async function writeTranslations(root, pages) {
  const known = await languages(root);
  const files = (stem, pattern) =>
    known.map(([language, entries]) => [`${stem}.${language}.js`, script(language, entries, ({ references }) => references.some((file) => pattern.test(file)))]);
  for (const name of pages) {
    // The shell says what the manifests do, before those of all packages have been read.
    const said = name === "shell" ? /^plugins\/((shell|lib|base1)\/|[^/]+\/manifest\.json$)/ : ofPage(name);
    const folder = path.join(root, "plugins", name, "dist");
    await writeFolder(folder, [...files("po", said), ...files("po.manifest", new RegExp(`^plugins/${name}/manifest\\.json$`))]);
  }
  await writeFolder(path.join(root, "plugins/base1/dist"), files("po", /^plugins\/base1\//));
  const login = known.map(([language, entries]) => [`${language}.json`, JSON.stringify(ofLogin(entries))]);
  await writeFolder(path.join(root, "ws_gateway/login/dist"), login);
}
