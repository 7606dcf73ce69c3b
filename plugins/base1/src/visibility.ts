/* Whether the page can be seen: the browser's word and, for a page in a frame, the shell's. */
import { connectionEvents } from "./connection";

let frameHidden = false;

export function isHidden(): boolean {
  return frameHidden || document.visibilityState === "hidden";
}

/** Calls back whenever `isHidden` changes. */
export function onVisibilityChange(callback: () => void): void {
  let last = isHidden();
  const check = () => {
    if (isHidden() === last) return;
    last = !last;
    callback();
  };
  document.addEventListener("visibilitychange", check);
  connectionEvents.addEventListener("hint", (_event, hint) => {
    if (typeof hint["hidden"] === "boolean") frameHidden = hint["hidden"];
    check();
  });
}
