import { file, spawn, user } from "../cockpit";
import type { Storage } from "./saved-connections";

const MAX_SIZE = 64 * 1024;

/** `pilothouse/machines.json` in the user's folder of configurations, with the user's own rights. */
export function connectionsFile(): Storage {
  const folder = configurations().then((place) => `${place}/pilothouse`);
  const opened = folder.then((place) =>
    file<unknown>(`${place}/machines.json`, { syntax: { parse: JSON.parse, stringify }, max_read_size: MAX_SIZE }),
  );
  return {
    watch: (callback) => void opened.then((handle) => handle.watch(callback), () => callback(null)),
    modify: async (change) => {
      await spawn(["mkdir", "-p", "--", await folder], { err: "message" });
      await (await opened).modify(change);
    },
  };
}

async function configurations(): Promise<string> {
  const told: string = await spawn(["printenv", "XDG_CONFIG_HOME"], { err: "ignore" }).catch(() => "");
  const place = told.trim();
  return place.startsWith("/") ? place : `${(await user()).home}/.config`;
}

function stringify(content: unknown): string {
  return `${JSON.stringify(content, null, 2)}\n`;
}
