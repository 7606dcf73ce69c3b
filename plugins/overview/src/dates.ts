/* Points in time and how long they are ago, in the language's notation. */
import { format, language, ngettext } from "../../lib/cockpit";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export function dateTime(at: number): string {
  return new Intl.DateTimeFormat(language().replace("_", "-"), { dateStyle: "medium", timeStyle: "short" }).format(at);
}

/** How long something lasts, in its largest unit. */
export function duration(milliseconds: number): string {
  const days = Math.floor(milliseconds / DAY);
  if (days > 0) return format(ngettext("$0 day", "$0 days", days), days);
  const hours = Math.floor(milliseconds / HOUR);
  if (hours > 0) return format(ngettext("$0 hour", "$0 hours", hours), hours);
  const minutes = Math.floor(milliseconds / MINUTE);
  return format(ngettext("$0 minute", "$0 minutes", minutes), minutes);
}
