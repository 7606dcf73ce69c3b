import type { ReactNode } from "react";

/** In place of what this machine cannot tell: says so, and why. */
export function Absent({ children, reason }: { children: ReactNode; reason: string }) {
  return (
    <div className="ph-absent">
      <p>{children}</p>
      <p className="ph-note">{reason}</p>
    </div>
  );
}
