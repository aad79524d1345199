import type { Job } from "./job.ts";
import type { JobSpec } from "./job-spec.ts";

const INT32_MAX = 2_147_483_647;
const BACKOFF_LIMIT = 6;

/** Only for jobs, not for the templates of cron jobs: one completion by one pod, six retries. */
export function jobDefaults(job: Job): Job {
  const spec = specDefaults(job.spec);
  const labels = job.metadata.labels ?? spec.template.metadata?.labels;
  const labelled = labels === job.metadata.labels ? job.metadata : { ...job.metadata, labels };
  return spec === job.spec && labelled === job.metadata ? job : { ...job, metadata: labelled, spec };
}

function specDefaults(spec: JobSpec): JobSpec {
  const single = spec.completions === undefined && spec.parallelism === undefined;
  const more = {
    ...(single ? { completions: 1 } : {}),
    parallelism: spec.parallelism ?? 1,
    backoffLimit: spec.backoffLimit ?? (spec.backoffLimitPerIndex === undefined ? BACKOFF_LIMIT : INT32_MAX),
    completionMode: spec.completionMode ?? "NonIndexed",
    suspend: spec.suspend ?? false,
    manualSelector: spec.manualSelector ?? false,
    podReplacementPolicy:
      spec.podReplacementPolicy ?? (spec.podFailurePolicy === undefined ? "TerminatingOrFailed" : "Failed"),
  } as const;
  const complete = Object.entries(more).every(([name, value]) => Reflect.get(spec, name) === value);
  return complete ? spec : { ...spec, ...more };
}
