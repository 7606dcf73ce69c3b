/* The `cockpit` object that pages use: its members are Cockpit's documented names (docs: cockpit.js). */
import { base64_decode, base64_encode, utf8_decoder, utf8_encoder } from "./base64";
import { cache } from "./cache";
import { channel } from "./channel";
import { connectionEvents, transport } from "./connection";
import { byte_array, dbus, variant } from "./dbus";
import { eventTarget } from "./events";
import { file } from "./file";
import { format, format_bits_per_sec, format_bytes, format_bytes_per_sec, format_number, get_byte_units } from "./format";
import { gettext, language, languageDirection, locale, ngettext, translate } from "./gettext";
import { grid } from "./grid";
import { http, HttpError } from "./http";
import { information, init, type Information } from "./information";
import type { Control, JsonObject } from "./json";
import { jump, location, setLocation, type PageLocation } from "./location";
import { metrics } from "./metrics";
import { permission } from "./permission";
import { BasicError, message } from "./problem";
import { ProcessError, script, spawn } from "./spawn";
import { all, deferForPages, reject, resolve, when } from "./promise";
import { series } from "./series";
import { kill, logout } from "./session";
import { hint, oops, reportExceptions } from "./shell-messages";
import { localStorage, sessionStorage } from "./storage";
import { user } from "./user";
import { isHidden, onVisibilityChange } from "./visibility";

const members = {
  channel, spawn, script, file, dbus, variant, byte_array, http, user, permission,
  metrics, series, grid, cache,
  transport, init, kill, logout, hint, oops,
  localStorage, sessionStorage,
  gettext, ngettext, translate, locale,
  format, format_number, format_bytes, format_bytes_per_sec, format_bits_per_sec, get_byte_units,
  message, BasicError, ProcessError, HttpError,
  event_target: eventTarget,
  defer: deferForPages, resolve, reject, all, when,
  base64_encode, base64_decode, utf8_encoder, utf8_decoder,
  jump,
  assert,
  extend: Object.assign,
  noop: (): void => {},
  /** The manifests of all packages, where the page has loaded `manifests.js`. */
  manifests: {} as Record<string, JsonObject>,

  get info(): Information | undefined {
    return information();
  },
  get language(): string {
    return language();
  },
  get language_direction(): string {
    return languageDirection();
  },
  get hidden(): boolean {
    return isHidden();
  },
  get location(): PageLocation {
    return location();
  },
  set location(to: string | string[] | PageLocation) {
    setLocation(typeof to === "object" && "href" in to ? to.href : to);
  },
};

function assert(holds: unknown, text = ""): void {
  if (!holds) throw new Error(text || "assertion failed");
}

type CockpitEvents = { locationchanged: []; visibilitychange: []; hint: [Control] };

function withEvents<T extends object>(object: T) {
  return eventTarget<T, CockpitEvents>(object);
}

export const cockpit = withEvents(members);

if (typeof window !== "undefined" && typeof document !== "undefined") {
  window.addEventListener("hashchange", () => cockpit.dispatchEvent("locationchanged"));
  onVisibilityChange(() => cockpit.dispatchEvent("visibilitychange"));
  reportExceptions();
  connectionEvents.addEventListener("hint", (_event, hint) => cockpit.dispatchEvent("hint", hint));
}

export type Cockpit = typeof cockpit;
