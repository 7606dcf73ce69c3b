import { useEffect, useState } from "react";
import { type History, withSample } from "./history-series";
import type { Machine } from "./model";

export type Span = "hour" | "day";

/** Milliseconds after which a day's graph is asked for again: its slots are minutes. */
const REFRESH = 60_000;

/** The history of a machine, followed while it is on show; null until it is there. */
export function useHistory({ backend, id, enabled }: Machine, span: Span): { history: History | null; failure: string } {
  const [history, setHistory] = useState<History | null>(null);
  const [failure, setFailure] = useState("");
  useEffect(() => {
    if (!enabled) return;
    let current = true;
    // The host's clock is ahead of the browser's by so many seconds, to half a slot.
    let ahead = 0;
    const load = () => {
      backend.call<History>("history", { key: id, span }).then(
        (answer) => {
          if (!current) return;
          ahead = answer.start + (answer.cpu.length - 0.5) * answer.step - Date.now() / 1000;
          setHistory(answer);
          setFailure("");
        },
        (error: unknown) => current && setFailure(error instanceof Error ? error.message : String(error)),
      );
    };
    setHistory(null);
    load();
    const timer = span === "day" ? setInterval(load, REFRESH) : undefined;
    const end = backend.onSample((rows) => {
      const sample = rows[id];
      if (span === "hour" && sample) setHistory((known) => known && withSample(known, Date.now() / 1000 + ahead, sample));
    });
    return () => {
      current = false;
      clearInterval(timer);
      end();
    };
  }, [backend, id, span, enabled]);
  return { history, failure };
}
