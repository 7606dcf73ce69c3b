/* Live reload: what an author edits is loaded anew. The bridge takes the channel only where that is switched on. */
import { channel } from "../../lib/cockpit";

interface Change {
  pages: string[];
  console: boolean;
}

/** The frames of these packages' pages. */
export function framesOf(root: ParentNode, packages: readonly string[]): HTMLIFrameElement[] {
  const frames = [...root.querySelectorAll<HTMLIFrameElement>('iframe[name^="cockpit1:"]')];
  return frames.filter((frame) => packages.some((name) => new RegExp(`^cockpit1:[^/]*/${name}(/|$)`).test(frame.name)));
}

export function followEdits(): void {
  const edits = channel({ payload: "reload1" });
  edits.addEventListener("message", (_event, text) => {
    const change = JSON.parse(String(text)) as Change;
    if (change.console) window.location.reload();
    else for (const frame of framesOf(document, change.pages)) frame.contentWindow?.location.reload();
  });
}
