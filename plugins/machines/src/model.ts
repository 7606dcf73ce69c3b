/** What the machines back end publishes (channel `libvirt1`). Sizes are in bytes, keys of domains are their UUIDs. */

export type DomainState =
  | "running" | "blocked" | "paused" | "suspended" | "shutting down" | "shut off" | "crashed" | "no state";

export interface Domain {
  readonly name: string;
  readonly state: DomainState;
  /** Why it is in this state, in libvirt's words. */
  readonly reason?: string;
  readonly vcpus: number;
  /** The most the guest may use now. */
  readonly memory: number;
  readonly max_memory: number;
  readonly persistent: boolean;
  readonly autostart: boolean;
  readonly managed_save: boolean;
  readonly title?: string;
  readonly tags?: readonly string[];
  /** Of one that runs. */
  readonly addresses?: readonly string[];
}

export interface ConnectionInfo {
  readonly uri: string;
  readonly status: "connecting" | "connected" | "disconnected" | "failed";
  readonly message?: string;
  readonly demo?: boolean;
  readonly hypervisor?: string;
  readonly hostname?: string;
  readonly version?: string;
  readonly readonly?: boolean;
  /** Every row has what its XML tells. */
  readonly described?: boolean;
}

/** Method -> true, or the sentence that says why it cannot be called here. */
export type Capabilities = Readonly<Record<string, true | string>>;
export type Domains = Readonly<Record<string, Domain>>;

export interface MachinesState {
  readonly connection: ConnectionInfo;
  readonly capabilities: Capabilities;
  readonly domains: Domains;
}

/**
 * Share of all its virtual CPUs in percent (0…100), and bytes of memory in use; where they are told also the bytes a second read
 * from and written to its disks, and received and sent by its interfaces.
 */
export type Sample = readonly [cpu: number, memory: number, read?: number, written?: number, received?: number, sent?: number];
export type Samples = Readonly<Record<string, Sample>>;
