/** Where in a text the error is that libvirt speaks of. */

/** The line, from 1: what the message says itself, else the first one that has the element or attribute that it names. */
export function lineOf(message: string, text: string): number | undefined {
  const count = text.split("\n").length;
  const said = /(?:line |:)(\d+)(?:[:,]|\s|$)/.exec(message);
  const number = Number(said?.[1] ?? 0);
  if (number >= 1 && number <= count) return number;
  const lines = text.split("\n");
  const [, value] = /value '([^'\n]+)'/.exec(message) ?? [];
  const valued = value === undefined ? -1 : lines.findIndex((line) => line.includes(value));
  if (valued >= 0) return valued + 1;
  const named = [...message.matchAll(/(?:content:|elements?|attributes?|property) (?:'|")?<?([\w:-]+)/gi)].map(([, name]) => name);
  for (const name of named.reverse()) {
    if (name === undefined || name === "domain") continue;
    const index = lines.findIndex((line) => new RegExp(`<${name}\\b|\\b${name}=`).test(line));
    if (index >= 0) return index + 1;
  }
  return undefined;
}

/** Selects a line and brings it into sight. */
export function selectLine(area: HTMLTextAreaElement, line: number): void {
  const lines = area.value.split("\n");
  const start = lines.slice(0, line - 1).reduce((length, each) => length + each.length + 1, 0);
  area.focus();
  area.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0));
  area.scrollTop = (area.scrollHeight / lines.length) * Math.max(0, line - 5);
}
