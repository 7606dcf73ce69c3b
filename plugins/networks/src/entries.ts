/** The entries of a network that can be changed while it runs: one table. */

import { N_ } from "../../lib/cockpit";
import type { Entry, Section } from "./model";

export interface Field {
  readonly name: keyof Entry;
  readonly label: string;
  readonly help?: string;
}

interface Kind {
  readonly title: string;
  readonly empty: string;
  readonly add: string;
  readonly edit: string;
  /** What is lost with one; asked before. */
  readonly loss: string;
  readonly fields: readonly Field[];
}

export const ENTRIES: Readonly<Record<Section, Kind>> = {
  range: {
    title: N_("DHCP ranges"),
    empty: N_("DHCP lends no addresses here."),
    add: N_("Add range"),
    edit: N_("Edit range"),
    loss: N_("New machines get no address from it any more. Those that have one keep it until their lease ends."),
    fields: [
      { name: "start", label: N_("First address") },
      { name: "end", label: N_("Last address") },
    ],
  },
  host: {
    title: N_("Static hosts"),
    empty: N_("No machine has an address of its own."),
    add: N_("Add static host"),
    edit: N_("Edit static host"),
    loss: N_("The machine gets any free address of the ranges, once its lease ends."),
    fields: [
      { name: "address", label: N_("Address") },
      { name: "mac", label: N_("MAC address"), help: N_("For an IPv4 address") },
      { name: "name", label: N_("Name"), help: N_("Known to DNS; may be empty") },
      { name: "duid", label: N_("DUID"), help: N_("For an IPv6 address: what the machine calls itself in DHCP") },
    ],
  },
  dns_host: {
    title: N_("Names"),
    empty: N_("DNS knows the machines' own names alone."),
    add: N_("Add name"),
    edit: N_("Edit name"),
    loss: N_("Machines do not find it by these names any more."),
    fields: [
      { name: "address", label: N_("Address") },
      { name: "hostnames", label: N_("Names"), help: N_("With blanks or commas between them") },
    ],
  },
};

/** What an entry is called on the page. */
export function nameOf(section: Section, entry: Entry): string {
  return section === "range" ? `${entry.start}-${entry.end}` : (entry.address ?? entry.mac ?? entry.name ?? "");
}

export function shownIn(entry: Entry, name: keyof Entry): string {
  const value = entry[name];
  return typeof value === "string" ? value : (value ?? []).join(", ");
}

/** An entry of what was typed in; what is empty is left out. */
export function entryOf(section: Section, texts: Readonly<Record<string, string>>): Entry {
  const filled = ENTRIES[section].fields.flatMap(({ name }) => {
    const text = (texts[name] ?? "").trim();
    if (!text) return [];
    return [[name, name === "hostnames" ? text.split(/[\s,]+/).filter(Boolean) : text] as const];
  });
  return Object.fromEntries(filled) as Entry;
}
