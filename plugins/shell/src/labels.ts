/* The labels of all packages in the user's language: each brings its own (protocol sections 5.5, 5.6). */
import { load } from "../../lib/catalogues";
import { addFallbacks, onLanguageChange, preferredLanguage, SOURCE_LANGUAGE } from "../../lib/language";

/** Has them from now on, a moment after each change of the language. */
export function translateLabels(): void {
  let told = SOURCE_LANGUAGE;
  const fetchLabels = () => {
    const wanted = preferredLanguage();
    if (wanted === told) return;
    told = wanted;
    if (wanted === SOURCE_LANGUAGE) return;
    void load(new URL("../*/po.manifest.js", document.baseURI).href).then((catalogues) => {
      if (wanted === told) addFallbacks(catalogues);
    });
  };
  onLanguageChange(fetchLabels);
  fetchLabels();
}
