/* What PatternFly's components say by themselves; the build has them say this (plugins/patternfly-words.mjs). */
import { format, gettext as _ } from "./cockpit";

export function alertOf(variant: string): string {
  const words: Record<string, string> = { success: _("Success:"), danger: _("Error:"), warning: _("Warning:"), info: _("Information:") };
  return words[variant] ?? _("Note:");
}

export const closeAlert = (title: unknown): string => (typeof title === "string" ? format(_("Close the message “$0”"), title) : _("Close the message"));
export const close = (): string => _("Close");
export const loading = (): string => _("Loading…");
export const contents = (): string => _("Contents");
