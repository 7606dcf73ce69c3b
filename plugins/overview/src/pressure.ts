/* How hard the kernel finds its work: load averages, and the share of time that work waited for memory (PSI). */

export interface Pressure {
  /** The averages of one, five and fifteen minutes. */
  load: readonly [number, number, number] | null;
  /** Percent of the last minute in which everything waited for memory; null where the kernel does not tell. */
  memory: number | null;
}

export function parseLoad(loadavg: string): Pressure["load"] {
  const [one, five, fifteen] = loadavg.split(" ").map(Number);
  return [one, five, fifteen].every(Number.isFinite) ? [one!, five!, fifteen!] : null;
}

export function parseMemoryPressure(text: string): number | null {
  const found = /^full .*\bavg60=([\d.]+)/m.exec(text);
  return found ? Number(found[1]) : null;
}

const EVERY = 10_000;

/** Reads again and again until told to stop; what cannot be read is null. */
export function followPressure(read: (path: string) => Promise<string | null>, tell: (pressure: Pressure) => void): () => void {
  let wanted = true;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = async () => {
    const text = (path: string) => read(path).catch(() => null);
    const [loadavg, memory] = await Promise.all([text("/proc/loadavg"), text("/proc/pressure/memory")]);
    if (!wanted) return;
    tell({ load: loadavg ? parseLoad(loadavg) : null, memory: memory ? parseMemoryPressure(memory) : null });
    timer = setTimeout(() => void look(), EVERY);
  };
  void look();
  return () => {
    wanted = false;
    clearTimeout(timer);
  };
}
