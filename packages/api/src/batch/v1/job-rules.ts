import {
  type FieldError,
  forbidden,
  invalid,
  labelSelector,
  notSupported,
  type Path,
  required,
  validateLabels,
  equalValues,
} from "@skates/apimachinery";
import { checkNotNegative, type Findings } from "../../checks.ts";
import { jobPolicyRules } from "./job-policy-rules.ts";
import { cronScheduleProblem } from "./cron-schedule.ts";
import type { CronJob } from "./cron-job.ts";
import type { Job } from "./job.ts";
import type { JobSpec, PodFailurePolicyRule } from "./job-spec.ts";

const NAME_MAX = 63;
const CRON_NAME_MAX = 52;
const INDEXED_PARALLELISM_MAX = 100_000;
const NUMBERS = [
  "parallelism",
  "completions",
  "activeDeadlineSeconds",
  "backoffLimit",
  "backoffLimitPerIndex",
  "maxFailedIndexes",
  "ttlSecondsAfterFinished",
] as const;
const IMMUTABLE = [
  "selector",
  "completionMode",
  "podFailurePolicy",
  "backoffLimitPerIndex",
  "managedBy",
  "successPolicy",
] as const;

/** Rules of a job's spec, in jobs and in the templates of cron jobs. */
export function jobSpecRules(spec: JobSpec, _old: unknown, path: Path): Findings {
  const { template, completionMode = "NonIndexed", completions, podFailurePolicy } = spec;
  const policy = template.spec?.restartPolicy ?? "Always";
  const at = [...path, "template", "spec", "restartPolicy"];
  const out: FieldError[] = NUMBERS.flatMap((name) => checkNotNegative([...path, name], spec[name]));
  out.push(...validateLabels(template.metadata?.labels, [...path, "template", "metadata", "labels"]));
  if (policy === "Always") out.push(required(at, 'valid values: "OnFailure", "Never"'));
  if (podFailurePolicy !== undefined && policy !== "Never" && policy !== "Always") {
    out.push(invalid(at, policy, 'only "Never" is supported when podFailurePolicy is specified'));
  }
  if (completionMode === "Indexed") {
    if (completions === undefined) out.push(required([...path, "completions"], "when completion mode is Indexed"));
    const parallelism = spec.parallelism ?? 0;
    if (parallelism > INDEXED_PARALLELISM_MAX) {
      const detail = `must be less than or equal to ${INDEXED_PARALLELISM_MAX} when completion mode is Indexed`;
      out.push(invalid([...path, "parallelism"], parallelism, detail));
    }
  } else if (spec.backoffLimitPerIndex !== undefined) {
    out.push(invalid([...path, "backoffLimitPerIndex"], spec.backoffLimitPerIndex, "requires indexed completion mode"));
  }
  return [
    ...out,
    ...jobPolicyRules(spec, path),
    ...(podFailurePolicy?.rules ?? []).flatMap((rule, i) =>
      failureRule(rule, [...path, "podFailurePolicy", "rules", i]),
    ),
  ];
}

function failureRule(rule: PodFailurePolicyRule, path: Path): Findings {
  const { onExitCodes: codes, onPodConditions: conditions = [] } = rule;
  const out: FieldError[] = [];
  if (codes !== undefined && conditions.length > 0) {
    out.push(invalid(path, "", "specifying both OnExitCodes and OnPodConditions is not supported"));
  }
  if (codes === undefined && conditions.length === 0) {
    out.push(invalid(path, "", "specifying one of OnExitCodes and OnPodConditions is required"));
  }
  for (const [index, value] of (codes?.values ?? []).entries()) {
    if (codes?.operator === "In" && value === 0) {
      out.push(invalid([...path, "onExitCodes", "values", index], value, "must not be 0 for the In operator"));
    }
  }
  return out;
}

/** How a job may differ from what it was. A job that waits may still be told where to run. */
export function jobErrors(next: Job, old: Job | undefined): Findings {
  const out: FieldError[] = [];
  if (old === undefined) {
    if (next.metadata.name.length > NAME_MAX) {
      out.push(invalid(["metadata", "name"], next.metadata.name, `must be no more than ${NAME_MAX} characters`));
    }
    return [...out, ...selectorFindings(next)];
  }
  for (const name of IMMUTABLE) {
    if (!equalValues(next.spec[name], old.spec[name]))
      out.push(invalid(["spec", name], next.spec[name] ?? null, "field is immutable"));
  }
  const { completions, parallelism, completionMode } = next.spec;
  const elastic = completionMode === "Indexed" && completions === parallelism;
  if (!equalValues(completions, old.spec.completions) && !elastic) {
    out.push(invalid(["spec", "completions"], completions ?? null, "field is immutable"));
  }
  const waiting = old.spec.suspend === true && old.status?.startTime === undefined;
  const before = waiting ? withPlacement(old.spec.template, next.spec.template) : old.spec.template;
  if (!equalValues(next.spec.template, before))
    out.push(invalid(["spec", "template"], next.spec.template, "field is immutable"));
  return out;
}

