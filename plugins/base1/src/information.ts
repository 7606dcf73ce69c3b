/* `cockpit.info`: what the bridge and the gateway tell of themselves, there once `cockpit.init()` has resolved. */
import { transport } from "./connection";
import { info as askInfo, type Info } from "./user";
import { isObject } from "./json";

export interface Information extends Info {
  ws: { version?: string; [member: string]: unknown };
}

let known: Information | null = null;

export function information(): Information | undefined {
  return known ?? undefined;
}

/** Resolves when channels can be opened and `information` is there; rejects where there is no connection. */
export async function init(): Promise<void> {
  const info = await askInfo();
  const system: unknown = transport.options["system"];
  known = { ...info, ws: isObject(system) ? system : {} };
}
