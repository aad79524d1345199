import type { Column, FieldText, Strategy } from "@skates/apimachinery";
import { humanDuration } from "@skates/apimachinery";
import { ageColumn, column, containerColumns, formatSelector, nameColumn, since } from "../../table.ts";
import type { CronJob } from "./cron-job.ts";
import type { Job } from "./job.ts";
import { jobErrors } from "./job-rules.ts";
import { jobStatusErrors } from "./job-status-rules.ts";
import { namedTemplateWarnings } from "../../core/v1/pod-warnings.ts";

const UID_LABEL = "batch.kubernetes.io/controller-uid";
const NAME_LABEL = "batch.kubernetes.io/job-name";
const OLD_UID_LABEL = "controller-uid";
const OLD_NAME_LABEL = "job-name";

/** Where jobs depart from the conventions: they mark their pods by their own uid, and their pods outlive them by default. */
export const jobStrategy: Strategy<Job> = {
  prepare(next, old) {
    return old === undefined && next.spec.manualSelector !== true ? withOwnSelector(next) : next;
  },
  validate(next, old, { subresource }) {
    return old !== undefined && subresource === "status" ? jobStatusErrors(next, old) : jobErrors(next, old);
  },
  warnings: (next, old) => namedTemplateWarnings(next, old),
  dependents: "Orphan",
};

/** Labels by name and uid on the pods, and a selector by uid. */
function withOwnSelector(job: Job): Job {
  const { uid = "", name } = job.metadata;
  if (uid === "") return job;
  const { template, selector } = job.spec;
  const own = { [OLD_NAME_LABEL]: name, [OLD_UID_LABEL]: uid, [NAME_LABEL]: name, [UID_LABEL]: uid };
  const labels = { ...own, ...template.metadata?.labels };
  return {
    ...job,
    spec: {
      ...job.spec,
      template: { ...template, metadata: { ...(template.metadata ?? { name: "" }), labels } },
      selector: { ...selector, matchLabels: { ...selector?.matchLabels, [UID_LABEL]: uid } },
    },
  };
}

/** Field selectors of jobs. */
export const jobFields: Readonly<Record<string, FieldText<Job>>> = {
  "status.successful": (job) => String(job.status?.succeeded ?? 0),
};

/** The table of `kubectl get jobs`. */
export const jobColumns: readonly Column<Job>[] = [
  nameColumn,
  column("Status", "Where the job stands.", jobStatusText),
  column("Completions", "Successes of those wanted.", completionsText),
  column("Duration", "How long it ran, or has been running.", durationText),
  ageColumn,
  ...containerColumns<Job>((job) => job.spec.template.spec?.containers ?? []),
  column("Selector", "Which pods belong to it.", (job) => formatSelector(job.spec.selector), { wide: true }),
];

function jobStatusText(job: Job): string {
  const has = (type: string): boolean =>
    job.status?.conditions?.some((condition) => condition.type === type && condition.status === "True") === true;
  if (has("Complete")) return "Complete";
  if (has("Failed")) return "Failed";
  if (job.metadata.deletionTimestamp !== undefined) return "Terminating";
  return ["Suspended", "FailureTarget", "SuccessCriteriaMet"].find(has) ?? "Running";
}

function completionsText({ spec, status }: Job): string {
  const done = status?.succeeded ?? 0;
  if (spec.completions !== undefined) return `${done}/${spec.completions}`;
  const parallelism = spec.parallelism ?? 0;
  return parallelism > 1 ? `${done}/1 of ${parallelism}` : `${done}/1`;
}

function durationText({ status }: Job, nowMs: number): string {
  if (status?.startTime === undefined) return "";
  const end = status.completionTime === undefined ? nowMs : Date.parse(status.completionTime);
  return humanDuration(end - Date.parse(status.startTime));
}

/** The table of `kubectl get cronjobs`. */
export const cronJobColumns: readonly Column<CronJob>[] = [
  nameColumn,
  column("Schedule", "When it runs.", (cron) => cron.spec.schedule),
  column("Timezone", "Whose clock it goes by.", (cron) => cron.spec.timeZone ?? "<none>"),
  // In capitals, as upstream writes this one.
  column("Suspend", "Whether it rests.", (cron) => (cron.spec.suspend === true ? "True" : "False"), {
    type: "boolean",
  }),
  column("Active", "Jobs at work.", (cron) => (cron.status?.active ?? []).length, { type: "integer" }),
  column("Last Schedule", "Time since it ran last.", (cron, nowMs) =>
    cron.status?.lastScheduleTime === undefined ? "<none>" : since(cron.status.lastScheduleTime, nowMs),
  ),
  ageColumn,
  ...containerColumns<CronJob>((cron) => cron.spec.jobTemplate.spec?.template.spec?.containers ?? []),
  column("Selector", "Which pods belong to it.", (cron) => formatSelector(cron.spec.jobTemplate.spec?.selector), {
    wide: true,
  }),
];
