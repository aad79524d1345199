import {
  type FieldError,
  forbidden,
  invalid,
  isDns1123Label,
  labelSelector,
  OMITTED,
  notSupported,
  type Path,
  required,
  validateLabels,
  equalValues,
} from "@skates/apimachinery";
import { checkNotNegative, type Findings } from "../../checks.ts";
import { jobPolicyRules } from "./job-policy-rules.ts";
import { cronScheduleProblem, isTimeZone } from "./cron-schedule.ts";
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
    out.push(invalid(path, OMITTED, "specifying both OnExitCodes and OnPodConditions is not supported"));
  }
  if (codes === undefined && conditions.length === 0) {
    out.push(invalid(path, OMITTED, "specifying one of OnExitCodes and OnPodConditions is required"));
  }
  for (const [index, value] of (codes?.values ?? []).entries()) {
    if (codes?.operator === "In" && value === 0) {
      out.push(invalid([...path, "onExitCodes", "values", index], value, "must not be 0 for the In operator"));
    }
  }
  return out;
}

/** How a job may differ from what it was. One that waits may still be told where to run and with what. */
export function jobErrors(next: Job, old: Job | undefined): Findings {
  const out: FieldError[] = [];
  if (old === undefined) {
    if (next.metadata.name.length > NAME_MAX) {
      out.push(invalid(["metadata", "name"], next.metadata.name, `must be no more than ${NAME_MAX} characters`));
    }
    return [...out, ...hostnameFindings(next), ...selectorFindings(next)];
  }
  for (const name of IMMUTABLE) {
    if (!equalValues(next.spec[name], old.spec[name]))
      out.push(invalid(["spec", name], next.spec[name] ?? null, "field is immutable"));
  }
  const { completions, parallelism, completionMode } = next.spec;
  if (
    !equalValues(completions, old.spec.completions) &&
    (completionMode !== "Indexed" || completions !== parallelism)
  ) {
    const detail =
      completionMode === "Indexed" ? "can only be modified in tandem with spec.parallelism" : "field is immutable";
    out.push(invalid(["spec", "completions"], completions ?? null, detail));
  }
  const before = rests(old) ? withMutableParts(old.spec.template, next.spec.template) : old.spec.template;
  if (!equalValues(next.spec.template, before))
    out.push(invalid(["spec", "template"], next.spec.template, "field is immutable"));
  return out;
}

/** The pods of an indexed job are called by its name and their index: the longest must be a name for a host. */
function hostnameFindings({ metadata: { name }, spec }: Job): Findings {
  const { completionMode, completions = 0, parallelism = 0 } = spec;
  if (completionMode !== "Indexed" || completions <= 0 || parallelism <= 0) return [];
  const longest = `${name}-${completions - 1}`;
  if (isDns1123Label(longest).length === 0) return [];
  return [invalid(["metadata", "name"], name, `will not able to create pod with invalid DNS label: ${longest}`)];
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

/** True if no pod of the job is at work and none will be until it is resumed. */
function rests({ spec, status }: Job): boolean {
  if (spec.suspend !== true || (status?.active ?? 0) > 0) return false;
  const held = status?.conditions?.some(({ type, status: is }) => type === "Suspended" && is === "True");
  return status?.startTime === undefined || held === true;
}

/** The old template with what of the new one may change while the job rests: where its pods go, and the resources of containers. */
function withMutableParts(old: Template, next: Template): Template {
  if (old.spec === undefined || next.spec === undefined) return old;
  const { nodeSelector, affinity, tolerations, schedulingGates, containers, initContainers } = next.spec;
  return {
    ...old,
    metadata: next.metadata,
    spec: {
      ...old.spec,
      nodeSelector,
      affinity,
      tolerations,
      schedulingGates,
      containers: withResources(old.spec.containers, containers),
      initContainers: old.spec.initContainers && withResources(old.spec.initContainers, initContainers),
    },
  };
}

type Containers = NonNullable<Template["spec"]>["containers"];

function withResources(old: Containers, next: Containers = []): Containers {
  return old.map((container, i) => {
    const other = next[i];
    if (other === undefined || other.name !== container.name) return container;
    const { resources: _resources, ...rest } = container;
    return other.resources === undefined ? rest : { ...rest, resources: other.resources };
  });
}

/** Findings on a cron job. Its jobs' names are longer by eleven characters. */
export function cronJobErrors(next: CronJob, old: CronJob | undefined): Findings {
  const { schedule, timeZone, jobTemplate, startingDeadlineSeconds } = next.spec;
  const out: FieldError[] = [];
  if (old === undefined && next.metadata.name.length > CRON_NAME_MAX) {
    out.push(invalid(["metadata", "name"], next.metadata.name, `must be no more than ${CRON_NAME_MAX} characters`));
  }
  if (schedule !== "") out.push(...scheduleFindings(next, old));
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

/** A zone within the schedule was allowed once: who has it may keep it, or change it, until there is the field. */
function scheduleFindings({ spec: { schedule, timeZone } }: CronJob, old: CronJob | undefined): Findings {
  const path = ["spec", "schedule"];
  if (schedule.includes("TZ")) {
    if (old?.spec.schedule.includes("TZ") !== true) {
      return [invalid(path, schedule, "cannot use TZ or CRON_TZ in schedule, use timeZone field instead")];
    }
    if (timeZone === undefined) return [];
    return [invalid(path, schedule, "cannot use both timeZone field and TZ or CRON_TZ in schedule")];
  }
  const problem = cronScheduleProblem(schedule);
  return problem === undefined || schedule === old?.spec.schedule ? [] : [invalid(path, schedule, problem)];
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
