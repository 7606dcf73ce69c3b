import { channel } from "./channel";
import { dbus } from "./dbus";
import { defer } from "./promise";

/** The logged-in user, as the bridge's process has it. */
export interface User {
  id: number;
  gid: number;
  name: string;
  full_name: string;
  groups: string[];
  home: string;
  shell: string;
}

/** What the `info` channel tells (protocol section 2.3). */
export interface Info {
  channels: Record<string, string[]>;
  os_release: Record<string, string>;
  user: { fullname: string; gid: number; group: string; groups: string[]; home: string; name: string; shell: string; uid: number };
  [member: string]: unknown;
}

let known: Promise<Info> | null = null;

/** About the bridge and its user; asked once. Rejects with a close message where the bridge has no `info` channel. */
export function info(): Promise<Info> {
  known ??= new Promise((resolve, reject) => {
    const asking = channel({ payload: "info" });
    let answered = false;
    asking.addEventListener("message", (_event, text) => {
      answered = true;
      resolve(JSON.parse(String(text)) as Info);
    });
    asking.addEventListener("close", (_event, closed) => {
      if (!answered) known = null;
      reject(closed);
    });
  });
  return known;
}

/* Bridges without `info` have the same facts on their internal bus (protocol section 2.17). */
async function userFromBus(): Promise<User> {
  const bus = dbus(null, { bus: "internal" });
  const [properties] = await bus.call("/user", "org.freedesktop.DBus.Properties", "GetAll", ["cockpit.User"], { type: "s" });
  const value = (name: string) => properties[name]?.v;
  return {
    id: value("Id"),
    gid: value("Gid"),
    name: value("Name"),
    full_name: value("Full"),
    groups: value("Groups") ?? [],
    home: value("Home"),
    shell: value("Shell"),
  };
}

async function askUser(): Promise<User> {
  try {
    const { user } = await info();
    const { uid, gid, name, fullname, groups, home, shell } = user;
    return { id: uid, gid, name, full_name: fullname, groups, home, shell };
  } catch (error) {
    if ((error as { problem?: string }).problem === "not-supported") return userFromBus();
    throw error;
  }
}

/** Resolves with the user. */
export function user() {
  const deferred = defer<[User]>();
  askUser().then((found) => deferred.resolve(found), deferred.reject);
  return deferred.promise;
}
