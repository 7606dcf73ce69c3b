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

export interface ConnectionState {
  readonly connection: ConnectionInfo;
  readonly capabilities: Capabilities;
}

/** Why a method cannot be called; undefined where it can, "" where only nobody is there to call it. */
export function refusal({ capabilities, enabled }: { capabilities: Capabilities; enabled: boolean }, method: string): string | undefined {
  const capability = capabilities[method];
  if (capability === true) return enabled ? undefined : "";
  return capability ?? "";
}
