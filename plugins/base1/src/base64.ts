/** Bytes (or numbers) to base64 text. */
export function base64_encode(data: Uint8Array | ArrayBuffer | number[] | string): string {
  if (typeof data === "string") return btoa(data);
  const bytes = data instanceof Uint8Array ? data : new Uint8Array(data);
  const characters: string[] = [];
  for (let at = 0; at < bytes.length; at += 0x8000) characters.push(String.fromCharCode(...bytes.subarray(at, at + 0x8000)));
  return btoa(characters.join(""));
}

/** Base64 text to bytes. */
export function base64_decode(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

export const utf8_encoder = (): { encode(text?: string): Uint8Array } => new TextEncoder();
export const utf8_decoder = (fatal = false): TextDecoder => new TextDecoder("utf-8", { fatal });
