/** What a job is called and what is said of how far it is. */

import { format, gettext as _, N_ } from "../cockpit";
import type { Job, Jobs } from "./model";

/** By method: what is being done to the object $0. */
const TITLES: Readonly<Record<string, string>> = {
  domain_clone: N_("Cloning $0"),
  snapshot_create: N_("Snapshot of $0"),
  snapshot_create_external: N_("Snapshot of $0"),
  volume_clone: N_("Cloning $0"),
  volume_wipe: N_("Wiping $0"),
  volume_upload: N_("Upload into $0"),
};

const STATES: Readonly<Record<Job["state"], string>> = {
  running: N_("Running"),
  done: N_("Done"),
  failed: N_("Failed:"),
  cancelled: N_("Cancelled. What it had made was removed."),
  interrupted: N_("Interrupted: its process is gone. What it had made so far is still there, and libvirt ends a copy that it has begun."),
};

export function titleOf(job: Job): string {
  return format(_(TITLES[job.method] ?? N_("Work on $0")), job.name || job.key);
}

/** Percent, undefined where nobody can tell. */
export function percentOf({ state, done = 0, total = 0 }: Job): number | undefined {
  if (state === "done") return 100;
  return total > 0 ? Math.min(100, Math.floor((100 * done) / total)) : undefined;
}

/** How it is, in a sentence. */
export function stateOf(job: Job): string {
  if (job.cancelling) return _("Cancelling. libvirt has to finish what it is at first.");
  if (job.state === "running") return job.text ?? "";
  if (job.state === "interrupted" && job.method === "volume_upload")
    return format(_("Interrupted: its process is gone. The volume $0 is still there and incomplete: it holds only the beginning of what was uploaded. Delete it, or upload into it again."), job.name || job.key);
  const left = job.state === "interrupted" && job.text && job.method.endsWith("_clone") ? format(_("It was at $0: look for that under Storage pools."), job.text) : undefined;
  return [_(STATES[job.state]), left, job.message].filter(Boolean).join(" ");
}

/** In the order of the list: what runs, then what ended, the newest first. */
export function sortedJobs(jobs: Jobs): [id: string, job: Job][] {
  const rank = ({ state }: Job) => (state === "running" ? 0 : 1);
  return Object.entries(jobs).sort(([, a], [, b]) => rank(a) - rank(b) || (b.ended ?? b.started) - (a.ended ?? a.started));
}
