/** What the pages of libvirt read out of their addresses. */

/** Calls back whenever the address changes, for `useSyncExternalStore`; returns what ends that. */
export function followAddress(moved: () => void): () => void {
  window.addEventListener("hashchange", moved);
  return () => window.removeEventListener("hashchange", moved);
}

/** One option of an address, the first where there are several; "" where there is none. */
export function optionOf(options: Readonly<Record<string, string | string[] | undefined>>, name: string): string {
  const value = options[name];
  return (Array.isArray(value) ? value[0] : value) ?? "";
}
