/* The pages found by what is typed: their labels, and the keywords of their manifests, in both languages. */
import { gettext as _ } from "../../lib/cockpit";
import type { Entry } from "./manifests";

export interface Hit {
  entry: Entry;
  /** Where in the console it is, as manifests say it; null: at the page's top. */
  goto: string | null;
  /** The keyword that it was found by; null: by its label. */
  keyword: string | null;
  weight: number;
}

const LABEL_WEIGHT = 4;
const BEGINS = 2;
const fold = (text: string) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLocaleLowerCase();

/* How well the words of a text match: at their beginning, somewhere, not at all. */
function score(text: string, wanted: string): number {
  const folded = fold(text);
  if (folded.startsWith(wanted) || folded.includes(` ${wanted}`)) return BEGINS;
  return folded.includes(wanted) ? 1 : 0;
}

/** The best hit of every page, the best page first; nothing where nothing was typed. */
export function search(entries: readonly Entry[], typed: string): Hit[] {
  const wanted = fold(typed.trim());
  if (!wanted) return [];
  const best = entries.flatMap((entry) => hitsOf(entry, wanted).sort((a, b) => b.weight - a.weight).slice(0, 1));
  return best.sort((a, b) => b.weight - a.weight);
}

function hitsOf(entry: Entry, wanted: string): Hit[] {
  const hits: Hit[] = [];
  const add = (text: string, weight: number, rest: Pick<Hit, "goto" | "keyword">) => {
    const found = score(text, wanted);
    if (found > 0) hits.push({ entry, ...rest, weight: weight * found });
  };
  for (const label of new Set([_(entry.label), entry.label])) add(label, LABEL_WEIGHT, { goto: null, keyword: null });
  for (const { matches, goto, weight, translate } of entry.keywords) {
    for (const word of matches) {
      for (const keyword of new Set(translate ? [_(word), word] : [word])) add(keyword, weight, { goto, keyword });
    }
  }
  return hits;
}

/** The place of a hit: an address of the console ("/system/hwinfo"), or within the page. */
export function placeOf({ entry, goto }: Hit): string {
  if (!goto) return `/${entry.component}`;
  return goto.startsWith("/") ? goto : `/${entry.component}#${goto.replace(/^#/, "")}`;
}
