import { type ReactNode, useState } from "react";
import { Alert, AlertActionCloseButton } from "@patternfly/react-core/dist/esm/components/Alert";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Progress, ProgressMeasureLocation, ProgressVariant } from "@patternfly/react-core/dist/esm/components/Progress";
import { Spinner } from "@patternfly/react-core/dist/esm/components/Spinner";
import { format, gettext as _ } from "../cockpit";
import type { JsonObject } from "../merge";
import { percentOf, sortedJobs, stateOf, titleOf } from "./job-texts";
import type { Job, Jobs } from "./model";

/** Calls a method of the connection that the jobs are of. */
export type CallJobs = (method: "job_cancel" | "job_dismiss", params: JsonObject) => Promise<unknown>;

interface JobListProps {
  jobs: Jobs | undefined;
  call: CallJobs;
  /** Where the page shows what a job has made. */
  linkTo?: (job: Job) => string | undefined;
}

/** What goes on and what came of it, with a button to cancel or forget each; nothing where there is none. */
export function JobList({ jobs = {}, call, linkTo }: JobListProps) {
  const sorted = sortedJobs(jobs);
  const [failure, setFailure] = useState("");
  const tell = (method: "job_cancel" | "job_dismiss", id: string) => {
    setFailure("");
    call(method, { id }).catch((error: unknown) => setFailure(error instanceof Error ? error.message : String(error)));
  };
  return (
    <>
      {/* It is there from the start, so that screen readers hear what comes into it. */}
      <div aria-live="polite" className="ph-job-failure">
        {failure && <Alert variant="danger" isInline component="h2" title={failure} actionClose={<AlertActionCloseButton onClose={() => setFailure("")} />} />}
      </div>
      {sorted.length > 0 && (
        <ul className="ph-jobs" role="list" aria-label={_("Jobs")}>
          {sorted.map(([id, job]) => (
            <li key={id} data-job={id} data-state={job.state}>
              <JobItem id={id} job={job} link={job.state === "done" && job.made ? linkTo?.(job) : undefined} tell={tell} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

const VARIANTS: Readonly<Partial<Record<Job["state"], ProgressVariant>>> = {
  done: ProgressVariant.success,
  failed: ProgressVariant.danger,
  cancelled: ProgressVariant.warning,
  interrupted: ProgressVariant.danger,
};

interface JobItemProps {
  id: string;
  job: Job;
  link: string | undefined;
  tell(method: "job_cancel" | "job_dismiss", id: string): void;
}

function JobItem({ id, job, link, tell }: JobItemProps) {
  const title = titleOf(job);
  const percent = percentOf(job);
  const runs = job.state === "running";
  const heading: ReactNode = <bdi>{title}</bdi>;
  return (
    <div className="ph-job">
      {runs && percent === undefined ? (
        <div className="ph-job-title"><Spinner size="md" aria-label={_("Please wait")} /> {heading}</div>
      ) : (
        <Progress
          id={`job-${id}`}
          value={percent ?? 0}
          title={heading}
          aria-label={title}
          measureLocation={runs ? ProgressMeasureLocation.top : ProgressMeasureLocation.none}
          {...(VARIANTS[job.state] && { variant: VARIANTS[job.state] })}
        />
      )}
      <p className="ph-note" aria-live="polite"><bdi>{stateOf(job)}</bdi></p>
      <div className="ph-job-tools">
        {link && <Button variant="link" isInline component="a" href={link}>{_("Show it")}</Button>}
        {runs ? (
          <Button variant="secondary" size="sm" aria-label={format(_("Cancel: $0"), title)} isDisabled={job.cancelling === true} onClick={() => tell("job_cancel", id)}>
            {_("Cancel")}
          </Button>
        ) : (
          <Button variant="link" size="sm" aria-label={format(_("Dismiss: $0"), title)} onClick={() => tell("job_dismiss", id)}>{_("Dismiss")}</Button>
        )}
      </div>
    </div>
  );
}
