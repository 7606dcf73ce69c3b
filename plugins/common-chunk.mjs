/* What several pages use becomes one chunk that all of them load, and a browser keeps, where esbuild makes a chunk of every
 * set of pages that share something: each page was thirty files. Pages read some kilobytes that they do not use.
 *
 * Style sheets are left to the build without this: a page's is of what it uses.
 */
import { readFile } from "node:fs/promises";
import path from "node:path";

const NAME = "common-chunk";

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

/* Of a build without the chunk the modules that more than one of the pages loads at once. `pages` are the outputs of theirs. */
function shared(metafile, pages) {
  const times = new Map();
  for (const page of pages) {
    const inputs = loadedWith(metafile, page).flatMap((file) => Object.entries(metafile.outputs[file].inputs));
    for (const [input, { bytesInOutput }] of inputs) if (bytesInOutput > 0) times.set(input, (times.get(input) ?? 0) + 1);
  }
  return [...times].filter(([, count]) => count > 1).map(([input]) => input).sort();
}

/* What the outputs are made of that are loaded when they are needed. */
function loadedLater(metafile) {
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
  const later = imports.filter(({ kind }) => kind === "dynamic-import").map((imported) => metafile.outputs[imported.path].entryPoint);
  return [...new Set(later)];
}

/** esbuild's plugin; `folder` is where the paths of `metafile` begin, `pages` the entry points that it is for. */
export function commonChunk(folder, metafile, pages) {
  const output = (page) => Object.entries(metafile.outputs).find(([, each]) => each.entryPoint === page)[0];
  const absolute = (file) => path.join(folder, file);
  const modules = shared(metafile, pages.map(output)).map(absolute);
  const entries = new Set([...pages, ...loadedLater(metafile)].map(absolute));
  const contents = [
    ...modules.map((file, index) => `import * as m${index} from ${JSON.stringify(file)};`),
    // Whatever has an effect is kept.
    `Object.freeze([${modules.map((_file, index) => `m${index}`)}]);`,
  ].join("\n");
  return {
    name: NAME,
    setup(build) {
      build.onResolve({ filter: new RegExp(`^${NAME}$`) }, () => ({ path: NAME, namespace: NAME }));
      build.onResolve({ filter: /\.css$/ }, ({ path: file }) => ({ path: file, namespace: "style", sideEffects: false }));
      build.onLoad({ filter: /.*/, namespace: "style" }, () => ({ contents: "" }));
      build.onLoad({ filter: /.*/, namespace: NAME }, () => ({ contents, resolveDir: folder }));
      build.onLoad({ filter: /\.tsx?$/ }, async ({ path: file }) => {
        if (!entries.has(file)) return undefined;
        return { contents: `import "${NAME}";\n${await readFile(file, "utf8")}`, loader: "tsx" };
      });
    },
  };
}
