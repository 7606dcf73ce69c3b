import { channel } from "./channel";
import { dbus } from "./dbus";
import type { DBusProxy } from "./dbus-proxy";
import { Emitter } from "./events";
import { user as askUser, type User } from "./user";

export interface PermissionOptions {
  /** May open channels as root. */
  admin?: boolean;
  /** Is a member of this group. */
  group?: string;
  /** What is known already: then nothing is asked. */
  user?: User;
  _is_superuser?: boolean;
}


/**
 * Whether the user may do something, for a page to show what makes sense; root may do everything. `allowed` is null until
 * that is known; `changed` tells of it, and of administrative access that came or went.
 */
export class Permission extends Emitter<{ changed: [] }> {
  allowed: boolean | null = null;
  user: User | null;
  is_superuser: boolean | null;
  readonly #options: PermissionOptions;
  readonly #followed: { proxy: DBusProxy; listener: () => void } | null = null;
  #closed = false;

  constructor(options: PermissionOptions = {}) {
    super();
    this.#options = options;
    this.user = options.user ?? null;
    this.is_superuser = options._is_superuser ?? null;
    if (this.user && this.is_superuser !== null) {
      this.allowed = this.#judge();
      return;
    }
    if (options.admin) this.#followed = this.#follow();
    void this.#learn();
  }

  /* A bridge without this object has one access for its whole life. */
  #follow(): { proxy: DBusProxy; listener: () => void } {
    const proxy = dbus(null, { bus: "internal" }).proxy("cockpit.Superuser", "/superuser");
    let access: unknown;
    const listener = () => {
      const before = access;
      access = proxy["Current"];
      if (before !== undefined && access !== before && access !== "init") void this.#learn();
    };
    proxy.addEventListener("changed", listener);
    return { proxy, listener };
  }

  async #learn(): Promise<void> {
    const [found, may] = await Promise.all([this.user ?? Promise.resolve(askUser()).catch(() => null), this.#options.admin ? probe() : null]);
    if (this.#closed) return;
    this.user = found;
    this.is_superuser = may;
    const allowed = this.#judge();
    if (allowed === this.allowed) return;
    this.allowed = allowed;
    this.dispatchEvent("changed");
  }

  #judge(): boolean | null {
    if (this.user?.id === 0) return true;
    if (this.#options.group !== undefined) return this.user && this.user.groups.includes(this.#options.group);
    if (this.#options.admin) return this.is_superuser;
    return this.user && false;
  }

  close(): void {
    this.#closed = true;
    this.#followed?.proxy.removeEventListener("changed", this.#followed.listener);
  }
}

/* Whether a channel as root opens. */
function probe(): Promise<boolean> {
  return new Promise((resolve) => {
    const asking = channel({ payload: "null", superuser: "require" });
    asking.wait().then(
      () => {
        resolve(true);
        asking.close();
      },
      () => resolve(false),
    );
  });
}

export function permission(options?: PermissionOptions): Permission {
  return new Permission(options);
}
