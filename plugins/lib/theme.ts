/* Light or dark: what the user chose in the shell (kept where Cockpit keeps it), else what the system prefers. */

export type Style = "auto" | "light" | "dark";

const STORAGE_KEY = "shell:style";
const DARK_CLASSES = ["pf-v6-theme-dark", "pf-v5-theme-dark"];
/** Told to a window whose own script changed the choice; the others hear of it by their `storage` event. */
const CHANGED = "cockpit-style";

const systemPrefersDark = () => window.matchMedia("(prefers-color-scheme: dark)");

export function chosenStyle(): Style {
  try {
    const style = localStorage.getItem(STORAGE_KEY);
    return style === "light" || style === "dark" ? style : "auto";
  } catch {
    return "auto";
  }
}

export function chooseStyle(style: Style): void {
  localStorage.setItem(STORAGE_KEY, style);
  window.dispatchEvent(new CustomEvent(CHANGED, { detail: { style } }));
}

export function isDark(): boolean {
  const style = chosenStyle();
  return style === "dark" || (style === "auto" && systemPrefersDark().matches);
}

/** Calls back whenever the theme may have changed; returns what ends that. */
export function onThemeChange(callback: () => void): () => void {
  const media = systemPrefersDark();
  const stored = (event: StorageEvent) => {
    if (event.key === STORAGE_KEY || event.key === null) callback();
  };
  window.addEventListener("storage", stored);
  window.addEventListener(CHANGED, callback);
  media.addEventListener("change", callback);
  return () => {
    window.removeEventListener("storage", stored);
    window.removeEventListener(CHANGED, callback);
    media.removeEventListener("change", callback);
  };
}

/** Keeps the document in the theme from now on. */
export function followTheme(): void {
  const apply = () => {
    const dark = isDark();
    const root = document.documentElement;
    for (const name of DARK_CLASSES) root.classList.toggle(name, dark);
    root.style.colorScheme = dark ? "dark" : "light";
  };
  apply();
  onThemeChange(apply);
}
