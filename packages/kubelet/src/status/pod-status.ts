import { type ContainerStatus, type Pod, type PodCondition, podQosClass, type PodStatus } from "@skates/api/core/v1";
import { sandboxNeed, type ProbeResults, type Waiting } from "../plan/plan-pod.ts";
import type { Applied } from "../plan/plan-resize.ts";
import { isHostNetwork, type PodContainer } from "../pod/containers.ts";
import type { ObservedPod } from "../pod/observed.ts";
import { allRemoved, mayRestartAll, restartsAll } from "../pod/restart-all.ts";
import { isOurCondition, podConditions, type ResizeProgress } from "./conditions.ts";
import { containerStatus } from "./container-status.ts";
import { podPhase } from "./phase.ts";
import { disruptionTarget, type PodFailure } from "./pod-failure.ts";
import { timeText } from "./time-text.ts";

/** All that the status of a pod depends on. */
export interface StatusInput {
  readonly pod: Pod;
  readonly observed: ObservedPod;
  /** The status we last made, or else the one in the API. */
  readonly old: PodStatus;
  readonly probes: ReadonlyMap<string, ProbeResults>;
  readonly waiting: ReadonlyMap<string, Waiting>;
  /** Nothing of the pod will run again. */
  readonly terminal: boolean;
  /** Devices are still prepared for it. */
  readonly holdsDevices?: boolean | undefined;
  /** The kubelet itself ends the pod. */
  readonly failure?: PodFailure | undefined;
  /** Resources that containers were given, by container id; absent: those of their specifications. */
  readonly applied?: Applied | undefined;
  /** How far a change of resources has come. */
  readonly resize?: ResizeProgress | undefined;
  readonly hostIps: readonly string[];
  readonly nowMs: number;
  readonly runtimeName: string;
  /** Whether the end of a container can start all of them again, where the pod says so; default false. */
  readonly restartsAll?: boolean | undefined;
}

/** The status of a pod. Pure; the same input gives the same status. */
export function podStatus(given: StatusInput): PodStatus {
  const { pod, observed, old } = given;
  if (given.failure?.rejected === true) return rejectedStatus(given, given.failure);
  const restarting = given.restartsAll === true && restartsAll(pod, observed, old.conditions);
  const input = { ...given, restarting };
  const init = statuses(input, "init");
  const regular = statuses(input, "regular");
  const ephemeral = statuses(input, "ephemeral");
  const phase = finalPhase(input, podPhase({ pod, statuses: [...init, ...regular], terminal: input.terminal }));
  // A sandbox that is stopped has no addresses any more; the pod is still known by them.
  const found = isHostNetwork(pod) ? input.hostIps.slice(0, 1) : (observed.sandboxes[0]?.ips ?? []);
  const ips = found.length > 0 ? found : knownIps(old);
  const kept = phase === old.phase ? old : undefined;
  // Until nothing runs any more, others may not take its place.
  const failure = phase === "Failed" ? input.failure : undefined;
  const reason = failure?.reason ?? kept?.reason;
  const message = failure?.message ?? kept?.message;
  const { generation } = pod.metadata;
  return {
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    phase,
    conditions: podConditions({
      pod,
      phase,
      statuses: [...init, ...regular],
      sandboxReady: sandboxNeed({ pod, observed }) === undefined,
      old: mergedConditions(input, failure?.disruption),
      nowMs: input.nowMs,
      resize: input.terminal ? undefined : input.resize,
      restarting:
        given.restartsAll === true && mayRestartAll(pod) ? restarting && !allRemoved(pod, observed) : undefined,
    }),
    ...(message === undefined ? {} : { message }),
    ...(reason === undefined ? {} : { reason }),
    hostIP: input.hostIps[0],
    hostIPs: input.hostIps.map((ip) => ({ ip })),
    ...(ips.length === 0 ? {} : { podIP: ips[0], podIPs: ips.map((ip) => ({ ip })) }),
    startTime: old.startTime ?? timeText(input.nowMs),
    ...(init.length === 0 ? {} : { initContainerStatuses: init }),
    containerStatuses: regular,
    qosClass: old.qosClass ?? podQosClass(pod),
    ...(ephemeral.length === 0 ? {} : { ephemeralContainerStatuses: ephemeral }),
  };
}

/** Not even that it was scheduled is told, as upstream has it. */
function rejectedStatus({ pod, old, nowMs }: StatusInput, { reason, message }: PodFailure): PodStatus {
  const { generation } = pod.metadata;
  return {
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    phase: "Failed",
    conditions: (pod.status?.conditions ?? []).filter((c) => !isOurCondition(c.type)),
    message: `Pod was rejected: ${message}`,
    reason,
    startTime: old.startTime ?? timeText(nowMs),
    qosClass: old.qosClass ?? podQosClass(pod),
  };
}

function knownIps(old: PodStatus): readonly string[] {
  return (old.podIPs ?? []).map((p) => p.ip);
}

/** Conditions of others as the API has them, ours as we last made them. */
function mergedConditions({ pod, old, nowMs }: StatusInput, disruption: string | undefined): readonly PodCondition[] {
  const others = (pod.status?.conditions ?? []).filter((c) => !isOurCondition(c.type));
  const ours = (old.conditions ?? []).filter((c) => isOurCondition(c.type));
  if (disruption === undefined) return [...others, ...ours];
  const told = [...others, ...(old.conditions ?? [])].find(
    (c) => c.type === "DisruptionTarget" && c.reason === "TerminationByKubelet",
  );
  const rest = others.filter((c) => c.type !== "DisruptionTarget");
  return [...rest, told ?? disruptionTarget(pod, disruption, nowMs), ...ours];
}

function finalPhase(input: StatusInput, computed: NonNullable<PodStatus["phase"]>): NonNullable<PodStatus["phase"]> {
  const phase = phaseOf(input, computed);
  // Who sees that a pod has ended gives its devices to others.
  return input.holdsDevices === true && (phase === "Succeeded" || phase === "Failed")
    ? (input.old.phase ?? "Pending")
    : phase;
}

function phaseOf(input: StatusInput, computed: NonNullable<PodStatus["phase"]>): NonNullable<PodStatus["phase"]> {
  const known = [input.pod.status?.phase, input.old.phase].find((p) => p === "Succeeded" || p === "Failed");
  if (known !== undefined) return known;
  if (input.failure !== undefined) return input.terminal || !anythingRuns(input) ? "Failed" : computed;
  // A pod that ends without ever having got its containers up has failed.
  if (input.terminal && (computed === "Pending" || computed === "Running"))
    return anythingRuns(input) ? computed : "Failed";
  return computed;
}

function anythingRuns({ observed }: StatusInput): boolean {
  return observed.containers.some((c) => c.state === "running");
}

function statuses(
  input: StatusInput & { readonly restarting: boolean },
  kind: PodContainer["kind"],
): readonly ContainerStatus[] {
  const { pod, old } = input;
  const { spec } = pod;
  const [list, before] =
    kind === "init"
      ? [spec.initContainers, old.initContainerStatuses]
      : kind === "regular"
        ? [spec.containers, old.containerStatuses]
        : [spec.ephemeralContainers, old.ephemeralContainerStatuses];
  return (list ?? []).map((container) =>
    containerStatus({
      pod,
      found: { kind, container },
      observed: input.observed,
      old: before?.find((s) => s.name === container.name),
      probes: input.probes,
      waiting: input.waiting.get(container.name),
      terminal: input.terminal,
      runtimeName: input.runtimeName,
      applied: input.applied,
      restarting: input.restarting,
    }),
  );
}
