/** What the libvirt back end publishes of a connection (channel `libvirt1`), whichever parts a page asks for. */

export interface ConnectionInfo {
  readonly uri: string;
  readonly status: "connecting" | "connected" | "disconnected" | "failed";
  readonly message?: string;
  readonly demo?: boolean;
  readonly hypervisor?: string;
  readonly hostname?: string;
  readonly version?: string;
  readonly readonly?: boolean;
  /** Every row of a domain has what its XML tells. */
  readonly described?: boolean;
}

/** Method -> true, or the sentence that says why it cannot be called here; also such a sentence for a part that cannot be read. */
export type Capabilities = Readonly<Record<string, true | string>>;

/** Work that goes on whether anybody looks or not. */
export interface Job {
  readonly method: string;
  /** Of the object that it is about. */
  readonly key: string;
  readonly name?: string;
  /** Seconds since 1970, as `ended`. */
  readonly started: number;
  readonly state: "running" | "done" | "failed" | "cancelled" | "interrupted";
  readonly done?: number;
  /** In the same unit as `done`; absent where nobody can tell. */
  readonly total?: number;
  /** What is being done just now. */
  readonly text?: string;
  readonly cancelling?: boolean;
  readonly ended?: number;
  readonly message?: string;
  /** The key of what was made. */
  readonly made?: string;
}

export type Jobs = Readonly<Record<string, Job>>;

export interface ConnectionState {
  readonly connection: ConnectionInfo;
  readonly capabilities: Capabilities;
  /** Where the part `jobs` was asked for. */
  readonly jobs?: Jobs;
}

/** Why a method cannot be called; undefined where it can, "" where only nobody is there to call it. */
export function refusal({ capabilities, enabled }: { capabilities: Capabilities; enabled: boolean }, method: string): string | undefined {
  const capability = capabilities[method];
  if (capability === true) return enabled ? undefined : "";
  return capability ?? "";
}
