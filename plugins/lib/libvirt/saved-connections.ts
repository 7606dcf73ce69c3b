/** The connections that the user added, in a file of their own configuration: every page and every tab sees the same. */

export const MOST = 8;
export const LONGEST = 1024;

/** What is needed of the file; a test brings its own. */
export interface Storage {
  watch(callback: (content: unknown) => void): void;
  /** Writes what `change` makes of the content; null where there is no file. */
  modify(change: (content: unknown) => unknown): Promise<unknown>;
}

const NONE: readonly string[] = [];

export class SavedConnections {
  #storage: Storage;
  #uris = NONE;
  #listeners = new Set<() => void>();

  constructor(storage: Storage) {
    this.#storage = storage;
    storage.watch((content) => {
      const uris = urisOf(content);
      if (uris.join("\n") === this.#uris.join("\n")) return;
      this.#uris = uris;
      for (const listener of [...this.#listeners]) listener();
    });
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly getSnapshot = (): readonly string[] => this.#uris;

  /** Adds a connection, or takes one away; rejects where the file cannot be written. */
  add(uri: string): Promise<unknown> {
    return this.#change((uris) => [...uris.filter((each) => each !== uri), uri].slice(-MOST));
  }

  remove(uri: string): Promise<unknown> {
    return this.#change((uris) => uris.filter((each) => each !== uri));
  }

  #change(change: (uris: readonly string[]) => readonly string[]): Promise<unknown> {
    // Members of a newer version stay.
    return this.#storage.modify((content) => ({ ...(isRecord(content) && content), connections: change(urisOf(content)) }));
  }
}

/** Whether a text can be a URI of libvirt; what it says is libvirt's matter. */
export function isUri(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\S+$/i.test(text) && text.length <= LONGEST;
}

function isRecord(content: unknown): content is Record<string, unknown> {
  return typeof content === "object" && content !== null && !Array.isArray(content);
}

/** What in a file that anybody may have edited is of our form. */
function urisOf(content: unknown): readonly string[] {
  const found = isRecord(content) ? content["connections"] : undefined;
  if (!Array.isArray(found)) return NONE;
  return [...new Set(found.filter((each): each is string => typeof each === "string" && isUri(each)))].slice(0, MOST);
}
