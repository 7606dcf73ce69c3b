import { language } from "./gettext";

/**
 * Fills in a text: `$0`, `$1` or `${name}` by position or member. The values come as arguments, one array, or one object.
 * Unknown names, and what is empty or false, become nothing; `$$` is a dollar.
 */
export function format(text: string, ...values: unknown[]): string {
  const [first] = values;
  const single = values.length === 1 && typeof first === "object" && first !== null;
  const source = (single ? first : values) as Record<string, unknown>;
  return text.replace(/\$\$|\$\{([^}]+)\}|\$([a-zA-Z0-9_]+)/g, (whole, braced?: string, bare?: string) => {
    if (whole === "$$") return "$";
    const value = source[braced ?? bare ?? ""];
    return value || value === 0 ? String(value) : "";
  });
}

export interface FormatOptions {
  /** How many significant digits, 3 unless told. */
  precision?: number;
  /** Give [number, unit] for somebody else to join. */
  separate?: boolean;
  /** Powers of 1024 and their units. */
  base2?: boolean;
}

function notation(precision: number, atLeast: number): Intl.NumberFormat {
  const options = { maximumSignificantDigits: precision, minimumSignificantDigits: atLeast };
  return new Intl.NumberFormat(language().replace("_", "-"), options);
}

/** A number with few digits in the language's notation; never "0" for what is not nothing. */
export function format_number(value: number | string | null | undefined, precision = 3): string {
  if (value === null || value === undefined || value === "") return "";
  const number = Number(value);
  if (number === 0 || Number.isInteger(number) || !Number.isFinite(number)) return number.toString();
  const smallest = 10 ** -precision;
  if (Math.abs(number) < smallest) return notation(precision, 1).format(Math.sign(number) * smallest);
  const large = Math.abs(number) >= 10 ** precision;
  const digits = Math.abs(number) >= 10 ** (precision - 1) ? 1 : precision;
  return large ? Math.round(number).toString() : notation(precision, digits).format(number);
}

interface Units {
  1000: string[];
  1024: string[];
}

const BYTES: Units = {
  1000: ["B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB"],
  1024: ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB"],
};
const BYTES_PER_SECOND: Units = {
  1000: BYTES[1000].map((unit) => `${unit}/s`),
  1024: BYTES[1024].map((unit) => `${unit}/s`),
};
const BITS_PER_SECOND: Units = {
  1000: ["bps", "Kbps", "Mbps", "Gbps", "Tbps", "Pbps", "Ebps", "Zbps"],
  1024: [],
};

type Wanted = string | number | undefined;

function scaled(value: number, factor: 1000 | 1024, units: Units, unit: string | null): [number, string] {
  const names = units[factor];
  let power = 0;
  if (unit !== null) power = names.indexOf(unit);
  else while (Math.abs(value) >= factor ** (power + 1) && power < names.length - 1) power += 1;
  return [value / factor ** power, names[power] ?? ""];
}

function withUnit(value: unknown, wanted: Wanted, units: Units, options: FormatOptions | boolean = {}): string | string[] {
  const { precision = 3, separate = false, base2 = false } = typeof options === "boolean" ? { separate: options } : options;
  if (value === null || value === undefined || value === "") return "";
  const number = Number(value);
  let factor: 1000 | 1024 = wanted === 1024 || base2 ? 1024 : 1000;
  let unit: string | null = null;
  if (typeof wanted === "string") {
    for (const base of [1000, 1024] as const) {
      if (units[base].includes(wanted)) [factor, unit] = [base, wanted];
    }
  }
  const [scaledValue, name] = scaled(number, factor, units, unit);
  const parts = [format_number(scaledValue, precision), name];
  return separate ? parts : parts.join("\u00a0");
}

export interface WithUnit {
  (value: number | string | null | undefined, unit: Wanted, options: true | (FormatOptions & { separate: true })): string[];
  (value: number | string | null | undefined, unit?: Wanted, options?: FormatOptions | false): string;
  (value: number | string | null | undefined, options: FormatOptions): string;
}

/* The unit may be left out: format_bytes(value, {precision: 2}). */
function formatter(units: Units): WithUnit {
  return ((value: unknown, wanted?: Wanted | FormatOptions, options?: FormatOptions | boolean) =>
    typeof wanted === "object"
      ? withUnit(value, undefined, units, wanted)
      : withUnit(value, wanted, units, options)) as WithUnit;
}

/** Bytes as text: "12.5 MB"; the second argument asks for a factor (1000, 1024) or one unit. */
export const format_bytes = formatter(BYTES);
export const format_bytes_per_sec = formatter(BYTES_PER_SECOND);
export const format_bits_per_sec = formatter(BITS_PER_SECOND);

export interface ByteUnit {
  name: string;
  factor: number;
  /** The one in which the value reads best. */
  selected?: boolean;
}

/** The units to offer where a size is typed in: MB, GB, TB, or their powers of 1024. */
export function get_byte_units(value: number, factor: 1000 | 1024 = 1000): ByteUnit[] {
  const base = factor === 1024 ? 1024 : 1000;
  const units: ByteUnit[] = [2, 3, 4].map((power) => ({ name: BYTES[base][power]!, factor: base ** power }));
  const best = units.findLast((unit) => value >= 10 * unit.factor) ?? units[0]!;
  best.selected = true;
  return units;
}
