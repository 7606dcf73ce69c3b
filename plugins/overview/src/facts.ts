/* What is fixed about a machine while it runs, out of the kernel's own files (proc(5)) and os-release(5). */

export interface Facts {
  hostname: string;
  system: string;
  kernel: string;
  /** When the machine started, in milliseconds since 1970. */
  booted: number;
  processors: number;
  model: string;
  /** Bytes. */
  memory: number;
  swap: number;
}

export type Known = Partial<Facts>;

export interface FactSources {
  /** The content of a file; null where there is none. */
  read(path: string): Promise<string | null>;
  now(): number;
}

/** "0-3,5" names five processors (cpu(5) lists of sysfs). */
export function countList(list: string): number {
  return list
    .trim()
    .split(",")
    .map((range) => range.split("-").map(Number))
    .reduce((sum, [first = NaN, last = first]) => sum + (last - first + 1), 0);
}

/** A value of /proc/meminfo in bytes. */
export function memoryOf(meminfo: string, name: string): number | undefined {
  const found = new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(meminfo);
  return found ? Number(found[1]) * 1024 : undefined;
}

export function modelOf(cpuinfo: string): string | undefined {
  return /^(?:model name|Model|cpu model|Processor)\s*:\s*(.+)$/m.exec(cpuinfo)?.[1]?.trim();
}

/** The operating system's name for people. */
export function systemOf(release: string): string | undefined {
  const found = /^PRETTY_NAME=(["']?)(.*)\1$/m.exec(release);
  return found?.[2]?.replace(/\\(["$`\\])/g, "$1") || undefined;
}

/* Each file tells its part; one that is not there costs its part only. */
const PARTS: Readonly<Record<string, (text: string, now: number) => Known>> = {
  "/proc/sys/kernel/hostname": (text) => ({ hostname: text.trim() }),
  "/proc/sys/kernel/osrelease": (text) => ({ kernel: text.trim() }),
  "/proc/uptime": (text, now) => ({ booted: now - parseFloat(text) * 1000 }),
  "/sys/devices/system/cpu/online": (text) => ({ processors: countList(text) }),
  "/etc/os-release": (text) => withoutUnknown({ system: systemOf(text) }),
  "/proc/cpuinfo": (text) => withoutUnknown({ model: modelOf(text) }),
  "/proc/meminfo": (text) => withoutUnknown({ memory: memoryOf(text, "MemTotal"), swap: memoryOf(text, "SwapTotal") }),
};

function withoutUnknown(part: { [Name in keyof Facts]?: Facts[Name] | undefined }): Known {
  return Object.fromEntries(Object.entries(part).filter(([, value]) => value !== undefined));
}

/** Tells the facts as they become known. */
export function learn(sources: FactSources, tell: (known: Known) => void): void {
  const ignore = () => {};
  for (const [path, part] of Object.entries(PARTS)) {
    sources.read(path).then((text) => text && tell(part(text, sources.now())), ignore);
  }
}
