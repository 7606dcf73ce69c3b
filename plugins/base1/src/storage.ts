import { application } from "./connection";

/** The browser's storage with keys of this application alone: two logins in one browser do not meet. */
export interface ApplicationStorage {
  prefixedKey(key: string): string;
  /** `both` falls back to the plain key, which pages without this API use. */
  getItem(key: string, both?: boolean): string | null;
  setItem(key: string, value: string, both?: boolean): void;
  removeItem(key: string, both?: boolean): void;
  /** Forgets this application's keys; with `full` everything. */
  clear(full?: boolean): void;
}

export function applicationStorage(storage: () => Storage): ApplicationStorage {
  const prefixedKey = (key: string) => `${application()}:${key}`;
  return {
    prefixedKey,
    getItem: (key, both = false) => storage().getItem(prefixedKey(key)) ?? (both ? storage().getItem(key) : null),
    setItem(key, value, both = false) {
      storage().setItem(prefixedKey(key), value);
      if (both) storage().setItem(key, value);
    },
    removeItem(key, both = false) {
      storage().removeItem(prefixedKey(key));
      if (both) storage().removeItem(key);
    },
    clear(full = false) {
      if (full) return storage().clear();
      const keys = Array.from({ length: storage().length }, (_unused, index) => storage().key(index) ?? "");
      for (const key of keys) if (key.startsWith(prefixedKey(""))) storage().removeItem(key);
    },
  };
}

export const localStorage = applicationStorage(() => window.localStorage);
export const sessionStorage = applicationStorage(() => window.sessionStorage);
