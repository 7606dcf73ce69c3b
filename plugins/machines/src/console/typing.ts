/** Text as keys of a VNC keyboard (keysyms of X11). */

const RETURN = 0xff0d;
const TAB = 0xff09;
const UNICODE = 0x0100_0000;
/** Characters of the longest text typed in: at some thousand keys a guest is still busy after a minute. */
export const TEXT_MAX = 10_000;

/** One keysym for each character; `\r\n` is one Return, other control characters are left out. */
export function keysyms(text: string): number[] {
  return [...text.slice(0, TEXT_MAX).replaceAll("\r\n", "\n")].flatMap((character) => {
    const code = character.codePointAt(0) ?? 0;
    if (character === "\n" || character === "\r") return [RETURN];
    if (character === "\t") return [TAB];
    if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return [];
    // Latin 1 has its own numbers; all else is its code point above a base.
    return [code <= 0xff ? code : UNICODE + code];
  });
}
