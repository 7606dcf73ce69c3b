/* The units that systemd could not keep running (org.freedesktop.systemd1). */
import { connectionEvents, dbus, message, type DBusClient } from "../../lib/cockpit";
import { onAccessChange } from "../../lib/superuser";

export interface Unit {
  name: string;
  description: string;
}

/** `absent`: there is no systemd to ask; `reason` says what was found instead. */
export type Services = { phase: "loading" } | { phase: "absent"; reason: string } | { phase: "known"; failed: readonly Unit[] };

const MANAGER = ["/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager"] as const;
/** Milliseconds after a change before the list is asked for: changes come in crowds. */
const SETTLES = 1000;

/** ListUnitsFiltered's reply: name, description, load state, active state, … */
export function failedUnits(units: unknown[][]): Unit[] {
  return units.map(([name, description]) => ({ name: String(name), description: String(description || name) }));
}

export class ServicesStore {
  #services: Services = { phase: "loading" };
  #client: DBusClient | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #listeners = new Set<() => void>();

  constructor() {
    this.#connect();
    connectionEvents.addEventListener("reconnect", () => this.#connect());
    onAccessChange(() => this.#connect());
  }

  readonly getSnapshot = (): Services => this.#services;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  #connect(): void {
    this.#client?.close();
    const client = dbus("org.freedesktop.systemd1", { bus: "system", superuser: "try" });
    this.#client = client;
    const changed = () => this.#later();
    client.subscribe({ interface: MANAGER[1], member: "JobRemoved" }, changed);
    client.subscribe({ interface: "org.freedesktop.DBus.Properties", member: "PropertiesChanged", path_namespace: `${MANAGER[0]}/unit` }, changed);
    // Without it systemd tells of no changes.
    client.call(...MANAGER, "Subscribe", [], { type: "" }).catch(() => {});
    void this.#look(client);
  }

  #later(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      if (this.#client) void this.#look(this.#client);
    }, SETTLES);
  }

  async #look(client: DBusClient): Promise<void> {
    let services: Services;
    try {
      const [units] = await client.call(...MANAGER, "ListUnitsFiltered", [["failed"]], { type: "as" });
      services = { phase: "known", failed: failedUnits(units) };
    } catch (error) {
      services = { phase: "absent", reason: message(error) };
    }
    if (this.#client !== client) return;
    this.#services = services;
    for (const listener of [...this.#listeners]) listener();
  }
}
