/** How this browser's user likes the terminal. */

export interface Settings {
  /** Pixels. */
  readonly fontSize: number;
  /** The screen is told to screen readers, line by line; costs speed. */
  readonly screenReader: boolean;
}

export const SMALLEST = 8;
export const LARGEST = 40;
export const DEFAULT_SETTINGS: Settings = { fontSize: 14, screenReader: false };

const KEY = "pilothouse:terminal";

/** Reads what `formatSettings` wrote; whatever makes no sense counts as not there. */
export function parseSettings(text: string | null): Settings {
  let stored: unknown;
  try {
    stored = JSON.parse(text ?? "{}");
  } catch {
    stored = {};
  }
  const { fontSize, screenReader } = (stored ?? {}) as Partial<Record<keyof Settings, unknown>>;
  const usable = typeof fontSize === "number" && Number.isInteger(fontSize) && fontSize >= SMALLEST && fontSize <= LARGEST;
  return {
    fontSize: usable ? fontSize : DEFAULT_SETTINGS.fontSize,
    screenReader: screenReader === true,
  };
}

export function loadSettings(): Settings {
  try {
    return parseSettings(localStorage.getItem(KEY));
  } catch {
    return DEFAULT_SETTINGS;
  }
}

/** A browser that keeps nothing loses the settings with the page; that is no error. */
export function saveSettings(settings: Settings): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(settings));
  } catch {
    return;
  }
}
