/** What the libvirt back end publishes of networks, and of machines what this page needs. Keys are UUIDs. */

import type { ConnectionState } from "../../lib/libvirt/model";
import type { Changes } from "../../lib/libvirt/pending-table";
import type { Connection } from "../../lib/rpc";

export interface Network {
  readonly name: string;
  /** How it reaches others; `MODES` has those that can be made here. */
  readonly mode: string;
  readonly bridge?: string;
  /** The host's, that it goes through. */
  readonly device?: string;
  readonly domain?: string;
  /** The host's on it, with their prefixes. */
  readonly addresses?: readonly string[];
  readonly dhcp: boolean;
  readonly active: boolean;
  readonly persistent: boolean;
  readonly autostart: boolean;
}

export type Networks = Readonly<Record<string, Network>>;

/** Where an interface of a machine is plugged in. */
export interface Plug {
  readonly type?: string;
  /** The name of a network, bridge or device. */
  readonly source?: string;
}

export interface Machine {
  readonly name: string;
  readonly state: string;
  readonly addresses?: readonly string[];
  /** By MAC address. */
  readonly interfaces?: Readonly<Record<string, Plug>>;
}

export type Machines = Readonly<Record<string, Machine>>;

export interface HostDevice {
  readonly type?: string;
  readonly parent?: string;
  readonly interface?: string;
  readonly virtual_functions?: string;
}

/** As `network_define` takes them; what is empty is not there. */
export interface Settings {
  readonly mode: string;
  readonly device?: string;
  readonly sharing?: string;
  readonly bridge?: string;
  readonly mtu?: number;
  readonly domain?: string;
  readonly domain_local?: boolean;
  readonly dns?: boolean;
  readonly forwarders?: readonly string[];
  readonly ipv4?: string;
  readonly ipv4_start?: string;
  readonly ipv4_end?: string;
  readonly ipv6?: string;
  readonly ipv6_start?: string;
  readonly ipv6_end?: string;
}

/** A range, a static host or a name, by the members that it has. */
export interface Entry {
  readonly start?: string;
  readonly end?: string;
  readonly mac?: string;
  readonly duid?: string;
  readonly name?: string;
  readonly address?: string;
  readonly hostnames?: readonly string[];
}

export type Section = "range" | "host" | "dns_host";
type Entries = Readonly<Record<string, Entry>>;

export interface FollowedNetwork {
  readonly xml: string;
  readonly inactive_xml?: string;
  readonly settings: Settings;
  /** Where others are stored. */
  readonly stored_settings?: Settings;
  readonly pending?: Changes;
  readonly ranges?: Entries;
  readonly hosts?: Entries;
  readonly dns_hosts?: Entries;
}

export interface Lease {
  readonly address: string;
  readonly mac?: string;
  readonly name?: string;
  readonly client?: string;
  /** Seconds since 1970; none for one that never ends. */
  readonly expiry?: number;
}

export interface NetworksState extends ConnectionState {
  readonly networks: Networks;
  readonly domains: Machines;
  readonly node_devices: Readonly<Record<string, HostDevice>>;
  readonly followed: { readonly network?: Readonly<Record<string, FollowedNetwork>> };
}

export type Backend = Connection<NetworksState, never>;
