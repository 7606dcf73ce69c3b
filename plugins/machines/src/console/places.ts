/** Which consoles a machine has, and where they are on its host. */

import type { JsonObject } from "../../../lib/cockpit";
import type { Device, FollowedDomain } from "../details/model";
import { devicesOf } from "../details/model";

export type Place =
  | { readonly kind: "vnc"; readonly key: string; readonly open: JsonObject }
  /** Libvirt's own stream of a serial port or console, by the alias of the device. */
  | { readonly kind: "serial"; readonly key: string; readonly alias: string; readonly port: string };

/** Connections to libvirt on the host that the bridge runs on: their sockets and ports can be reached from there. */
export function isLocal(uri: string): boolean {
  return /^[a-z]+(\+unix)?:\/\/\//.test(uri);
}

/** The consoles of a machine as it runs now; those of its definition have no places yet. */
export function placesOf(followed: FollowedDomain | undefined, uri: string): Place[] {
  const screens = devicesOf(followed, "graphics").flatMap(([key, device]): Place[] => {
    const open = device.type === "vnc" && isLocal(uri) ? screenPlace(device) : null;
    return open ? [{ kind: "vnc", key, open }] : [];
  });
  return [...screens, ...serialPlaces(followed)];
}

/** Where the screen's socket is: a path, or a port of this host. What listens everywhere listens on loopback as well. */
function screenPlace({ socket, port, listen = "" }: Device): JsonObject | null {
  if (socket) return { unix: socket };
  const number = Number(port);
  if (!Number.isInteger(number) || number <= 0) return null;
  const address = ["", "0.0.0.0", "::"].includes(listen) ? "127.0.0.1" : listen;
  return { port: number, address };
}

/** A console that is the first serial port under another name is shown once, as that port. */
function serialPlaces(followed: FollowedDomain | undefined): Place[] {
  const serials = devicesOf(followed, "serial");
  const sources = new Set(serials.map(([, { source }]) => source).filter(Boolean));
  const consoles = devicesOf(followed, "console").filter(([, { source }]) => !source || !sources.has(source));
  return [...serials, ...(serials.length > 0 ? consoles.filter(([, { bus, target }]) => bus === "virtio" || (target ?? "0") !== "0") : consoles)].flatMap(
    ([key, { alias, target, type }]): Place[] => (alias && type === "pty" ? [{ kind: "serial", key, alias, port: target ?? "0" }] : []),
  );
}
