/* The page's one connection, made when something first needs it. */
import { Emitter } from "./events";
import type { Message } from "./frames";
import type { Control } from "./json";
import { hasRelay, ParentSocket } from "./parent-transport";
import { Transport, type Filter, type Socket } from "./transport";

export interface Closed {
  problem: string;
  message?: string;
}

const filters = { incoming: [] as Filter[], outgoing: [] as Filter[] };
let current: Transport | null = null;
let openSocket: () => Socket = () => (hasRelay() ? new ParentSocket() : (new WebSocket(uri(), "cockpit1") as unknown as Socket));

/** `close` (reason) when the connection is gone for good; `hint` when the shell tells this page something; `reconnect` when a new one was begun. */
export const connectionEvents = new Emitter<{ close: [Closed]; hint: [Control]; reconnect: [] }>();

filters.incoming.push((_message, channel, control) => {
  if (control?.command === "hint" && channel === "") connectionEvents.dispatchEvent("hint", control);
});

/** Makes connections through something else than a WebSocket, from the next one on. */
export function connectThrough(open: () => Socket): void {
  openSocket = open;
  current = null;
}

export function connection(): Transport {
  current ??= new Transport(openSocket(), filters, (reason) => connectionEvents.dispatchEvent("close", reason));
  return current;
}

/** Connects anew where the connection was lost. What was open on it stays closed. */
export function reconnect(): void {
  if (!current?.closed) return;
  current = null;
  connection();
  connectionEvents.dispatchEvent("reconnect");
}

/** The application's part of the path: `cockpit`, `cockpit+name`, or `cockpit+=host` (protocol section 1.9). */
export function application(): string {
  const path = window.location.pathname.slice(urlRoot().length) || "/";
  if (path.startsWith("/=")) return `cockpit+${path.split("/")[1]}`;
  return /^\/(cockpit(?:\+[^/]*)?)(?:\/|$)/.exec(path)?.[1] ?? "cockpit";
}

/** What the gateway's addresses begin with where it does not own the whole site: "" or "/something". */
export function urlRoot(): string {
  const root = document.querySelector<HTMLMetaElement>('meta[name="url-root"]')?.content.replace(/^\/+|\/+$/g, "") ?? "";
  return root ? `/${root}` : "";
}

export function uri(suffix = "socket"): string {
  const { protocol, host } = window.location;
  return `${protocol === "https:" ? "wss:" : "ws:"}//${host}${urlRoot()}/${application()}/${suffix}`;
}

/** The connection as pages see it. */
export const transport = {
  get origin(): string {
    return window.location.origin;
  },
  get host(): string {
    return current?.host ?? "localhost";
  },
  get csrf_token(): string {
    return String(current?.options["csrf-token"] ?? "");
  },
  get options(): Partial<Control> {
    return current?.options ?? {};
  },
  application,
  uri,
  /** Calls back when the connection is ready, or gone. */
  wait(callback: (transport: Transport) => void): void {
    connection().wait(callback);
  },
  /** Sends a frame as it is (`out`, the default), or takes it as if it had come in. */
  inject(message: Message, out = true): boolean {
    if (!current) return false;
    if (out) return current.send(message);
    current.receive(message);
    return true;
  },
  filter(filter: Filter, out = false): void {
    (out ? filters.outgoing : filters.incoming).push(filter);
  },
  close(reason?: Closed | string): void {
    current?.close(reason);
  },
  control(command: string, options: object = {}): void {
    connection().wait((ready) => ready.sendControl({ ...options, command }));
  },
};
