import type { ContainerStatus, Pod } from "@skates/api/core/v1";
import type {
  PodFailurePolicy,
  PodFailurePolicyOnExitCodesRequirement,
  PodFailurePolicyOnPodConditionsPattern,
  PodFailurePolicyRule,
} from "@skates/api/batch/v1";

/** What a failure policy makes of a pod that failed. */
export interface FailureVerdict {
  readonly action: PodFailurePolicyRule["action"] | undefined;
  /** Whether the failure counts against the backoff limit. */
  readonly counts: boolean;
  /** Why the job fails at once. */
  readonly failJob?: string | undefined;
}

/** The first rule that fits decides; without one a failure counts. */
export function judgeFailure(policy: PodFailurePolicy | undefined, pod: Pod): FailureVerdict {
  for (const [index, rule] of (policy?.rules ?? []).entries()) {
    const why = matchOf(rule, pod);
    if (why === undefined) continue;
    const { action } = rule;
    const failJob = action === "FailJob" ? `${why} matching ${action} rule at index ${index}` : undefined;
    return { action, counts: action !== "Ignore", failJob };
  }
  return { action: undefined, counts: true };
}

function matchOf(rule: PodFailurePolicyRule, pod: Pod): string | undefined {
  const { name, namespace = "" } = pod.metadata;
  if (rule.onExitCodes !== undefined) {
    const status = statusWithCode(rule.onExitCodes, pod);
    if (status === undefined) return undefined;
    const code = status.state?.terminated?.exitCode ?? 0;
    return `Container ${status.name} for pod ${namespace}/${name} failed with exit code ${code}`;
  }
  const type = (rule.onPodConditions ?? []).find((pattern) => hasCondition(pattern, pod))?.type;
  return type === undefined ? undefined : `Pod ${namespace}/${name} has condition ${type}`;
}

function statusWithCode(wanted: PodFailurePolicyOnExitCodesRequirement, pod: Pod): ContainerStatus | undefined {
  const statuses = [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])];
  return statuses.find(({ name, state }) => {
    const code = state?.terminated?.exitCode ?? 0;
    // Success is never meant, not even by NotIn.
    if (code === 0 || (wanted.containerName !== undefined && wanted.containerName !== name)) return false;
    return wanted.values.includes(code) === (wanted.operator === "In");
  });
}

function hasCondition(pattern: PodFailurePolicyOnPodConditionsPattern, pod: Pod): boolean {
  const status = pattern.status ?? "True";
  return (pod.status?.conditions ?? []).some((one) => one.type === pattern.type && one.status === status);
}
