/* Who logged in last, as last(1) tells it. */
import { message, spawn } from "../../lib/cockpit";

export interface Login {
  user: string;
  /** Where from; empty: at the machine itself. */
  from: string;
  /** Milliseconds since 1970. */
  at: number;
  /** Still logged in. */
  present: boolean;
}

export type Logins = { phase: "loading" } | { phase: "absent"; reason: string } | { phase: "known"; logins: readonly Login[] };

const SHOWN = 6;
/* user, terminal, host if any, time */
const LINE = /^(\S+)\s+(\S+(?: \S+)?)\s+(?:(\S+)\s+)?(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:?\d\d)\s*(.*)$/;
const NOBODY = new Set(["reboot", "shutdown", "runlevel", "wtmp"]);

/** The lines of `last --time-format iso`; what is no login of a person is left out. */
export function parseLast(output: string): Login[] {
  return output.split("\n").flatMap((line): Login[] => {
    const found = LINE.exec(line.trim());
    if (!found || NOBODY.has(found[1]!)) return [];
    const [, user = "", , from = "", at = "", rest = ""] = found;
    const here = from === "0.0.0.0" || from.startsWith(":") ? "" : from;
    return [{ user, from: here, at: Date.parse(at), present: rest.startsWith("still logged in") }];
  });
}

/** The last ones; never rejects. */
export async function askLogins(): Promise<Logins> {
  try {
    const output = await spawn(["last", "--time-format", "iso", "--fullnames", "--limit", String(SHOWN * 4)], { environ: ["LC_ALL=C.UTF-8"], err: "message" });
    return { phase: "known", logins: parseLast(String(output)).slice(0, SHOWN) };
  } catch (error) {
    return { phase: "absent", reason: message(error) };
  }
}
