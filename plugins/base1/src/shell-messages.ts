/* What a page in a frame tells the shell around it. */
import { transport } from "./connection";
import { encodeControl } from "./frames";
import { hasRelay } from "./parent-transport";

/** Tells the shell something it may act on: `hint("restart")`. */
export function hint(name: string, options: Record<string, unknown> = {}): void {
  transport.wait(() => {
    if (hasRelay()) transport.inject(encodeControl({ ...options, command: "hint", hint: name, host: transport.host }));
  });
}

/** Tells the shell that something is wrong with this page that nobody expected; `message` says what. */
export function oops(message?: string): void {
  if (hasRelay()) window.parent.postMessage(encodeControl({ command: "oops", ...(message ? { message } : {}) }), window.location.origin);
}

/** From now on, an exception that nobody catches is told to the shell. */
export function reportExceptions(): void {
  window.addEventListener("error", ({ error }) => {
    if (error) oops(String(error));
  });
}
