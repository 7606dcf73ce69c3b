/* Scripts and styles that a page asked for and did not get: it may then be empty, and says nothing. */
import { format, gettext as _ } from "../../lib/cockpit";

const PARTS = new Set(["script", "link"]);
const STYLE_OR_SCRIPT = /\.(m?js|css)$/;

type Timing = PerformanceResourceTiming & { responseStatus?: number };

/** What is missing, in sentences. Browsers that tell no status tell nothing. */
export function missingParts(page: Window): string[] {
  const timings = page.performance.getEntriesByType("resource") as Timing[];
  return timings
    .filter(({ initiatorType, responseStatus = 0, name }) => PARTS.has(initiatorType) && responseStatus >= 400 && STYLE_OR_SCRIPT.test(new URL(name).pathname))
    .map(({ name, responseStatus }) => format(_("Its file $0 could not be loaded (status $1)."), fileOf(name), responseStatus));
}

/* "machines/index.js" of ".../@localhost/machines/index.js" */
function fileOf(address: string): string {
  const { pathname } = new URL(address);
  return pathname.replace(/^.*\/[@$][^/]*\//, "");
}
