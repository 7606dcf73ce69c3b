import { transport } from "../../lib/cockpit";

/** The address at which the browser downloads what a volume holds, by itself and at its own pace. */
export function downloadUrl(key: string, uri: string, name: string): string {
  const options = {
    payload: "libvirt-volume1",
    binary: "raw",
    superuser: "try",
    direction: "download",
    key,
    uri,
    external: {
      "content-disposition": `attachment; filename*=UTF-8''${encodeURIComponent(name).replaceAll("'", "%27")}`,
      "content-type": "application/octet-stream",
    },
  };
  const bytes = new TextEncoder().encode(JSON.stringify(options));
  const query = btoa(String.fromCharCode(...bytes));
  return `${transport.uri(`channel/${transport.csrf_token}`).replace(/^ws/, "http")}?${query}`;
}
