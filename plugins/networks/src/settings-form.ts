/** What the form of a network's settings holds, and what it makes of that. */

import { MODES } from "./modes";
import type { HostDevice, Network, Networks, Settings } from "./model";

/** All as text, as it is typed in. */
export interface Draft {
  mode: string;
  device: string;
  sharing: string;
  bridge: string;
  mtu: string;
  domain: string;
  domain_local: boolean;
  dns: boolean;
  forwarders: string;
  ipv4: string;
  ipv4_start: string;
  ipv4_end: string;
  ipv6: string;
  ipv6_start: string;
  ipv6_end: string;
}

const EMPTY: Draft = {
  mode: "nat", device: "", sharing: "bridge", bridge: "", mtu: "", domain: "", domain_local: false, dns: true, forwarders: "",
  ipv4: "", ipv4_start: "", ipv4_end: "", ipv6: "", ipv6_start: "", ipv6_end: "",
};

/** A new network: NAT on a subnet that no other network has. */
export function newDraft(networks: Networks): Draft {
  const taken = new Set(Object.values(networks).flatMap(({ addresses = [] }) => addresses.map((address) => address.split(".").slice(0, 3).join("."))));
  const free = Array.from({ length: 100 }, (_none, index) => `192.168.${100 + index}`).find((prefix) => !taken.has(prefix));
  return free === undefined ? EMPTY : { ...EMPTY, ipv4: `${free}.1/24`, ipv4_start: `${free}.100`, ipv4_end: `${free}.254` };
}

/** The settings that are stored; ranges are entries of their own and not among them. */
export function draftOf(settings: Settings): Draft {
  const { mtu, forwarders = [], ...others } = settings;
  return { ...EMPTY, ...others, mtu: mtu ? String(mtu) : "", forwarders: forwarders.join(", ") };
}

/** What the back end is told: nothing that the mode does not have. */
export function settingsOf(draft: Draft): Settings {
  const { mode, device, sharing, bridge, mtu, forwarders, domain_local, dns, ...texts } = draft;
  const kind = MODES[mode];
  const kept = (part: string) => (part.trim() ? part.trim() : undefined);
  const own = kind?.own
    ? {
        ...Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, text.trim()])),
        domain_local: domain_local && Boolean(kept(draft.domain)),
        dns,
        forwarders: forwarders.split(/[\s,]+/).filter(Boolean),
      }
    : {};
  const found = {
    mode,
    device: kind?.device && kept(device),
    sharing: mode === "macvtap" ? sharing : undefined,
    bridge: mode === "bridge" || kind?.own ? kept(bridge) : undefined,
    mtu: kept(mtu) && /^\d{1,9}$/.test(mtu.trim()) ? Number(mtu.trim()) : undefined,
    ...own,
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined && value !== "")) as unknown as Settings;
}

/** What is missing before it makes sense to ask the back end. */
export function isIncomplete({ mode, device, bridge, mtu }: Draft): boolean {
  if (mtu.trim() && !/^\d{1,9}$/.test(mtu.trim())) return true;
  return (MODES[mode]?.device === "required" && !device.trim()) || (mode === "bridge" && !bridge.trim());
}

/** The names of the host's devices that a network of this mode can go through. */
export function devicesFor(mode: string, devices: Readonly<Record<string, HostDevice>>, networks: Networks): string[] {
  const made = new Set(Object.values(networks).map(({ bridge }: Network) => bridge));
  return Object.values(devices)
    .filter(({ type, parent = "" }) => type === "net" && (mode !== "hostdev" || Boolean(devices[parent]?.virtual_functions)))
    .map((device) => device.interface ?? "")
    .filter((name) => name && name !== "lo" && !/^(vnet|macvtap)\d/.test(name) && !made.has(name))
    .sort();
}
