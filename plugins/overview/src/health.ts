/* What of all that is measured somebody should look at. */
import { format, format_bytes, format_number, gettext as _, ngettext } from "../../lib/cockpit";
import type { Known } from "./facts";
import type { Load } from "./load";
import type { Pressure } from "./pressure";

export interface Hint {
  /** What it is about, the same while it lasts. */
  id: string;
  level: "danger" | "warning";
  text: string;
}

/** Percent, and at least so many bytes left, from which on a file system is no worry. */
const DISK_HIGH = 90;
const DISK_FULL = 97;
const DISK_ENOUGH = 50 * 2 ** 30;
const MEMORY_HIGH = 90;
const SWAP_HIGH = 50;
const PRESSURE_HIGH = 10;
/** Processes that want to run, per processor, over five minutes. */
const LOAD_HIGH = 2;

const percent = (part: number, whole: number) => (whole > 0 ? (part / whole) * 100 : 0);

/** The hints, the gravest first. */
export function hints(facts: Known, load: Load, pressure: Pressure | null, failedServices: number): Hint[] {
  const found = [...diskHints(load), ...memoryHints(facts, load, pressure), ...loadHints(facts, pressure)];
  if (failedServices > 0) {
    const text = ngettext("$0 service has failed.", "$0 services have failed.", failedServices);
    found.push({ id: "services", level: "warning", text: format(text, failedServices) });
  }
  return found.sort((a, b) => Number(b.level === "danger") - Number(a.level === "danger"));
}

function diskHints({ spaces }: Load): Hint[] {
  return (spaces ?? []).flatMap(({ point, used, total }): Hint[] => {
    const full = percent(used, total);
    if (full < DISK_HIGH || total - used > DISK_ENOUGH) return [];
    const text = format(_("$0 is $1% full: $2 are left."), point, Math.floor(full), format_bytes(total - used, 1024));
    return [{ id: `disk ${point}`, level: full >= DISK_FULL ? "danger" : "warning", text }];
  });
}

function memoryHints({ memory: size = 0, swap: swapSize = 0 }: Known, { readings }: Load, pressure: Pressure | null): Hint[] {
  const found: Hint[] = [];
  const { memory, swap } = readings.at(-1) ?? { memory: null, swap: null };
  const waited = pressure?.memory ?? 0;
  if (waited >= PRESSURE_HIGH) {
    found.push({ id: "pressure", level: "danger", text: format(_("Programs waited for memory for $0% of the last minute."), Math.round(waited)) });
  } else if (memory !== null && percent(memory, size) >= MEMORY_HIGH) {
    found.push({ id: "memory", level: "warning", text: format(_("$0% of the memory is in use."), Math.floor(percent(memory, size))) });
  }
  if (swap !== null && percent(swap, swapSize) >= SWAP_HIGH) {
    found.push({ id: "swap", level: "warning", text: format(_("$0% of the swap space is in use."), Math.floor(percent(swap, swapSize))) });
  }
  return found;
}

function loadHints({ processors = 0 }: Known, pressure: Pressure | null): Hint[] {
  const five = pressure?.load?.[1] ?? 0;
  if (processors === 0 || five < LOAD_HIGH * processors) return [];
  const text = ngettext("The load has been $0 for five minutes, with $1 processor.", "The load has been $0 for five minutes, with $1 processors.", processors);
  return [{ id: "load", level: "warning", text: format(text, format_number(five), processors) }];
}
