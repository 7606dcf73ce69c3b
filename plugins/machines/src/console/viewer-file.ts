/** A file that virt-viewer opens: an ini file, whose values are one line each. */

import type { Device } from "../details/model";

export interface Viewer {
  type: "vnc" | "spice";
  host: string;
  port: string;
  title: string;
}

/** What a viewer on another computer needs of a screen; null where there is no port that it could reach. */
export function viewerOf({ type, port, listen = "" }: Device, host: string, title: string): Viewer | null {
  if ((type !== "vnc" && type !== "spice") || !port || Number(port) <= 0) return null;
  return { type, port, title, host: ["", "0.0.0.0", "::"].includes(listen) ? host : listen };
}

export function viewerFile({ type, host, port, title }: Viewer): string {
  const lines = Object.entries({ type, host, port, title }).map(([name, value]) => `${name}=${oneLine(value)}`);
  return ["[virt-viewer]", ...lines, "delete-this-file=1", ""].join("\n");
}

/** A name must not add settings to the file, some of which name proxies. */
function oneLine(text: string): string {
  return [...text].map((each) => (each < " " || each === "\x7f" ? " " : each)).join("");
}
