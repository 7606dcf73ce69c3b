/* Builds the front end: `node plugins/build.mjs [--watch]`.
 *
 * - plugins/<name>/src/index.tsx     -> plugins/lib/dist/<name>-HASH.js.gz   ES modules, common code in shared chunks
 * - plugins/<name>/src/start.ts      -> plugins/lib/dist/start-<name>-HASH.js.gz   what need not wait for all of them
 * - plugins/<name>/src/index.html    -> plugins/<name>/dist/index.html       with the names above filled in
 * - plugins/lib/{cockpit,rpc}.ts     -> plugins/base1/dist/*.mjs             ES modules for others, with declarations
 * - po/<language>.po                -> plugins/<name>/dist/po.<language>.js and po.manifest.<language>.js: what the page and
 *                                      its manifest say; -> ws_gateway/login/dist/<language>.json: the login page
 * - plugins/base1/src/global.ts      -> plugins/base1/dist/cockpit.js        classic script, window.cockpit; written last
 *
 * A file whose name carries a hash never changes, so the bridge lets browsers keep it for ever.
 * --watch rebuilds at every change and adds source maps; files are not compressed then.
 */
import { existsSync, watch as watchFiles } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import esbuild from "esbuild";
import { commonChunk, loadedWith } from "./common-chunk.mjs";
import { buildModules } from "./modules.mjs";
import { patternflyWords } from "./patternfly-words.mjs";
import { reactModules } from "./react-modules.mjs";
import { writeTranslations } from "../tools/translations/compile.mjs";

const PLUGINS = path.dirname(fileURLToPath(import.meta.url));
const LIB_DIST = path.join(PLUGINS, "lib/dist");
/* Always by one URL, whatever host or checksum the page itself came from: so a browser keeps one copy. */
const LIB_URL = "../../@localhost/pilothouse-lib/";
const BASE_STYLE = "lib/base.css";
const EARLY_SCRIPT = "lib/early.ts";

const watch = process.argv.includes("--watch");

async function pages() {
  const folders = await readdir(PLUGINS, { withFileTypes: true });
  const names = folders.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return names.filter((name) => existsSync(path.join(PLUGINS, name, "src/index.tsx"))).sort();
}

const common = {
  absWorkingDir: PLUGINS,
  bundle: true,
  minify: true,
  target: ["es2022", "chrome109", "firefox115", "safari16.4"],
  sourcemap: watch ? "linked" : false,
  legalComments: "none",
  charset: "utf8",
  define: { "process.env.NODE_ENV": JSON.stringify(watch ? "development" : "production") },
  metafile: true,
  logLevel: "warning",
};

const hashed = {
  ...common,
  outdir: LIB_DIST,
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  loader: { ".woff2": "file", ".svg": "file", ".png": "file" },
};

/* The built files of one page: its module, the chunks that module imports; `start` with its chunks, where it has one. */
function builtPage({ scripts, scriptOf }, name) {
  const script = scriptOf(pageOf(name));
  const start = hasStart(name) ? scriptOf(startOf(name)) : null;
  const first = start ? chunksOf(scripts, start) : [];
  const chunks = chunksOf(scripts, script).filter((chunk) => !first.includes(chunk));
  return { script, chunks, start, first };
}

const chunksOf = (metafile, script) => loadedWith(metafile, script).filter((file) => file !== script);
const pageOf = (name) => `${name}/src/index.tsx`;
const startOf = (name) => `${name}/src/start.ts`;
const hasStart = (name) => existsSync(path.join(PLUGINS, startOf(name)));

function outputOf(metafile, source) {
  return Object.entries(metafile.outputs).find(([, each]) => each.entryPoint === source)[0];
}

async function writePage(name, modules, shared) {
  const url = (file) => LIB_URL + path.basename(file);
  const { script, chunks, start, first } = builtPage(modules, name);
  const preload = (file) => `<link rel="modulepreload" href="${url(file)}">`;
  const tags = [
    `<script src="${url(shared.early)}"></script>`,
    ...first.map(preload),
    ...(start ? [`<script type="module" async src="${url(start)}"></script>`] : []),
    ...[shared.style, modules.styleOf(pageOf(name))].filter(Boolean).map((file) => `<link rel="stylesheet" href="${url(file)}">`),
    ...chunks.map(preload),
    // Where there is none in the reader's language it is empty.
    '<script src="po.js" defer></script>',
    `<script type="module" src="${url(script)}"></script>`,
  ];
  const html = await readFile(path.join(PLUGINS, name, "src/index.html"), "utf8");
  if (!html.includes("</head>")) throw new Error(`plugins/${name}/src/index.html: no </head>`);
  await mkdir(path.join(PLUGINS, name, "dist"), { recursive: true });
  const filled = html.replace("</head>", () => tags.map((tag) => `  ${tag}\n`).join("") + "</head>");
  await writeFile(path.join(PLUGINS, name, "dist/index.html"), filled);
}

