/* PatternFly says a few words by itself, in English. The build puts ours (lib/patternfly-words.ts) in their place, in every page. */
import { readFile } from "node:fs/promises";
import path from "node:path";

/* File -> what it says, and what it says instead. Each is a default that is looked up whenever the component is drawn. */
const INSTEAD = {
  "Alert/Alert.js": [["variantLabel = `${capitalize(variant)} alert:`", "variantLabel = words.alertOf(variant)"]],
  "Alert/AlertActionCloseButton.js": [["`Close ${variantLabel || alertVariantLabel} alert: ${title}`", "words.closeAlert(title)"]],
  "Modal/ModalBoxCloseButton.js": [["ariaLabel = 'Close'", "ariaLabel = words.close()"]],
  "Spinner/Spinner.js": [
    ["ariaValueText = 'Loading...'", "ariaValueText = words.loading()"],
    ["'aria-label': 'Contents'", "'aria-label': words.contents()"],
  ],
};

export const patternflyWords = {
  name: "patternfly-words",
  setup(build) {
    const words = path.join(import.meta.dirname, "lib/patternfly-words");
    build.onLoad({ filter: /react-core\/dist\/esm\/components\/\w+\/\w+\.js$/ }, async ({ path: file }) => {
      const replaced = INSTEAD[file.split("/").slice(-2).join("/")];
      if (!replaced) return undefined;
      let source = await readFile(file, "utf8");
      for (const [english, ours] of replaced) {
        if (source.split(english).length !== 2) throw new Error(`${file} does not say ${english} any more: see plugins/patternfly-words.mjs`);
        source = source.replace(english, () => ours);
      }
      return { contents: `import * as words from ${JSON.stringify(words)};\n${source}`, resolveDir: path.dirname(file) };
    });
  },
};
