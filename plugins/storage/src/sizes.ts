/** Sizes as people type them. */

export const UNITS = ["MiB", "GiB", "TiB"] as const;
export type Unit = (typeof UNITS)[number];

const BYTES: Readonly<Record<Unit, number>> = { MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 };

/** The bytes of a positive number with a unit; undefined for what is none. */
export function bytesOf(text: string, unit: Unit): number | undefined {
  if (!/^\d{1,9}([.,]\d{1,3})?$/.test(text.trim())) return undefined;
  const bytes = Math.round(Number(text.trim().replace(",", ".")) * BYTES[unit]);
  return bytes > 0 && Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** A size in the largest unit in which it is a whole number; in the smallest, rounded up, where it is so in none. */
export function sizeText(bytes: number): { text: string; unit: Unit } {
  const unit = [...UNITS].reverse().find((each) => bytes > 0 && bytes % BYTES[each] === 0) ?? "MiB";
  return { text: String(Math.ceil(bytes / BYTES[unit])), unit };
}
