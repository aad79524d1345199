import { type FieldError, invalid, OMITTED, required, equalValues } from "@skates/apimachinery";
import type { Findings } from "../../checks.ts";
import type { Job, JobStatus } from "./job.ts";
import { indexIntervals, type Interval } from "./job-policy-rules.ts";

const CONDITIONS = ["status", "conditions"];

/**
 * How the status of a job may change, whoever runs it: what is final stays, counts only grow, and what was changed fits the rest. What was
 * not changed is not looked at, so that no job gets stuck.
 */
export function jobStatusErrors(next: Job, old: Job): Findings {
  const [is, was] = [stateOf(next.status), stateOf(old.status)];
  const changed = (...names: readonly (keyof JobStatus)[]): boolean =>
    names.some((name) => !equalValues(next.status?.[name], old.status?.[name]));
  const change: Change = { next, old, is, was, changed };
  return [
    ...conditionErrors(change),
    ...timeErrors(change),
    ...finishedErrors(change),
    ...indexErrors(change),
    ...counterErrors(change),
  ];
}

interface State {
  readonly Complete: boolean;
  readonly Failed: boolean;
  readonly FailureTarget: boolean;
  readonly SuccessCriteriaMet: boolean;
  readonly finished: boolean;
}

interface Change {
  readonly next: Job;
  readonly old: Job;
  readonly is: State;
  readonly was: State;
  readonly changed: (...names: readonly (keyof JobStatus)[]) => boolean;
}

function stateOf(status: JobStatus | undefined): State {
  const has = (type: string): boolean => hasCondition(status, type, "True");
  const [Complete, Failed] = [has("Complete"), has("Failed")];
  const [FailureTarget, SuccessCriteriaMet] = [has("FailureTarget"), has("SuccessCriteriaMet")];
  return { Complete, Failed, FailureTarget, SuccessCriteriaMet, finished: Complete || Failed };
}

function hasCondition(status: JobStatus | undefined, type: string, value: string): boolean {
  return status?.conditions?.some((condition) => condition.type === type && condition.status === value) === true;
}

function conditionErrors({ next, is, was, changed }: Change): Findings {
  const completed = is.Complete !== was.Complete;
  const met = is.SuccessCriteriaMet !== was.SuccessCriteriaMet;
  const wrong: string[] = [];
  const refuse = (when: boolean, detail: string): void => {
    if (when) wrong.push(detail);
  };
  refuse(
    (completed || is.Failed !== was.Failed) && is.Complete && is.Failed,
    "cannot set Complete=True and Failed=true conditions",
  );
  refuse(
    (completed || is.FailureTarget !== was.FailureTarget) && is.Complete && is.FailureTarget,
    "cannot set Complete=True and FailureTarget=true conditions",
  );
  refuse(
    (is.Failed !== was.Failed || changed("failedIndexes")) && is.Failed && !is.FailureTarget,
    "cannot set Failed=True condition without the FailureTarget=true condition",
  );
  refuse(
    (completed || met) && is.Complete && !is.SuccessCriteriaMet,
    "cannot set Complete=True condition without the SuccessCriteriaMet=true condition",
  );
  refuse(is.SuccessCriteriaMet && is.Failed, "cannot set SuccessCriteriaMet=True and Failed=true conditions");
  refuse(
    is.SuccessCriteriaMet && is.FailureTarget,
    "cannot set SuccessCriteriaMet=True and FailureTarget=true conditions",
  );
  refuse(
    next.spec.successPolicy !== undefined && !is.SuccessCriteriaMet && is.Complete,
    "cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True",
  );
  for (const name of ["Failed", "Complete", "FailureTarget"] as const) {
    refuse(was[name] && !is[name], `cannot disable the terminal ${name}=True condition`);
  }
  refuse(was.SuccessCriteriaMet && !is.SuccessCriteriaMet, "cannot disable the SuccessCriteriaMet=True condition");
  refuse(
    was.Complete && !was.SuccessCriteriaMet && is.SuccessCriteriaMet,
    "cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions",
  );
  return wrong.map((detail) => invalid(CONDITIONS, OMITTED, detail));
}

function timeErrors({ next, old, is, was, changed }: Change): Findings {
  const { startTime, completionTime } = next.status ?? {};
  const at = ["status", "completionTime"];
  const out: FieldError[] = [];
  if (is.Complete !== was.Complete || changed("completionTime")) {
    if (completionTime !== undefined && !is.Complete) {
      const detail = "cannot set completionTime when there is no Complete=True condition";
      out.push(invalid(at, completionTime, detail));
    }
    if (completionTime === undefined && is.Complete) {
      out.push(required(at, "completionTime is required for Complete jobs"));
    }
  }
  const early = startTime !== undefined && completionTime !== undefined && msOf(completionTime) < msOf(startTime);
  if (changed("startTime", "completionTime") && early) {
    out.push(invalid(at, completionTime, "must be equal to or after `startTime`"));
  }
  if (completionTime !== undefined && old.status?.completionTime !== undefined && changed("completionTime")) {
    out.push(invalid(at, completionTime, "field is immutable"));
  }
  const resuming = hasCondition(old.status, "Suspended", "True") && hasCondition(next.status, "Suspended", "False");
  const started = old.status?.startTime !== undefined && changed("startTime");
  if (started && !resuming && next.spec.suspend !== true) {
    const detail = "field is immutable for unsuspended job once set";
    out.push(invalid(["status", "startTime"], startTime ?? null, detail));
  }
  return out;
}

