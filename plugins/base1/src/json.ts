export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** A control message: a JSON object with a `command` (protocol section 1.1). */
export interface Control {
  command: string;
  channel?: string;
  problem?: string;
  message?: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  [member: string]: any;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
