import { type FieldError, invalid, notSupported, type Path, required } from "@skates/apimachinery";
import type { Findings } from "../../checks.ts";
import type { JobSpec, PodFailurePolicyRule, SuccessPolicyRule } from "./job-spec.ts";

const FAILED_INDEXES_MAX = 100_000;

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

/** How many indexes `1,3-5` names, or what is wrong with it: they rise, and none is beyond the completions. */
function countIndexes(text: string, completions: number): number | string {
  let count = 0;
  let before = -1;
  for (const part of text.split(",")) {
    const match = /^(\d+)(?:-(\d+))?$/.exec(part);
    if (match === null)
      return `error parsing succeededIndexes: cannot convert string to integer for index: ${JSON.stringify(part)}`;
    const first = Number(match[1]);
    const last = Number(match[2] ?? match[1]);
    if (match[2] !== undefined && first >= last)
      return `error parsing succeededIndexes: non-increasing order, previous: ${first}, current: ${last}`;
    if (first <= before)
      return `error parsing succeededIndexes: non-increasing order, previous: ${before}, current: ${first}`;
    if (last >= completions) return `error parsing succeededIndexes: too large index: ${JSON.stringify(part)}`;
    count += last - first + 1;
    before = last;
  }
  return count;
}
