/** Which machines are on a network: by its name, or plugged into its bridge. */

import type { Machine, Machines, Network, Networks, Plug } from "./model";

export interface Attachment {
  readonly key: string;
  readonly machine: Machine;
  readonly mac: string;
}

export function isOn(network: Network, { type, source }: Plug): boolean {
  if (type === "network") return source === network.name;
  return type === "bridge" && network.bridge !== undefined && source === network.bridge;
}

/** The interfaces that are on the network, by machine and MAC address. */
export function attachments(network: Network, machines: Machines): Attachment[] {
  return Object.entries(machines)
    .flatMap(([key, machine]) =>
      Object.entries(machine.interfaces ?? {})
        .filter(([, plug]) => isOn(network, plug))
        .map(([mac]) => ({ key, machine, mac: mac.split("#")[0] ?? mac })),
    )
    .sort((a, b) => a.machine.name.localeCompare(b.machine.name) || a.mac.localeCompare(b.mac));
}

/** How many machines are on each network. */
export function countMachines(networks: Networks, machines: Machines): ReadonlyMap<string, number> {
  const byName = new Map(Object.entries(networks).map(([key, { name }]) => [name, key]));
  const byBridge = new Map(Object.entries(networks).flatMap(([key, { bridge }]) => (bridge ? [[bridge, key] as const] : [])));
  const counts = new Map<string, number>();
  for (const { interfaces = {} } of Object.values(machines)) {
    const found = new Set(
      Object.values(interfaces).map(({ type, source = "" }) => (type === "network" ? byName : type === "bridge" ? byBridge : undefined)?.get(source)),
    );
    for (const key of found) if (key !== undefined) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

/** Whether a process executes it: it loses its network when that stops. */
export function isLive({ state }: Machine): boolean {
  return !["shut off", "crashed", "no state"].includes(state);
}

/** The names of the machines, each once. */
export function namesOf(found: readonly Attachment[]): string[] {
  return [...new Map(found.map(({ key, machine }) => [key, machine.name])).values()];
}
