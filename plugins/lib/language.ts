/* In what language the page speaks: at first the one that its `po.js` is in, then what the user chooses in the shell. */
import { gettext as _, language, languageDirection, locale, type Catalogue } from "../base1/src/gettext";
import { collected, load } from "./catalogues";

/** What everything is written in. */
export const SOURCE_LANGUAGE = "en";
const COOKIE = "CockpitLang";
const COOKIE_SECONDS = 10 * 365 * 24 * 3600;
/** Kept where Cockpit keeps it. Other documents hear of a change by their `storage` event. */
const STORAGE_KEY = "cockpit.lang";

let own: Catalogue[] = [];
let fallbacks: Catalogue[] = [];
let title = { source: "", shown: "" };
let choices = 0;
/** Changes with every change of the texts. */
let version = 0;
const listeners = new Set<() => void>();

function apply(): void {
  locale(null);
  for (const { "": _header, ...texts } of fallbacks) locale(texts);
  for (const catalogue of own) locale(catalogue);
  const root = document.documentElement;
  root.lang = language().replace("_", "-");
  root.dir = languageDirection();
  if (document.title === title.shown) document.title = title.shown = _(title.source);
  version += 1;
  for (const listener of [...listeners]) listener();
}

/** What tells the texts of one moment from those of another. */
export const textsVersion = (): number => version;

/** Calls back whenever texts may have changed; returns what ends that. */
export function onLanguageChange(callback: () => void): () => void {
  listeners.add(callback);
  return () => listeners.delete(callback);
}

/** Further texts, for what the page's own do not have; forgotten when the language changes. */
export function addFallbacks(catalogues: Catalogue[]): void {
  if (catalogues.length === 0) return;
  fallbacks = catalogues;
  apply();
}

/** "de", "pt-br": as in the cookie. Its file is named `po.pt_BR.js`. */
export function fileOf(code: string): string {
  const [base = "", region] = code.split(/[-_]/);
  return `po.${region ? `${base.toLowerCase()}_${region.toUpperCase()}` : base.toLowerCase()}.js`;
}

async function speak(code: string): Promise<void> {
  const choice = ++choices;
  const catalogues = code === SOURCE_LANGUAGE ? [] : await load(fileOf(code));
  if (choice !== choices) return;
  own = catalogues;
  fallbacks = [];
  apply();
}

/** What the user chose, else what the browser is set to: which package has it is another question. */
export function preferredLanguage(): string {
  const chosen = new RegExp(`(?:^|; )${COOKIE}=([^;]*)`).exec(document.cookie)?.[1];
  const code = chosen ? decodeURIComponent(chosen) : navigator.language;
  return code.toLowerCase().split("-")[0] === SOURCE_LANGUAGE ? SOURCE_LANGUAGE : code;
}

/** Has all pages of this browser speak a language, now and when it comes back. */
export function chooseLanguage(code: string): void {
  const secure = window.location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `${COOKIE}=${encodeURIComponent(code)}; path=/; max-age=${COOKIE_SECONDS}; SameSite=Strict${secure}`;
  localStorage.setItem(STORAGE_KEY, code);
  void speak(code);
}

/** Keeps the document in the language from now on. */
export function followLanguage(): void {
  own = collected();
  title = { source: document.title, shown: document.title };
  document.documentElement.dataset["followsLanguage"] = "";
  apply();
  window.addEventListener("storage", ({ key, newValue }) => {
    if (key === STORAGE_KEY && newValue) void speak(newValue);
  });
}

/** Whether a page changes its language by itself. */
export function followsLanguage(page: Document): boolean {
  return page.documentElement.dataset["followsLanguage"] !== undefined;
}
