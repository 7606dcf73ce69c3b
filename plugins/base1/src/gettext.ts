/** A catalogue as `po.js` files hand it over: message -> [plural message, translation, translation of the plural…]. */
export type Catalogue = Record<string, (string | null)[] | CatalogueHeader>;
export interface CatalogueHeader {
  language?: string;
  "language-direction"?: string;
  "plural-forms"?: (count: number) => number | boolean;
}

const CONTEXT = "\u0004";

const catalogue = new Map<string, (string | null)[]>();
let header: CatalogueHeader = {};

/** The language in use; "en" where nothing was translated. */
export const language = (): string => header.language ?? "en";
export const languageDirection = (): string => header["language-direction"] ?? "ltr";

/** Adds a catalogue to what is known; null forgets everything. */
export function locale(po: Catalogue | null): void {
  if (po === null) {
    catalogue.clear();
    header = {};
    return;
  }
  for (const [key, value] of Object.entries(po)) {
    if (key === "") header = value as CatalogueHeader;
    else if (Array.isArray(value)) catalogue.set(key, value);
  }
}

function lookUp(context: string | null, text: string): (string | null)[] | undefined {
  return catalogue.get(context ? context + CONTEXT + text : text);
}

/** The translation of a text; with two arguments the first says in what context it stands. */
export function gettext(text: string): string;
export function gettext(context: string, text: string): string;
export function gettext(first: string, second?: string): string {
  const [context, text] = second === undefined ? [null, first] : [first, second];
  return lookUp(context, text)?.[1] || text;
}

/** Marks a text that is looked up later, where it is shown. */
export const N_ = (text: string): string => text;

/** The translation for so many of a thing; an optional context comes first. */
export function ngettext(one: string, many: string, count: number): string;
export function ngettext(context: string, one: string, many: string, count: number): string;
export function ngettext(...args: [string, string, number] | [string, string, string, number]): string {
  const [context, one, many, count] = args.length === 3 ? [null, ...args] : args;
  const form = Number(header["plural-forms"]?.(count) ?? count !== 1);
  return lookUp(context, one)?.[form + 1] || (count === 1 ? one : many);
}

/**
 * Translates elements with the attribute `translate` (or `translatable="yes"`): their text, or the attributes it names.
 * Takes elements, lists of elements, or nothing for the whole document.
 */
export function translate(...targets: (Element | Document | ArrayLike<Element>)[]): void {
  if (targets.length === 0) targets.push(document);
  for (const target of targets) {
    if ("querySelectorAll" in target) {
      if (target instanceof Element && target.matches(TRANSLATABLE)) translateElement(target);
      target.querySelectorAll(TRANSLATABLE).forEach(translateElement);
    } else {
      translate(...Array.from(target));
    }
  }
}

const TRANSLATABLE = "[translate]:not([translate=no]), [translatable=yes]";

function translateElement(element: Element): void {
  const context = element.getAttribute("translate-context") || element.getAttribute("context");
  const translated = (text: string) => (context ? gettext(context, text) : gettext(text));
  const wanted = (element.getAttribute("translate") || "yes").split(" ");
  for (const what of wanted) {
    if (what === "yes" || what === "translate") element.textContent = translated(element.textContent ?? "");
    else if (element.hasAttribute(what)) element.setAttribute(what, translated(element.getAttribute(what) ?? ""));
  }
  element.removeAttribute("translatable");
  element.setAttribute("translate", "no");
}
