/** The address of a machine's page: `#/machine?id=UUID&connection=URI&tab=NAME`. Never a name: a machine may have any. */

import { location, type LocationOptions } from "../../../lib/cockpit";
import { optionOf } from "../../../lib/libvirt/address";

export const TABS = ["overview", "usage", "console", "snapshots", "xml", "log"] as const;
export type Tab = (typeof TABS)[number];

export interface MachineAddress {
  readonly id: string;
  /** The connection's URI; "" leaves it to the back end, as the list does. */
  readonly connection: string;
  readonly tab: Tab;
}

/** Reads the options of the address; what makes no sense counts as not there. */
export function parseAddress(options: Readonly<LocationOptions>): MachineAddress {
  const one = (name: string) => optionOf(options, name);
  return {
    id: one("id").toLowerCase(),
    connection: one("connection"),
    tab: TABS.find((tab) => tab === one("tab")) ?? TABS[0],
  };
}

/** The inverse of `parseAddress`; what is as usual is left out. */
export function formatAddress({ id, connection = "", tab = TABS[0] }: Partial<MachineAddress> & { id: string }): Record<string, string> {
  return { id, ...(connection && { connection }), ...(tab !== TABS[0] && { tab }) };
}

/** What a link to the machine's page has as its target. */
export function machineHref(address: Partial<MachineAddress> & { id: string }): string {
  return `#${location().encode(["machine"], formatAddress(address))}`;
}
