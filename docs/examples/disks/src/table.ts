export interface Disk {
  readonly target: string;
  /** From 0 to 1. */
  readonly used: number;
}

/** The file systems that `df --output=pcent,target` tells of, the fullest first. */
export function parse(output: string): Disk[] {
  const lines = output.trim().split("\n").slice(1);
  const disks = lines.flatMap((line): Disk[] => {
    const [, percent, target] = /^\s*(\d+)%\s+(.*)$/.exec(line) ?? [];
    return percent && target ? [{ target, used: Number(percent) / 100 }] : [];
  });
  return disks.sort((a, b) => b.used - a.used);
}
