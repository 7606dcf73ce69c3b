/* The client library for pages of ours, bundled with them: `import cockpit from "../../lib/cockpit"`, or by name. */
import { locale } from "../base1/src/gettext";
import { collected } from "./catalogues";

export { cockpit as default, type Cockpit } from "../base1/src/cockpit";
export { channel, Channel, type ChannelEvents, type ChannelOptions } from "../base1/src/channel";
export { connectionEvents, reconnect, transport } from "../base1/src/connection";
export { dbus, DBusClient, DBusError, variant } from "../base1/src/dbus";
export type { DBusProxies, DBusProxy } from "../base1/src/dbus-proxy";
export { Emitter, eventTarget, type EventTargetLike } from "../base1/src/events";
export { file, FileHandle } from "../base1/src/file";
export { format, format_bits_per_sec, format_bytes, format_bytes_per_sec, format_number } from "../base1/src/format";
export type { Payload } from "../base1/src/frames";
export { gettext, language, N_, ngettext, translate } from "../base1/src/gettext";
export { http, HttpError } from "../base1/src/http";
export type { Control, Json, JsonObject } from "../base1/src/json";
export { jump, location, PageLocation, type LocationOptions } from "../base1/src/location";
export { Decoder, metrics, type MetricDescription, type Metrics, type MetricsOptions } from "../base1/src/metrics";
export { permission } from "../base1/src/permission";
export { BasicError, message } from "../base1/src/problem";
export { logout } from "../base1/src/session";
export { Process, ProcessError, script, spawn, type SpawnOptions } from "../base1/src/spawn";
export { info, user, type Info, type User } from "../base1/src/user";

/* The texts of the page's `po.js`, which has run by now. */
for (const catalogue of collected()) locale(catalogue);
