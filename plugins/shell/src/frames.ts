/* What the shell knows of its frames' windows: messages, their place, their title, their end. */
import { connection, transport } from "../../base1/src/connection";
import { asPayload } from "../../base1/src/frames";
import { followsLanguage } from "../../lib/language";
import { reconnectPage } from "../../lib/reconnecting";
import { normalHash } from "./address";
import { watchForPeople } from "./idle";
import { missingParts } from "./missing-parts";
import { FrameRouter, type Requests } from "./router";

export interface FrameEvents {
  /** A page moved within itself. */
  moved(component: string, hash: string): void;
  titled(component: string, title: string): void;
  /** A part of the page could not be had. */
  incomplete(component: string, reason: string): void;
  /** Somebody does something to a page. */
  used(): void;
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

  /** The connection is back: pages go on, or are loaded anew where they cannot. */
  reconnect(): void {
    for (const frame of this.#components.keys()) if (!reconnectPage(frame)) frame.location.reload();
  }

  /** The language is another: pages that do not follow it are loaded anew. */
  relanguage(): void {
    for (const frame of this.#components.keys()) if (this.#documents.has(frame.document) && !followsLanguage(frame.document)) frame.location.reload();
  }

  /** A page's document is there, with all its parts or without. */
  loaded(frame: Window): void {
    this.follow(frame);
    const component = this.#components.get(frame);
    if (component !== undefined) for (const reason of missingParts(frame)) this.#events.incomplete(component, reason);
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
    watchForPeople(frame, () => this.#events.used());
    const titled = () => this.#events.titled(component, document.title);
    if (document.head) new MutationObserver(titled).observe(document.head, { childList: true, characterData: true, subtree: true });
    titled();
  }
}
