/** What the back end tells of one machine that is looked at closely (`follow`). */

import type { Connection } from "../../../lib/rpc";
import type { Capabilities, ConnectionInfo } from "../../../lib/libvirt/model";
import type { Changes } from "../../../lib/libvirt/pending-table";
import type { Domain, MachinesState, Samples } from "../model";

export interface DetailedDomain extends Domain {
  readonly description?: string;
}

export interface Device {
  readonly order: number;
  readonly kind: string;
  readonly type?: string;
  readonly device?: string;
  readonly model?: string;
  readonly target?: string;
  readonly bus?: string;
  readonly source?: string;
  readonly format?: string;
  readonly readonly?: boolean;
  readonly mac?: string;
  readonly link?: string;
  readonly port?: string;
  readonly tls_port?: string;
  readonly listen?: string;
  readonly socket?: string;
  readonly alias?: string;
}

export interface Hardware {
  readonly type?: string;
  readonly arch?: string;
  readonly machine?: string;
  readonly firmware?: "bios" | "efi";
  readonly secure_boot?: boolean;
  readonly cpu_mode?: string;
  readonly cpu_model?: string;
  readonly boot?: readonly string[];
  readonly boot_menu?: boolean;
}

export interface DomainSnapshot {
  readonly description?: string;
  /** Seconds since 1970. */
  readonly created?: number;
  readonly state?: string;
  readonly parent?: string;
  readonly external?: boolean;
}

export interface FollowedDomain {
  readonly xml: string;
  /** Where what the next start will use differs. */
  readonly inactive_xml?: string;
  readonly description?: string;
  readonly notes?: string;
  readonly hardware?: Hardware;
  readonly devices?: Readonly<Record<string, Device>>;
  readonly pending?: Changes;
  readonly snapshots?: Readonly<Record<string, DomainSnapshot>>;
  readonly current_snapshot?: string;
}

export interface DetailsState extends MachinesState {
  readonly domains: Readonly<Record<string, DetailedDomain>>;
  readonly followed: { readonly domain?: Readonly<Record<string, FollowedDomain>> };
}

export type Backend = Connection<DetailsState, Samples>;

/** A machine that is on show. */
export interface Machine {
  readonly backend: Backend;
  readonly id: string;
  readonly domain: DetailedDomain;
  /** Undefined until it was read. */
  readonly followed: FollowedDomain | undefined;
  readonly capabilities: Capabilities;
  readonly connection: ConnectionInfo;
  /** False while nobody is there to act. */
  readonly enabled: boolean;
}

/** The devices of some kinds, in the order of the XML. */
export function devicesOf(followed: FollowedDomain | undefined, ...kinds: string[]): [key: string, device: Device][] {
  return Object.entries(followed?.devices ?? {})
    .filter(([, { kind }]) => kinds.includes(kind))
    .sort(([, a], [, b]) => a.order - b.order);
}