/* Keeps a text file as NAME.gz only: the bridge serves that as NAME. Returns the name in the folder. */
async function compress(output) {
  if (!/\.(js|css|svg)$/.test(output)) return output;
  const file = path.join(PLUGINS, output);
  await writeFile(`${file}.gz`, await promisify(gzip)(await readFile(file), { level: 9 }));
  await rm(file);
  return `${output}.gz`;
}

/* What an earlier build left goes only after the new files are in place: a page being loaded finds its files. */
async function removeOld(folder, keep) {
  const kept = new Set([...keep].map((file) => path.basename(file)));
  for (const name of await readdir(folder)) {
    if (!kept.has(name)) await rm(path.join(folder, name), { recursive: true });
  }
}

/* The modules and styles of all pages: both as esbuild makes them, and then what is common to the modules in one chunk. */
async function buildModulesOf(names) {
  const options = { ...hashed, format: "esm", splitting: true, jsx: "automatic", write: false };
  const entryPoints = [
    ...names.map((name) => ({ in: pageOf(name), out: name })),
    ...names.filter(hasStart).map((name) => ({ in: startOf(name), out: `start-${name}` })),
  ];
  const first = await esbuild.build({
    ...options,
    sourcemap: watch ? "inline" : false,
    entryPoints: [...entryPoints, { in: BASE_STYLE, out: "base" }],
    plugins: [patternflyWords, reactModules],
  });
  const built = (source) => outputOf(first.metafile, source);
  const second = await esbuild.build({
    ...options,
    entryPoints: entryPoints.map(({ in: source, out }) => ({ in: `built:${built(source)}`, out })),
    plugins: [commonChunk(PLUGINS, first, names.map((name) => built(pageOf(name))))],
  });
  const files = [...first.outputFiles.filter(({ path: file }) => !/\.js$/.test(file)), ...second.outputFiles];
  await mkdir(LIB_DIST, { recursive: true });
  await Promise.all(files.map((file) => writeFile(file.path, file.contents)));
  return {
    base: built(BASE_STYLE),
    styleOf: (source) => first.metafile.outputs[built(source)].cssBundle,
    scriptOf: (source) => outputOf(second.metafile, `built:${built(source)}`),
    scripts: second.metafile,
    written: files.map((file) => path.relative(PLUGINS, file.path)),
  };
}

async function build(names) {
  const modules = await buildModulesOf(names);
  const early = await esbuild.build({ ...hashed, format: "iife", entryPoints: [EARLY_SCRIPT] });
  const shared = {
    style: modules.base,
    early: outputOf(early.metafile, EARLY_SCRIPT),
  };
  for (const name of names) await writePage(name, modules, shared);
  await writeTranslations(path.dirname(PLUGINS), names);

  const outputs = [...modules.written, ...Object.keys(early.metafile.outputs)];
  const stored = watch ? outputs : await Promise.all(outputs.map(compress));
  await removeOld(LIB_DIST, stored);
  await buildModules(common, { declarations: !watch });
  await esbuild.build({
    ...common,
    format: "iife",
    entryPoints: [{ in: "base1/src/global.ts", out: "cockpit" }],
    outdir: path.join(PLUGINS, "base1/dist"),
    logOverride: { "commonjs-variable-in-esm": "silent" },
  });
}

function report(started, names) {
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`built ${names.join(", ")} and base1 in ${seconds} s`);
}

async function run() {
  const started = performance.now();
  const names = await pages();
  await build(names);
  report(started, names);
}

function runWatching() {
  let timer;
  let building = Promise.resolve();
  const rebuild = () => {
    building = building.then(run).catch((error) => console.error(error.message));
  };
  rebuild();
  watchFiles(PLUGINS, { recursive: true }, (_event, file) => {
    if (!file || /(^|\/)dist(\/|$)/.test(file) || !/\.(tsx?|css|html)$/.test(file)) return;
    clearTimeout(timer);
    timer = setTimeout(rebuild, 100);
  });
}

await (watch ? runWatching() : run());
