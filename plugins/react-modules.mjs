/* React is written for Node: to each module that imports it esbuild gives a copy of all that it exports, made while the page
 * loads, and PatternFly has hundreds. The build puts a module in its place, which they all share.
 */
import { createRequire } from "node:module";

const NAMESPACE = "react-modules";
const MODULES = /^(react|react\/jsx-runtime|react-dom|react-dom\/client)$/;

export const reactModules = {
  name: NAMESPACE,
  setup(build) {
    const require = createRequire(import.meta.url);
    build.onResolve({ filter: MODULES }, ({ path, kind, namespace }) =>
      kind === "import-statement" && namespace !== NAMESPACE ? { path, namespace: NAMESPACE, sideEffects: false } : undefined,
    );
    build.onLoad({ filter: MODULES, namespace: NAMESPACE }, ({ path }) => {
      const names = Object.keys(require(path)).filter((name) => /^[A-Za-z]\w*$/.test(name));
      const contents = [
        `import module from ${JSON.stringify(path)};`,
        "export default module;",
        ...names.map((name) => `export const ${name} = /* @__PURE__ */ (() => module.${name})();`),
      ].join("\n");
      return { contents, resolveDir: import.meta.dirname };
    });
  },
};
