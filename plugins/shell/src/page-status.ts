/* What pages say of themselves: shown in the navigation, and kept where Cockpit's overview looks for it. */

export interface PageStatus {
  type: "error" | "warning" | "info" | "success";
  title: string;
}

const KEY = "cockpit:page_status";
const HOST = "localhost";
const TYPES = new Set<unknown>(["error", "warning", "info", "success"]);

/** What the navigation can show of a status; null for one that says nothing. */
export function asStatus(status: unknown): PageStatus | null {
  if (typeof status !== "object" || status === null) return null;
  const { type, title } = status as { type?: unknown; title?: unknown };
  if (!TYPES.has(type)) return null;
  const kind = type as PageStatus["type"];
  return { type: kind, title: typeof title === "string" ? title : kind };
}

/** The statuses of all pages as they were said, in the storage that the frames of this tab share. */
export class StatusStore {
  readonly #storage: Pick<Storage, "setItem">;
  #said: Record<string, unknown> = {};

  constructor(storage: Pick<Storage, "setItem">) {
    this.#storage = storage;
    this.#write();
  }

  set(component: string, status: unknown): void {
    const { [component]: _old, ...others } = this.#said;
    this.#said = status === null || status === undefined ? others : { ...others, [component]: status };
    this.#write();
  }

  /* A full or forbidden storage costs the overview its list, and nothing else. */
  #write(): void {
    try {
      this.#storage.setItem(KEY, JSON.stringify({ [HOST]: this.#said }));
    } catch (error) {
      console.warn(error);
    }
  }
}
