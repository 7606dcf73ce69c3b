/* What the shell knows of its frames' windows: messages, their place, their title, their end. */
import { connection, transport } from "../../base1/src/connection";
import { asPayload } from "../../base1/src/frames";
import { normalHash } from "./address";
import { FrameRouter, type Requests } from "./router";

export interface FrameEvents {
  /** A page moved within itself. */
  moved(component: string, hash: string): void;
  titled(component: string, title: string): void;
}

export class Frames {
  readonly router: FrameRouter;
  readonly #components = new Map<Window, string>();
  readonly #documents = new WeakSet<Document>();
  readonly #events: FrameEvents;

  constructor(requests: Requests, events: FrameEvents) {
    this.#events = events;
    this.router = new FrameRouter(
      window.location.origin,
      { send: (message) => void connection().send(message), wait: (callback) => transport.wait(({ options }) => callback(options)) },
      requests,
    );
    transport.filter((message, channel, control) => !this.router.fromGateway(message, channel, control));
    window.addEventListener("message", (event) => this.#message(event));
  }

  attach(frame: Window, component: string): void {
    this.#components.set(frame, component);
  }

  detach(frame: Window): void {
    this.router.gone(frame);
    this.#components.delete(frame);
  }

  /** Loads a page anew. */
  reload(component: string): void {
    for (const [frame, shown] of this.#components) if (shown === component) frame.location.reload();
  }

  hidden(frame: Window, hidden: boolean): void {
    this.router.tell(frame, { command: "hint", hidden });
  }

  #message(event: MessageEvent): void {
    const frame = event.source as Window | null;
    const component = frame && this.#components.get(frame);
    if (event.origin !== window.location.origin || !frame || component === undefined || component === null) return;
    const data: unknown = event.data;
    this.follow(frame);
    if (typeof data === "string") this.router.fromFrame(data, frame, frame.name);
    else if (data instanceof Uint8Array || data instanceof ArrayBuffer) this.router.fromFrame(asPayload(data), frame, frame.name);
  }

  /** Listens to a frame's present document; again when it has a new one. */
  follow(frame: Window): void {
    const component = this.#components.get(frame);
    let document: Document;
    try {
      document = frame.document;
    } catch {
      return;
    }
    if (component === undefined || this.#documents.has(document) || frame.location.href === "about:blank") return;
    this.#documents.add(document);
    frame.addEventListener("hashchange", () => this.#events.moved(component, normalHash(frame.location.hash)));
    frame.addEventListener("pagehide", () => this.router.gone(frame));
    const titled = () => this.#events.titled(component, document.title);
    if (document.head) new MutationObserver(titled).observe(document.head, { childList: true, characterData: true, subtree: true });
    titled();
  }
}
