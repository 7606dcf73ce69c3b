/* Where the plugins of the host come from, who shadows whom, and why one is hidden: `/plugins` on the bridge's own bus. */
import { dbus } from "../../lib/cockpit";
import { isObject, type JsonObject } from "../../base1/src/json";

/** A folder with a plugin, and the kind of place that it lies in: `user`, `system`, `built-in`, `installed` or `named`. */
export interface PluginPlace {
  name: string;
  version: string | null;
  folder: string;
  origin: string;
}

export interface PluginReport extends PluginPlace {
  /** Those of the same name that are not taken because this one is. */
  shadows: PluginPlace[];
}

export interface PluginsReport {
  /** In the names' order. */
  plugins: PluginReport[];
  /** What is not shown, what is wrong with it first. */
  refused: { folder: string; reason: string }[];
  warnings: string[];
}

/** Rejects where the bridge does not tell, as others' do not. */
export async function fetchPluginsReport(): Promise<PluginsReport> {
  const [report] = await dbus(null, { bus: "internal" }).call("/plugins", "org.freedesktop.DBus.Properties", "Get", ["pilothouse.Plugins", "Report"], { type: "ss" });
  return pluginsReport(JSON.parse(String((report as { v?: unknown }).v)));
}

/** What is not of the form that is expected is left out. */
export function pluginsReport(told: unknown): PluginsReport {
  const report = isObject(told) ? told : {};
  const refused = objects(report["refused"]).map(({ folder, reason, fault }) => ({ folder: text(folder), reason: text(reason), fault: fault === true }));
  return {
    plugins: objects(report["plugins"]).map((plugin) => ({ ...place(plugin), shadows: objects(plugin["shadows"]).map(place) })),
    refused: [...refused.filter(({ fault }) => fault), ...refused.filter(({ fault }) => !fault)].map(({ folder, reason }) => ({ folder, reason })),
    warnings: (Array.isArray(report["warnings"]) ? report["warnings"] : []).map(text),
  };
}

/** Whether it stands before one that the user did not put there. */
export const shadowsOthers = ({ origin, shadows }: PluginReport): boolean => origin === "user" && shadows.some((other) => other.origin !== "user");

const objects = (list: unknown): JsonObject[] => (Array.isArray(list) ? list.filter(isObject) : []);
const text = (value: unknown): string => (typeof value === "string" ? value : "");

function place({ name, version, folder, origin }: JsonObject): PluginPlace {
  return { name: text(name), version: text(version) || null, folder: text(folder), origin: text(origin) };
}
