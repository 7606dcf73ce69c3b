/* The client library as ES modules for authors without a build step, with declarations for those with TypeScript:
 * base1/dist/cockpit.mjs and rpc.mjs, what both share in a chunk, and beside each its .d.mts. early.js is a classic script.
 */
import { execFile } from "node:child_process";
import { readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import esbuild from "esbuild";

const PLUGINS = path.dirname(fileURLToPath(import.meta.url));
const DIST = path.join(PLUGINS, "base1/dist");
const TSC = path.join(PLUGINS, "../node_modules/.bin/tsc");
const MODULES = ["cockpit", "rpc"];

async function writeDeclarations() {
  await promisify(execFile)(TSC, ["-p", path.join(PLUGINS, "tsconfig.types.json")]).catch((error) => {
    throw new Error(error.stdout || error.message);
  });
  for (const name of MODULES) await writeFile(path.join(DIST, `${name}.d.mts`), declaration(name));
}

function declaration(name) {
  const from = `"./types/lib/${name}"`;
  return `export * from ${from};\n${name === "cockpit" ? `export { default } from ${from};\n` : ""}`;
}

/** Builds them with these options of esbuild; `declarations` takes some seconds more. */
export async function buildModules(common, { declarations }) {
  const built = await esbuild.build({
    ...common,
    format: "esm",
    splitting: true,
    entryPoints: MODULES.map((name) => ({ in: `lib/${name}.ts`, out: name })),
    outdir: DIST,
    chunkNames: "chunk-[hash]",
    outExtension: { ".js": ".mjs" },
  });
  const kept = new Set(Object.keys(built.metafile.outputs).map((file) => path.basename(file)));
  for (const name of await readdir(DIST)) {
    if (name.startsWith("chunk-") && !kept.has(name)) await rm(path.join(DIST, name));
  }
  await esbuild.build({ ...common, format: "iife", entryPoints: ["lib/early.ts"], outdir: DIST });
  if (declarations) await writeDeclarations();
}
