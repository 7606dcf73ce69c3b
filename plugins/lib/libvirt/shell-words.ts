/** A command, which is words, as one types it in a shell. Nobody here runs it. */
export function shellText(words: readonly string[]): string {
  return words.map(quoted).join(" ");
}

/** A word as a shell takes it, whatever it holds. */
function quoted(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
