/* Where the shell is: the address bar, in one object that components follow. */
import { format, parse, type Place } from "./address";

const TOKEN = /^#token=/;

export class Navigator {
  #place: Place;
  readonly #root: string;
  readonly #window: Window;
  readonly #listeners = new Set<() => void>();

  constructor(urlRoot: string, on: Window = window) {
    this.#root = urlRoot;
    this.#window = on;
    this.#place = this.#read();
    on.addEventListener("popstate", () => this.#set(this.#read()));
  }

  #read(): Place {
    this.#dropToken();
    const { pathname, hash } = this.#window.location;
    return parse(pathname + hash, this.#root);
  }

  /* A login link that was opened while logged in: its token stays neither in the address nor in the history. */
  #dropToken(): void {
    const { pathname, search, hash } = this.#window.location;
    if (TOKEN.test(hash)) this.#window.history.replaceState(null, "", pathname + search);
  }

  get place(): Place {
    return this.#place;
  }

  href(place: Place): string {
    return format(place, this.#root);
  }

  parse(address: string): Place {
    return parse(address, this.#root);
  }

  /** Goes to a place; `replace` where the browser's history already knows, or shall not know, of the step. */
  go(place: Place, { replace = false } = {}): void {
    if (place.component === this.#place.component && place.hash === this.#place.hash) return;
    if (replace) this.#window.history.replaceState(null, "", this.href(place));
    else this.#window.history.pushState(null, "", this.href(place));
    this.#set(place);
  }

  #set(place: Place): void {
    this.#place = place;
    for (const listener of this.#listeners) listener();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
}
