/* The shell's addresses: `/<package>[/<page>][#<place in the page>]`. */

export interface Place {
  /** "machines", "system/services"; empty for whatever comes first. */
  component: string;
  /** The page's own address, its fragment without "#". */
  hash: string;
}

/** What the addresses of pages begin with: each host that one logged in to has addresses of its own. */
export function pageRoot(urlRoot: string, application: string): string {
  return application.startsWith("cockpit+=") ? `${urlRoot}/${application.slice("cockpit+".length)}` : urlRoot;
}

const HOST = "localhost";
const COMPONENT = /^[A-Za-z0-9_-]{1,64}(\/[A-Za-z0-9_.-]+)*$/;

/** The place an address of ours names. The shell's own file, and what is no page's name, is the place "". */
export function parse(address: string, urlRoot = ""): Place {
  const [path = "", ...rest] = address.split("#");
  const inside = path.startsWith(`${urlRoot}/`) ? path.slice(urlRoot.length) : path;
  const segments = inside.split("?")[0]!.split("/").filter(Boolean);
  if (segments[0] === "@localhost") segments.shift();
  const component = segments.join("/").replace(/\/index$/, "");
  const named = COMPONENT.test(component) && !component.includes("..") && !/^cockpit(\/|$)/.test(component);
  return named ? { component, hash: normalHash(rest.join("#")) } : { component: "", hash: "" };
}

/** The top of a page has one name: the empty one. */
export function normalHash(hash: string): string {
  const place = hash.replace(/^#/, "");
  return place === "/" ? "" : place;
}

export function format(place: Place, urlRoot = ""): string {
  return `${urlRoot}/${place.component}${place.hash ? `#${place.hash}` : ""}`;
}

/**
 * Where a page's file is, seen from the shell's own folder. With the `checksum` of all packages in its address the
 * browser keeps it; the shell's own address may have the one of packages that are no longer there.
 */
export function frameUrl({ component, hash }: Place, base: string, checksum: string | null): string {
  const file = component.includes("/") ? component : `${component}/index`;
  const place = checksum ? `$${checksum}` : `@${HOST}`;
  return withHash(new URL(`../../${place}/${file}.html`, base).href, hash);
}

/** The same file at another place in the page. */
export function withHash(url: string, hash: string): string {
  return url.replace(/#.*$/, "") + (hash ? `#${hash}` : "");
}

export const FRAME_PREFIX = "cockpit1:";

export function frameName(component: string): string {
  return `${FRAME_PREFIX}${HOST}/${component}`;
}

/** The component of a frame's name. */
export function componentOf(name: string): string | null {
  const prefix = frameName("");
  return name.startsWith(prefix) ? name.slice(prefix.length) : null;
}
