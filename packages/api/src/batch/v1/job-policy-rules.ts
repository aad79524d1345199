import { type FieldError, invalid, notSupported, type Path, required } from "@skates/apimachinery";
import type { Findings } from "../../checks.ts";
import type { JobSpec, PodFailurePolicyRule, SuccessPolicyRule } from "./job-spec.ts";

const FAILED_INDEXES_MAX = 100_000;
const MANY_COMPLETIONS = 100_000;
const MANY_PARALLELISM_MAX = 10_000;
const MANY_FAILED_MAX = 10_000;

/** Rules on the limits and policies of a job that depend on each other. */
export function jobPolicyRules(spec: JobSpec, path: Path): Findings {
  const { podFailurePolicy, podReplacementPolicy, successPolicy } = spec;
  const out: FieldError[] = [...indexLimitFindings(spec, path)];
  if (podFailurePolicy !== undefined && (podReplacementPolicy ?? "Failed") !== "Failed") {
    out.push(notSupported([...path, "podReplacementPolicy"], podReplacementPolicy, ["Failed"]));
  }
  const failures = podFailurePolicy?.rules ?? [];
  out.push(...failures.flatMap((rule, i) => failureFindings(spec, rule, [...path, "podFailurePolicy", "rules", i])));
  if (successPolicy === undefined) return out;
  if (spec.completionMode !== "Indexed") {
    out.push(invalid([...path, "successPolicy"], successPolicy, "requires indexed completion mode"));
    return out;
  }
  const rules = [...path, "successPolicy", "rules"];
  if (successPolicy.rules.length === 0) {
    out.push(required(rules, "at least one rules must be specified when the successPolicy is specified"));
  }
  const completions = spec.completions ?? 0;
  return [...out, ...successPolicy.rules.flatMap((rule, i) => successFindings(rule, completions, [...rules, i]))];
}

function indexLimitFindings(spec: JobSpec, path: Path): Findings {
  const { maxFailedIndexes, backoffLimitPerIndex, completions = 0, completionMode } = spec;
  const many = completionMode === "Indexed" && completions > MANY_COMPLETIONS && backoffLimitPerIndex !== undefined;
  if (many) return manyIndexesFindings(spec, path);
  if (maxFailedIndexes === undefined) return [];
  const at = [...path, "maxFailedIndexes"];
  const out: FieldError[] = [];
  if (backoffLimitPerIndex === undefined) {
    out.push(required([...path, "backoffLimitPerIndex"], "when maxFailedIndexes is specified"));
  }
  if (completionMode !== "Indexed") out.push(invalid(at, maxFailedIndexes, "requires indexed completion mode"));
  else if (maxFailedIndexes > completions) {
    out.push(invalid(at, maxFailedIndexes, "must be less than or equal to completions"));
  } else if (maxFailedIndexes > FAILED_INDEXES_MAX) {
    out.push(invalid(at, maxFailedIndexes, `must be less than or equal to ${FAILED_INDEXES_MAX}`));
  }
  return out;
}

/** Beyond some number of indexes the failed ones could no longer be listed: bounds are tighter. */
function manyIndexesFindings({ maxFailedIndexes: most, parallelism = 0 }: JobSpec, path: Path): Findings {
  const at = [...path, "maxFailedIndexes"];
  const out: FieldError[] = [];
  const when = `when completions are above ${MANY_COMPLETIONS} and used with backoff limit per index`;
  const bound = (limit: number): string => `must be less than or equal to ${limit} ${when}`;
  if (most === undefined) out.push(required(at, `must be specified when completions is above ${MANY_COMPLETIONS}`));
  else if (most > FAILED_INDEXES_MAX) {
    out.push(invalid(at, most, `must be less than or equal to ${FAILED_INDEXES_MAX}`));
  }
  if (parallelism > MANY_PARALLELISM_MAX) {
    out.push(invalid([...path, "parallelism"], parallelism, bound(MANY_PARALLELISM_MAX)));
  }
  if (most !== undefined && most > MANY_FAILED_MAX) out.push(invalid(at, most, bound(MANY_FAILED_MAX)));
  return out;
}

