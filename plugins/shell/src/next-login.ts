/* What the login page asks for in this user's name the next time, where Cockpit's shell keeps it: `superuser:USER[:HOST]`. */
import { application } from "../../base1/src/connection";

export const nextLoginKey = (user: string, page: string): string => {
  const host = page.split("+=")[1];
  return `superuser:${user}${host ? `:${host}` : ""}`;
};

/** Keeps whether the next session of the user begins with administrative rights, if it can have them. */
export function rememberAccess(user: string, administrative: boolean): void {
  try {
    window.localStorage.setItem(nextLoginKey(user, application()), administrative ? "any" : "none");
  } catch {
    // Where nothing may be kept, each login begins as the first did.
  }
}
