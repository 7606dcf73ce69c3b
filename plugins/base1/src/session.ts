import { connection, connectionEvents, transport } from "./connection";

/** Closes the channels of a group, or of a host, wherever they were opened. */
export function kill(host: string | null, group: string | null): void {
  transport.control("kill", { ...(host ? { host } : {}), ...(group ? { group } : {}) });
}

/** Ends the login; the page is loaded anew, which shows the login page and there the reason, unless told not to. */
export function logout(reload = true, reason?: string): void {
  // As Cockpit's: the login page then does not log in again by itself.
  window.sessionStorage.setItem("logout-intent", "explicit");
  if (reason) window.sessionStorage.setItem("logout-reason", reason);
  if (reload) connectionEvents.addEventListener("close", () => window.location.reload());
  connection().wait((ready) => {
    ready.sendControl({ command: "logout", disconnect: true });
    ready.close({ problem: "terminated", ...(reason ? { message: reason } : {}) });
  });
}
