/* What several pages load becomes one chunk that all of them load, and a browser keeps, where esbuild makes a chunk of every
 * set of pages that share something: each page was thirty files. Pages read some kilobytes that they do not use.
 *
 * It is done with what esbuild has made of the pages, where all that nobody uses is gone.
 */
import path from "node:path";

const BUILT = "built";
const COMMON = "common-chunk";

/* The outputs that are loaded with `script`, itself included. */
export function loadedWith(metafile, script) {
  const loaded = new Set();
  const visit = (file) => {
    if (loaded.has(file)) return;
    loaded.add(file);
    for (const imported of metafile.outputs[file].imports) if (imported.kind === "import-statement") visit(imported.path);
  };
  visit(script);
  return [...loaded];
}

/* The chunks that more than one of the pages loads at once. `pages` are the pages' own outputs. */
function shared(metafile, pages) {
  const times = new Map();
  for (const file of pages.flatMap((page) => loadedWith(metafile, page))) times.set(file, (times.get(file) ?? 0) + 1);
  return [...times].filter(([, count]) => count > 1).map(([file]) => file).sort();
}

/* The outputs that are loaded when they are needed. */
function loadedLater(metafile) {
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
  return imports.filter(({ kind }) => kind === "dynamic-import").map((imported) => imported.path);
}

/** esbuild's plugin for a second build, whose entry points are scripts of the first, as `built:` and the path in `metafile`.
 *
 * `files` are the outputs of the first build, `folder` is where their paths in its metafile begin; `pages` are the entry
 * points, as there, that the chunk is for.
 */
export function commonChunk(folder, { metafile, outputFiles: files }, pages) {
  const scripts = new Map(files.map(({ path: file, text }) => [path.relative(folder, file), text]));
  const common = shared(metafile, pages);
  const entries = new Set([...pages, ...loadedLater(metafile)]);
  const importing = (file) => `import ${JSON.stringify(file)};\n`;
  return {
    name: COMMON,
    setup(build) {
      build.onResolve({ filter: /^built:/ }, ({ path: file }) => ({ path: file.slice(BUILT.length + 1), namespace: BUILT }));
      build.onResolve({ filter: /.*/, namespace: BUILT }, ({ path: file, importer }) => ({
        path: file === COMMON ? COMMON : path.join(path.dirname(importer), file),
        namespace: BUILT,
      }));
      build.onLoad({ filter: /.*/, namespace: BUILT }, ({ path: file }) => ({
        contents: file === COMMON
          ? common.map((each) => importing(`built:${each}`)).join("")
          : (entries.has(file) ? importing(COMMON) : "") + scripts.get(file),
      }));
    },
  };
}
