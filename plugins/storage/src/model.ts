/** What the page knows of the storage of one connection. */

import type { ConnectionInfo, Capabilities, ConnectionState } from "../../lib/libvirt/model";
import type { Connection } from "../../lib/rpc";

export interface Pool {
  readonly name: string;
  /** One of `POOL_TYPES`, or what a later libvirt has. */
  readonly type?: string;
  readonly active: boolean;
  readonly persistent: boolean;
  readonly autostart: boolean;
  /** Bytes, while it runs. */
  readonly capacity?: number;
  readonly allocation?: number;
  readonly available?: number;
  readonly path?: string;
  readonly source?: string;
  readonly device?: string;
}

export interface Volume {
  readonly name: string;
  /** The UUID of its pool. */
  readonly pool: string;
  readonly type?: string;
  readonly path?: string;
  readonly capacity?: number;
  readonly allocation?: number;
  readonly format?: string;
  /** The path of what it is based on. */
  readonly backing?: string;
}

export interface Machine {
  readonly name: string;
  readonly state: string;
  /** Of its disks: paths, or `POOL NAME/VOLUME`. */
  readonly sources?: readonly string[];
}

export type Rows<T> = Readonly<Record<string, T>>;

export interface StorageState extends ConnectionState {
  readonly pools: Rows<Pool>;
  readonly volumes: Rows<Volume>;
  readonly domains: Rows<Machine>;
}

export type Backend = Connection<StorageState, never>;

/** What every dialog and every row needs of the connection. */
export interface Place {
  readonly backend: Backend;
  readonly connection: ConnectionInfo | undefined;
  readonly capabilities: Capabilities;
  /** Whether somebody is there to act. */
  readonly enabled: boolean;
}
