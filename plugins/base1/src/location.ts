import { transport, urlRoot } from "./connection";

export type LocationOptions = Record<string, string | string[]>;

function decodePart(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", "%20"));
  } catch {
    return text;
  }
}

function decodeSegment(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/* What reads better as it is, and means nothing special in an address's fragment. */
const encodeSegment = (text: string) => encodeURIComponent(text).replace(/%(?:40|3D|3A|2C|24|2B)/g, (code) => decodeURIComponent(code));
const encodePart = (text: string) => encodeURIComponent(text).replace(/%(?:40|3A|2C|24|2F)/g, (code) => decodeURIComponent(code));

/** Resolves "." and ".." of an address against where one is; what leads above the top stays there. */
function resolvePath(segments: string[], base: string[]): string[] {
  const result = [...base];
  for (const segment of segments) {
    if (segment === "..") result.pop();
    else if (segment !== "." && segment !== "") result.push(segment);
  }
  return result;
}

/**
 * Where in the page the user is: the address's fragment as a path and options, `#/path/parts?option=value`.
 * An object stands for one place: once the user has moved on, `go` and `replace` of the old one do nothing.
 */
export class PageLocation {
  readonly href: string;
  readonly path: string[];
  readonly options: LocationOptions = {};

  constructor() {
    this.href = window.location.hash.replace(/^#/, "");
    this.path = this.decode(this.href, this.options);
  }

  /** What the addresses of the whole console begin with, without slashes. */
  get url_root(): string {
    return urlRoot().slice(1);
  }

  /** `withRoot` makes it an address of the console, not of the page. */
  encode(path: string | string[], options: Record<string, unknown> = {}, withRoot = false): string {
    const segments = typeof path === "string" ? this.decode(path) : path;
    const query = Object.entries(options).flatMap(([name, value]) =>
      (Array.isArray(value) ? value : [value])
        .filter((each) => each !== undefined && each !== null)
        .map((each) => `${encodePart(name)}=${encodePart(String(each))}`),
    );
    const root = withRoot && this.url_root ? `/${this.url_root}` : "";
    return `${root}/${segments.map(encodeSegment).join("/")}${query.length > 0 ? `?${query.join("&")}` : ""}`;
  }

  /** The path of an address; its options are added to `options`. Relative addresses start from this place. */
  decode(href: string, options?: LocationOptions): string[] {
    const [address = "", ...rest] = href.split("?");
    if (options) {
      for (const part of rest.join("?").split("&").filter(Boolean)) {
        const [name = "", ...value] = part.split("=");
        addOption(options, decodePart(name), decodePart(value.join("=")));
      }
    }
    const base = address.startsWith("/") || !this.path ? [] : address === "" ? this.path : this.path.slice(0, -1);
    return resolvePath(address.split("/").map(decodeSegment), base);
  }

  go(path: string | string[] | PageLocation, options?: Record<string, unknown>): void {
    if (location() !== this) return;
    window.location.hash = this.#target(path, options);
  }

  replace(path: string | string[] | PageLocation, options?: Record<string, unknown>): void {
    if (location() !== this) return;
    window.location.replace(`${window.location.pathname}#${this.#target(path, options)}`);
  }

  #target(path: string | string[] | PageLocation, options?: Record<string, unknown>): string {
    if (path instanceof PageLocation) return path.href || "/";
    if (typeof path !== "string") return this.encode(path, options);
    if (options) return this.encode(path, options);
    const found: LocationOptions = {};
    return this.encode(this.decode(path, found), found);
  }

  toString(): string {
    return this.href;
  }
}

function addOption(options: LocationOptions, name: string, value: string): void {
  const known = options[name];
  if (known === undefined) options[name] = value;
  else options[name] = [...(Array.isArray(known) ? known : [known]), value];
}

let current: PageLocation | null = null;

export function location(): PageLocation {
  if (!current || current.href !== window.location.hash.replace(/^#/, "")) current = new PageLocation();
  return current;
}

/** Moves to a place: a path or address in this page. */
export function setLocation(to: string | string[]): void {
  location().go(to);
}

/** Shows another page of the console: `jump("/machines#/x")`. */
export function jump(path: string | string[] | { href: string }, host?: string | null): void {
  const target = Array.isArray(path) ? `/${path.map(encodeSegment).join("/")}` : typeof path === "string" ? path : path.href;
  transport.wait(() => transport.inject(`\n${JSON.stringify({ command: "jump", location: target, host: host ?? transport.host })}`));
}