function msOf(time: string): number {
  return Date.parse(time);
}

function finishedErrors({ next, is, was, changed }: Change): Findings {
  if (!is.finished) return [];
  const { active = 0, startTime, terminating = 0, uncountedTerminatedPods: uncounted } = next.status ?? {};
  const now = !was.finished;
  const out: FieldError[] = [];
  if ((now || changed("active")) && active > 0) {
    out.push(invalid(["status", "active"], active, "active>0 is invalid for finished job"));
  }
  const idle = next.spec.suspend === true && next.spec.completions === 0;
  if ((now || changed("startTime")) && !idle && startTime === undefined) {
    out.push(required(["status", "startTime"], "startTime is required for finished job"));
  }
  const left = (uncounted?.failed ?? []).length + (uncounted?.succeeded ?? []).length;
  if ((now || changed("uncountedTerminatedPods")) && left > 0) {
    out.push(invalid(["status", "uncountedTerminatedPods"], uncounted, "must be empty for finished job"));
  }
  if ((now || changed("terminating")) && terminating > 0) {
    out.push(invalid(["status", "terminating"], terminating, "terminating>0 is invalid for finished job"));
  }
  return out;
}

function indexErrors({ next, changed }: Change): Findings {
  if (!changed("completedIndexes", "failedIndexes")) return [];
  const { completions, backoffLimitPerIndex, completionMode } = next.spec;
  const { completedIndexes = "", failedIndexes } = next.status ?? {};
  const [completedAt, failedAt] = [
    ["status", "completedIndexes"],
    ["status", "failedIndexes"],
  ];
  const out: FieldError[] = [];
  const completed = indexIntervals(completedIndexes, completions ?? 0);
  const failed = indexIntervals(failedIndexes ?? "", completions ?? 0);
  if (changed("completedIndexes")) {
    if (completions !== undefined && typeof completed === "string") {
      out.push(invalid(completedAt, completedIndexes, `error parsing completedIndexes: ${completed}`));
    }
    if (completedIndexes !== "" && completionMode !== "Indexed") {
      const detail = "cannot set non-empty completedIndexes when non-indexed completion mode";
      out.push(invalid(completedAt, completedIndexes, detail));
    }
  }
  if (failedIndexes === undefined) return out;
  if (changed("failedIndexes")) {
    if (backoffLimitPerIndex === undefined) {
      const detail = "cannot set non-null failedIndexes when backoffLimitPerIndex is null";
      out.push(invalid(failedAt, failedIndexes, detail));
    } else if (completions !== undefined && typeof failed === "string") {
      out.push(invalid(failedAt, failedIndexes, `error parsing failedIndexes: ${failed}`));
    }
  }
  const both = typeof completed !== "string" && typeof failed !== "string" && completions !== undefined;
  const shared = both ? firstShared(completed, failed) : undefined;
  if (shared !== undefined) {
    out.push(invalid(failedAt, failedIndexes, `failedIndexes and completedIndexes overlap at index: ${shared}`));
  }
  return out;
}

/** The lowest index in both. Each list is gone through once: there may be tens of thousands of intervals. */
function firstShared(a: readonly Interval[], b: readonly Interval[]): number | undefined {
  let i = 0;
  for (const one of a) {
    while ((b[i]?.last ?? Number.POSITIVE_INFINITY) < one.first) i++;
    const other = b[i];
    if (other === undefined) return undefined;
    if (other.first <= one.last) return Math.max(one.first, other.first);
  }
  return undefined;
}

function counterErrors({ next, old, changed }: Change): Findings {
  const { failed = 0, succeeded = 0, ready, active = 0 } = next.status ?? {};
  const { completions, parallelism, completionMode } = next.spec;
  const elastic = completionMode === "Indexed" && completions === parallelism;
  const out: FieldError[] = [];
  if (failed < (old.status?.failed ?? 0)) {
    out.push(invalid(["status", "failed"], failed, "cannot decrease the failed counter"));
  }
  if (!elastic && succeeded < (old.status?.succeeded ?? 0)) {
    out.push(invalid(["status", "succeeded"], succeeded, "cannot decrease the succeeded counter"));
  }
  if (changed("ready", "active") && ready !== undefined && ready > active) {
    out.push(invalid(["status", "ready"], ready, "cannot set more ready pods than active"));
  }
  return out;
}