function failureFindings(spec: JobSpec, { action, onExitCodes }: PodFailurePolicyRule, path: Path): Findings {
  const out: FieldError[] = [];
  if (action === "FailIndex" && spec.backoffLimitPerIndex === undefined) {
    out.push(invalid([...path, "action"], action, "requires the backoffLimitPerIndex to be set"));
  }
  if (onExitCodes === undefined) return out;
  const { containers = [], initContainers = [] } = spec.template.spec ?? {};
  const { containerName, values } = onExitCodes;
  const at = [...path, "onExitCodes"];
  if (containerName !== undefined && ![...containers, ...initContainers].some(({ name }) => name === containerName)) {
    const detail = "must be one of the container or initContainer names in the pod template";
    out.push(invalid([...at, "containerName"], containerName, detail));
  }
  if (values.length === 0) out.push(invalid([...at, "values"], values, "at least one value is required"));
  const ordered = values.every((value, i) => i === 0 || (values[i - 1] ?? 0) <= value);
  if (!ordered) out.push(invalid([...at, "values"], values, "must be ordered"));
  return out;
}

function successFindings(
  { succeededCount, succeededIndexes }: SuccessPolicyRule,
  completions: number,
  path: Path,
): Findings {
  const out: FieldError[] = [];
  if (succeededCount === undefined && succeededIndexes === undefined) {
    return [required(path, "at least one of succeededCount or succeededIndexes must be specified")];
  }
  const counted = succeededIndexes === undefined ? undefined : countIndexes(succeededIndexes, completions);
  if (typeof counted === "string") out.push(invalid([...path, "succeededIndexes"], succeededIndexes, counted));
  if (succeededCount === undefined) return out;
  const at = [...path, "succeededCount"];
  if (succeededCount < 0) out.push(invalid(at, succeededCount, "must be greater than or equal to 0"));
  if (succeededCount > completions) {
    const detail = `must be less than or equal to ${completions} (the number of specified completions)`;
    out.push(invalid(at, succeededCount, detail));
  }
  if (typeof counted === "number" && succeededCount > counted) {
    const detail = `must be less than or equal to ${counted} (the number of indexes in the specified succeededIndexes field)`;
    out.push(invalid(at, succeededCount, detail));
  }
  return out;
}

/** How many indexes `1,3-5` names, or what is wrong with it. */
function countIndexes(text: string, completions: number): number | string {
  const intervals = indexIntervals(text, completions);
  if (typeof intervals === "string") return `error parsing succeededIndexes: ${intervals}`;
  return intervals.reduce((count, { first, last }) => count + last - first + 1, 0);
}

/** Some indexes in a row, both ends among them. */
export interface Interval {
  readonly first: number;
  readonly last: number;
}

/** The indexes that `1,3-5` names, or what is wrong with it: they rise, and none is beyond the completions. */
export function indexIntervals(text: string, completions: number): readonly Interval[] | string {
  if (text === "") return [];
  const out: Interval[] = [];
  for (const part of text.split(",")) {
    const interval = intervalOf(part, completions);
    if (typeof interval === "string") return interval;
    const before = out.at(-1)?.last ?? -1;
    if (interval.first <= before) return `non-increasing order, previous: ${before}, current: ${interval.first}`;
    out.push(interval);
  }
  return out;
}

function intervalOf(part: string, completions: number): Interval | string {
  const ends = part.split("-");
  if (ends.length > 2) {
    const rule = "violates the requirement that an index interval can have at most two parts separated by '-'";
    return `the fragment ${JSON.stringify(part)} ${rule}`;
  }
  for (const end of ends) {
    if (!/^\d+$/.test(end)) return `cannot convert string to integer for index: ${JSON.stringify(end)}`;
    if (Number(end) >= completions) return `too large index: ${JSON.stringify(end)}`;
  }
  const [first = 0, last = first] = ends.map(Number);
  if (ends.length > 1 && first >= last) return `non-increasing order, previous: ${first}, current: ${last}`;
  return { first, last };
}
