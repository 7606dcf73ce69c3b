/** The page in full screen: all of it, so that menus and dialogs are seen as well; the console covers the rest. */

export function isFullScreen(): boolean {
  return document.fullscreenElement !== null;
}

/** Calls `listener` when full screen begins or ends, by whatever; gives what ends that. */
export function onFullScreen(listener: () => void): () => void {
  document.addEventListener("fullscreenchange", listener);
  return () => document.removeEventListener("fullscreenchange", listener);
}

/** Begins or ends full screen; a browser that refuses leaves everything as it is. */
export function toggleFullScreen(): void {
  const done = isFullScreen() ? document.exitFullscreen() : document.documentElement.requestFullscreen();
  done.catch(() => undefined);
}
