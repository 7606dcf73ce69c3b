/** What the machines back end publishes (channel `libvirt1`). Sizes are in bytes, keys of domains are their UUIDs. */

import type { ConnectionState } from "../../lib/libvirt/model";

export type DomainState =
  | "running" | "blocked" | "paused" | "suspended" | "shutting down" | "shut off" | "crashed" | "no state";

export interface Domain {
  readonly name: string;
  readonly state: DomainState;
  /** Why it is in this state, in libvirt's words. */
  readonly reason?: string;
  /** As the memory, told a moment after the state. */
  readonly vcpus?: number;
  /** The most the guest may use now. */
  readonly memory?: number;
  readonly max_memory?: number;
  readonly persistent: boolean;
  readonly autostart: boolean;
  readonly managed_save: boolean;
  readonly title?: string;
  readonly tags?: readonly string[];
  /** Of one that runs. */
  readonly addresses?: readonly string[];
}

export type Domains = Readonly<Record<string, Domain>>;

export interface MachinesState extends ConnectionState {
  readonly domains: Domains;
}

/**
 * Share of all its virtual CPUs in percent (0…100), and bytes of memory in use; where they are told also the bytes a second read
 * from and written to its disks, and received and sent by its interfaces.
 */
export type Sample = readonly [cpu: number, memory: number, read?: number, written?: number, received?: number, sent?: number];
export type Samples = Readonly<Record<string, Sample>>;
