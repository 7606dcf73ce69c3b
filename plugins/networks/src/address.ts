/** The addresses of this package: `#/` is the list, `#/network?id=UUID` is one; both may name a connection. */

import { location, type LocationOptions } from "../../lib/cockpit";
import { optionOf } from "../../lib/libvirt/address";

export const VIEWS = ["list", "picture"] as const;
export type View = (typeof VIEWS)[number];

export interface Place {
  readonly id: string;
  /** "" leaves it to the back end. */
  readonly connection: string;
  readonly view: View;
}

/** Reads the options of the address; what makes no sense counts as not there. */
export function parsePlace(options: Readonly<LocationOptions>): Place {
  const one = (name: string) => optionOf(options, name);
  return { id: one("id").toLowerCase(), connection: one("connection"), view: VIEWS.find((view) => view === one("view")) ?? "list" };
}

/** The inverse; what is as usual is left out. */
export function formatPlace({ id = "", connection = "", view = "list" }: Partial<Place>): Record<string, string> {
  return { ...(id && { id }), ...(connection && { connection }), ...(view !== "list" && { view }) };
}

/** What a link has as its target: the page of a network where the place has one, else the list. */
export function placeHref(place: Partial<Place>): string {
  return `#${location().encode(place.id ? ["network"] : [], formatPlace(place))}`;
}

/** The address of a machine's page in the console. */
export function machinePath(id: string, connection: string): string {
  const options = new URLSearchParams({ id, ...(connection && { connection }) });
  return `/machines#/machine?${options.toString()}`;
}