/** A job finds its pods by a selector that fits them, and that nobody else's pods fit unless it was written by hand. */
function selectorFindings({ metadata, spec }: Job): Findings {
  const { selector, template, manualSelector } = spec;
  const path = ["spec", "selector"];
  if (selector === undefined) return [required(path, "")];
  const labels = template.metadata?.labels ?? {};
  const at = ["spec", "template", "metadata", "labels"];
  if (!labelSelector(selector).matches(labels)) {
    return [invalid(at, labels, "`selector` does not match template `labels`")];
  }
  if (manualSelector === true) return [];
  const own = {
    "batch.kubernetes.io/controller-uid": metadata.uid ?? "",
    "controller-uid": metadata.uid ?? "",
    "batch.kubernetes.io/job-name": metadata.name,
    "job-name": metadata.name,
  };
  const wrong = Object.entries(own).filter(([name, value]) => labels[name] !== value);
  const out = wrong.map(([name, value]) => invalid([...at, { key: name }], labels[name] ?? "", `must be '${value}'`));
  return labelSelector(selector).matches(own)
    ? out
    : [...out, invalid(path, selector, "`selector` not auto-generated")];
}

type Template = JobSpec["template"];

function withPlacement(old: Template, next: Template): Template {
  if (old.spec === undefined || next.spec === undefined) return old;
  const { nodeSelector, affinity, tolerations, schedulingGates } = next.spec;
  return {
    ...old,
    metadata: next.metadata,
    spec: { ...old.spec, nodeSelector, affinity, tolerations, schedulingGates },
  };
}

/** Findings on a cron job. Its jobs' names are longer by eleven characters. */
export function cronJobErrors(next: CronJob, old: CronJob | undefined): Findings {
  const { schedule, timeZone, jobTemplate, startingDeadlineSeconds } = next.spec;
  const out: FieldError[] = [];
  if (old === undefined && next.metadata.name.length > CRON_NAME_MAX) {
    out.push(invalid(["metadata", "name"], next.metadata.name, `must be no more than ${CRON_NAME_MAX} characters`));
  }
  if (schedule !== "" && (old === undefined || old.spec.schedule !== schedule)) out.push(...scheduleFindings(schedule));
  if (timeZone !== undefined && timeZone !== old?.spec.timeZone) out.push(...timeZoneFindings(timeZone));
  out.push(...checkNotNegative(["spec", "startingDeadlineSeconds"], startingDeadlineSeconds));
  out.push(...checkNotNegative(["spec", "successfulJobsHistoryLimit"], next.spec.successfulJobsHistoryLimit));
  out.push(...checkNotNegative(["spec", "failedJobsHistoryLimit"], next.spec.failedJobsHistoryLimit));
  const manual = jobTemplate.spec?.manualSelector;
  const path = ["spec", "jobTemplate", "spec", "manualSelector"];
  if (manual !== undefined) out.push(notSupported(path, manual, ["nil"]));
  if (jobTemplate.spec?.selector !== undefined) {
    out.push(forbidden(["spec", "jobTemplate", "spec", "selector"], "`selector` will be auto-generated"));
  }
  return out;
}

function scheduleFindings(schedule: string): Findings {
  const path = ["spec", "schedule"];
  if (/(^|\s)(CRON_)?TZ=/.test(schedule)) {
    return [invalid(path, schedule, "cannot use TZ or CRON_TZ in schedule, use timeZone field instead")];
  }
  const problem = cronScheduleProblem(schedule);
  return problem === undefined ? [] : [invalid(path, schedule, problem)];
}

function timeZoneFindings(zone: string): Findings {
  const path = ["spec", "timeZone"];
  if (zone === "") return [invalid(path, zone, "timeZone must be nil or non-empty string")];
  if (zone.toLowerCase() === "local")
    return [
      invalid(path, zone, "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones"),
    ];
  return isTimeZone(zone) ? [] : [invalid(path, zone, `unknown time zone ${zone}`)];
}

function isTimeZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone !== "";
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
