import { format, gettext as _ } from "../../lib/cockpit";
import type { Closed } from "./shell-session";

/** How a shell ended, in a sentence; `ok` where it ended as shells do. */
export function outcome(closed: Closed): { ok: boolean; text: string } {
  const { problem, message } = closed;
  if (problem === "not-found") return { ok: false, text: message || _("The shell of this account is not installed.") };
  if (problem === "access-denied") return { ok: false, text: message || _("The shell of this account may not be started.") };
  if (problem === "disconnected") return { ok: false, text: _("The connection to the server was lost, and the shell with it.") };
  if (problem && problem !== "terminated") return { ok: false, text: message || format(_("The shell could not go on ($0)."), problem) };
  const signal = closed["exit-signal"];
  const status = closed["exit-status"] ?? 0;
  if (signal) return { ok: false, text: format(_("The shell was ended by signal $0."), signal) };
  if (status < 0) return { ok: false, text: format(_("The shell was ended by signal $0."), -status) };
  if (status > 0) return { ok: false, text: format(_("The shell ended with exit status $0."), status) };
  return { ok: true, text: _("The shell ended.") };
}
