import type { Message } from "./frames";
import type { Socket } from "./transport";

/** Whether this page runs in a frame whose parent relays for it (protocol section 1.9). */
export function hasRelay(): boolean {
  return window.parent !== window && window.name.startsWith("cockpit1:");
}

/** Speaks with the parent window in place of a WebSocket: one message per frame, the empty message closes. */
export class ParentSocket implements Socket {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: Message }) => void) | null = null;
  onclose: (() => void) | null = null;
  readonly #origin = window.location.origin;
  readonly #receive = (event: MessageEvent): void => {
    if (event.origin !== this.#origin || event.source !== window.parent) return;
    const data: unknown = event.data;
    if (data === "") this.#closed();
    else if (typeof data === "string" || data instanceof Uint8Array || data instanceof ArrayBuffer) {
      this.onmessage?.({ data });
    }
  };

  constructor() {
    window.addEventListener("message", this.#receive);
    queueMicrotask(() => this.onopen?.());
  }

  send(message: Message): void {
    window.parent.postMessage(message, this.#origin);
  }

  close(): void {
    window.parent.postMessage("", this.#origin);
    this.#closed();
  }

  #closed(): void {
    window.removeEventListener("message", this.#receive);
    this.onclose?.();
  }
}
