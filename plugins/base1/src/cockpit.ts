/* The `cockpit` object that pages use: its members are Cockpit's documented names (docs: cockpit.js). */
import { base64_decode, base64_encode, utf8_decoder, utf8_encoder } from "./base64";
import { channel } from "./channel";
import { connectionEvents, transport } from "./connection";
import { dbus, variant } from "./dbus";
import { eventTarget } from "./events";
import { file } from "./file";
import { format, format_bits_per_sec, format_bytes, format_bytes_per_sec, format_number } from "./format";
import { gettext, language, languageDirection, locale, ngettext, translate } from "./gettext";
import { http, HttpError } from "./http";
import type { Control } from "./json";
import { jump, location, setLocation, type PageLocation } from "./location";
import { BasicError, message } from "./problem";
import { ProcessError, script, spawn } from "./spawn";
import { all, defer, reject, resolve, when } from "./promise";
import { kill, logout } from "./session";
import { user } from "./user";
import { isHidden, onVisibilityChange } from "./visibility";

const members = {
  channel, spawn, script, file, dbus, variant, http, user,
  transport, kill, logout,
  gettext, ngettext, translate, locale,
  format, format_number, format_bytes, format_bytes_per_sec, format_bits_per_sec,
  message, BasicError, ProcessError, HttpError,
  event_target: eventTarget,
  defer, resolve, reject, all, when,
  base64_encode, base64_decode, utf8_encoder, utf8_decoder,
  jump,
  noop: (): void => {},

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

type CockpitEvents = { locationchanged: []; visibilitychange: []; hint: [Control] };

function withEvents<T extends object>(object: T) {
  return eventTarget<T, CockpitEvents>(object);
}

export const cockpit = withEvents(members);

if (typeof window !== "undefined" && typeof document !== "undefined") {
  window.addEventListener("hashchange", () => cockpit.dispatchEvent("locationchanged"));
  onVisibilityChange(() => cockpit.dispatchEvent("visibilitychange"));
  connectionEvents.addEventListener("hint", (_event, hint) => cockpit.dispatchEvent("hint", hint));
}

export type Cockpit = typeof cockpit;
