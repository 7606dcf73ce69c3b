/* Pages that go on where they were once a lost connection is back: the shell tells them to, all others it loads anew. */
import { reconnect } from "../base1/src/connection";

const EVENT = "pilothouse-reconnect";

/** This page is one of them from now on. */
export function acceptReconnect(): void {
  document.documentElement.dataset["reconnects"] = "";
  window.addEventListener(EVENT, reconnect);
}

/** Has a page go on; false where it cannot. */
export function reconnectPage(page: Window): boolean {
  if (page.document.documentElement.dataset["reconnects"] === undefined) return false;
  page.dispatchEvent(new Event(EVENT));
  return true;
}
