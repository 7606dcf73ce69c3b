/** Words of a command as a POSIX shell takes them: each one word, whatever is in it. */

const PLAIN = /^[A-Za-z0-9_@%+=:,./-]+$/;

export function shellLine(words: readonly string[]): string {
  return words.map((word) => (PLAIN.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(" ");
}
