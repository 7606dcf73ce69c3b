/** A file that virt-viewer opens: an ini file, whose values are one line each. It has no password: the viewer asks. */

import type { Device } from "../details/model";

export interface Viewer {
  type: "vnc" | "spice";
  host: string;
  /** Empty where it takes TLS alone. */
  port: string;
  /** Empty where it takes none. */
  tlsPort: string;
  title: string;
}

const EVERYWHERE = ["", "0.0.0.0", "::"];

/** What a viewer needs of a screen on `host`; null where it has no port. */
export function viewerOf({ type, port, tls_port, listen = "" }: Device, host: string, title: string): Viewer | null {
  const ports = { port: portOf(port), tlsPort: type === "spice" ? portOf(tls_port) : "" };
  if ((type !== "vnc" && type !== "spice") || (!ports.port && !ports.tlsPort)) return null;
  return { type, ...ports, title, host: EVERYWHERE.includes(listen) ? host : listen };
}

/** Whether it listens to programs of its own host alone, which is known here by the name `known`. */
export function isOutOfReach({ host }: Viewer, known: string): boolean {
  return isLoopback(host) && !isLoopback(known);
}

export function viewerFile({ type, host, port, tlsPort, title }: Viewer): string {
  const settings = { type, host, port, "tls-port": tlsPort, title };
  const lines = Object.entries(settings).flatMap(([name, value]) => (value ? [`${name}=${oneLine(value)}`] : []));
  return ["[virt-viewer]", ...lines, "delete-this-file=1", ""].join("\n");
}

function portOf(port = ""): string {
  return Number(port) > 0 ? port : "";
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || host === "[::1]" || host.startsWith("127.");
}

/** A name must not add settings to the file, some of which name proxies. */
function oneLine(text: string): string {
  return [...text].map((each) => (each < " " || each === "\x7f" ? " " : each)).join("");
}
