/** The types of pools that libvirt knows, and what is asked for each. */

import { gettext as _, N_ } from "../../lib/cockpit";

export type FieldName =
  | "target" | "hosts" | "directory" | "devices" | "source_name" | "source_format" | "adapter" | "initiator" | "user" | "secret";

export interface Field {
  readonly name: FieldName;
  readonly label: string;
  readonly example?: string;
  readonly needed?: boolean;
  /** Several of them, a line each. */
  readonly several?: boolean;
  readonly choices?: readonly string[];
  readonly value?: string;
  /** Instead of `value` where it is built. */
  readonly built?: string;
}

export type Values = Readonly<Partial<Record<FieldName, string>>>;

export interface PoolType {
  readonly label: string;
  readonly fields: readonly Field[];
  /** What building it makes; what cannot be built has none. */
  readonly build?: string;
  /** Building it destroys what is on its devices. */
  readonly destroys?: boolean;
  /** That has to be said to libvirt, which does not do it otherwise. */
  readonly overwrite?: boolean;
}

const TARGET: Field = { name: "target", label: N_("Path on this host"), needed: true };
const HOST: Field = { name: "hosts", label: N_("Server"), example: "nas.example.org", needed: true };
const HOSTS: Field = { name: "hosts", label: N_("Servers, one a line"), example: "mon1.example.org:6789", needed: true, several: true };
const DEVICE: Field = { name: "devices", label: N_("Device"), needed: true };
const IQN: Field = { name: "devices", label: N_("Target (IQN)"), example: "iqn.2026-01.org.example:disks", needed: true };
const INITIATOR: Field = { name: "initiator", label: N_("Initiator (IQN)"), example: "iqn.2026-01.org.example:host" };
const LOGIN: readonly Field[] = [
  { name: "user", label: N_("User") },
  { name: "secret", label: N_("UUID of libvirt's secret with the password") },
];

export const POOL_TYPES: Readonly<Record<string, PoolType>> = {
  dir: { label: N_("Folder"), fields: [{ ...TARGET, example: "/srv/images" }], build: N_("Create the folder if it is not there") },
  fs: {
    label: N_("File system on a device"),
    fields: [
      { ...DEVICE, example: "/dev/sdb1" },
      { ...TARGET, example: "/srv/disk" },
      { name: "source_format", label: N_("File system"), choices: ["auto", "ext4", "xfs", "ext3", "ext2", "vfat"], value: "auto", built: "ext4" },
    ],
    build: N_("Make the file system"),
    destroys: true,
    overwrite: true,
  },
  netfs: {
    label: N_("Network file system (NFS, CIFS, GlusterFS)"),
    fields: [
      HOST,
      { name: "directory", label: N_("Path on the server"), example: "/export/images", needed: true },
      { ...TARGET, example: "/srv/nas" },
      { name: "source_format", label: N_("Protocol"), choices: ["auto", "nfs", "cifs", "glusterfs"], value: "auto" },
    ],
    build: N_("Create the folder if it is not there"),
  },
  logical: {
    label: N_("LVM volume group"),
    fields: [
      { name: "source_name", label: N_("Volume group"), example: "vg0", needed: true },
      { name: "devices", label: N_("Devices of a new group, one a line"), example: "/dev/sdb", several: true },
    ],
    build: N_("Make the volume group out of the devices"),
    destroys: true,
    overwrite: true,
  },
  disk: {
    label: N_("Partitions of a disk"),
    fields: [
      { ...DEVICE, example: "/dev/sdb" },
      { name: "source_format", label: N_("Partition table"), choices: ["gpt", "dos", "dvh", "mac", "bsd", "sun"], value: "gpt" },
    ],
    build: N_("Write a new partition table"),
    destroys: true,
    overwrite: true,
  },
  iscsi: { label: N_("iSCSI"), fields: [HOST, IQN, INITIATOR, ...LOGIN] },
  "iscsi-direct": { label: N_("iSCSI without devices on this host"), fields: [HOST, IQN, { ...INITIATOR, needed: true }, ...LOGIN] },
  scsi: { label: N_("SCSI host"), fields: [{ name: "adapter", label: N_("Adapter"), example: "scsi_host3", needed: true }] },
  mpath: { label: N_("Multipath devices"), fields: [] },
  rbd: {
    label: N_("Ceph (RBD)"),
    fields: [HOSTS, { name: "source_name", label: N_("Pool of the cluster"), example: "vms", needed: true }, ...LOGIN],
  },
  gluster: {
    label: N_("Gluster"),
    fields: [
      HOST,
      { name: "source_name", label: N_("Gluster volume"), example: "vms", needed: true },
      { name: "directory", label: N_("Folder in the volume"), example: "/images" },
    ],
  },
  zfs: {
    label: N_("ZFS"),
    fields: [
      { name: "source_name", label: N_("ZFS pool or data set"), example: "tank/vms", needed: true },
      { name: "devices", label: N_("Devices of a new pool, one a line"), example: "/dev/sdb", several: true },
    ],
    build: N_("Make the ZFS pool out of the devices"),
    destroys: true,
  },
  vstorage: {
    label: N_("Virtuozzo storage"),
    fields: [{ name: "source_name", label: N_("Cluster"), needed: true }, { ...TARGET, example: "/srv/vstorage" }],
  },
  sheepdog: { label: N_("Sheepdog"), fields: [HOST, { name: "source_name", label: N_("Pool of the cluster"), needed: true }] },
};

/** What people call a type; one that is not known here is called as libvirt does. */
export function labelOf(type: string): string {
  const label = POOL_TYPES[type]?.label;
  return label ? _(label) : type;
}

/** What `pool_define` takes of what was typed in; what the type does not have is left out. */
export function parametersOf(type: string, values: Values, build = false): Record<string, string | string[]> {
  const found: Record<string, string | string[]> = {};
  for (const field of POOL_TYPES[type]?.fields ?? []) {
    const { name, several } = field;
    const text = valueOf(field, values, build).trim();
    if (!text) continue;
    const lines = several ? text.split("\n").map((line) => line.trim()).filter(Boolean) : [text];
    found[name] = name === "hosts" || name === "devices" ? lines : text;
  }
  return found;
}

/** What a field holds: what was typed in, else what it begins with. */
export function valueOf({ name, value = "", built = value }: Field, values: Values, build: boolean): string {
  const own = values[name] ?? value;
  // What is not there yet cannot be looked at to find out.
  return build && own === value ? built : own;
}

/** Whether all that the type needs is there. */
export function isComplete(type: string, values: Values): boolean {
  const given = parametersOf(type, values);
  return (POOL_TYPES[type]?.fields ?? []).every(({ name, needed }) => !needed || given[name] !== undefined);
}

/** The formats of volumes that a pool of a type can make; none where volumes have no format. */
export function volumeFormats(type: string | undefined): readonly string[] {
  switch (type) {
    case "dir":
    case "fs":
    case "netfs":
    case "gluster":
    case "vstorage":
      return ["qcow2", "raw", "vmdk", "vdi", "qed"];
    case "disk":
      return ["none", "linux", "fat16", "fat32", "linux-swap", "linux-lvm", "linux-raid", "extended"];
    default:
      return [];
  }
}
