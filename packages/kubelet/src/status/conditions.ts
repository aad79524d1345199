import type { ContainerStatus, Pod, PodCondition, PodStatus } from "@skates/api/core/v1";
import type { Waiting } from "../plan/plan-pod.ts";
import { isSidecar } from "../pod/containers.ts";
import { ALL_RESTARTING } from "../pod/restart-all.ts";
import { timeText } from "./time-text.ts";

export interface ConditionsInput {
  readonly pod: Pod;
  readonly phase: PodStatus["phase"];
  readonly statuses: readonly ContainerStatus[];
  readonly sandboxReady: boolean;
  readonly old: readonly PodCondition[];
  readonly nowMs: number;
  readonly resize?: ResizeProgress | undefined;
  /** Whether all containers are being taken away; undefined: they never are. */
  readonly restarting?: boolean | undefined;
}

/** `pending`: why a change of resources waits; `error`: why it did not work. */
export interface ResizeProgress {
  readonly pending: Waiting | undefined;
  readonly error: string | undefined;
}

type Finding = Pick<PodCondition, "type" | "status" | "reason" | "message">;

const RESIZE = ["PodResizePending", "PodResizeInProgress"];
const OWNED = [
  "PodReadyToStartContainers",
  "Initialized",
  "Ready",
  "ContainersReady",
  "PodScheduled",
  ALL_RESTARTING,
  ...RESIZE,
];

/** Conditions that the kubelet decides alone. */
export function isOurCondition(type: string): boolean {
  return OWNED.includes(type);
}

/** All conditions of a pod: those of others as they are, ours as they follow from the containers. */
export function podConditions(input: ConditionsInput): readonly PodCondition[] {
  const others = input.old.filter((c) => !isOurCondition(c.type));
  const containersReady = containersReadyCondition(input);
  const findings: readonly Finding[] = [
    { type: "PodReadyToStartContainers", status: input.sandboxReady ? "True" : "False" },
    initializedCondition(input),
    readyCondition(input, containersReady, others),
    containersReady,
    { type: "PodScheduled", status: "True" },
    ...restartingFindings(input),
    ...resizeFindings(input.resize),
  ];
  return [...others, ...findings.map((f) => dated(input, f))];
}

/** These conditions are there only while they are true. */
function resizeFindings(resize: ResizeProgress | undefined): readonly Finding[] {
  const { pending, error } = resize ?? {};
  return [
    ...(pending === undefined ? [] : [{ type: "PodResizePending", status: "True", ...pending }]),
    ...(error === undefined ? [] : [{ type: "PodResizeInProgress", status: "True", reason: "Error", message: error }]),
  ];
}

function restartingFindings({ phase, restarting }: ConditionsInput): readonly Finding[] {
  if (restarting === undefined) return [];
  const type = ALL_RESTARTING;
  if (phase === "Succeeded") return [{ type, status: "False", reason: "PodCompleted" }];
  if (phase === "Failed") return [{ type, status: "False", reason: "PodFailed" }];
  if (!restarting) return [{ type, status: "False" }];
  const message = "container exited with restart policy rule";
  return [{ type, status: "True", reason: "RestartAllContainersStarted", message }];
}

function dated({ pod, old, nowMs }: ConditionsInput, finding: Finding): PodCondition {
  const before = old.find((c) => c.type === finding.type);
  const changed = before?.status !== finding.status;
  const { generation } = pod.metadata;
  return {
    type: finding.type,
    // Upstream leaves it out of this one.
    ...(generation === undefined || finding.type === ALL_RESTARTING ? {} : { observedGeneration: generation }),
    status: finding.status,
    lastTransitionTime: changed ? timeText(nowMs) : before.lastTransitionTime,
    ...(finding.reason === undefined ? {} : { reason: finding.reason }),
    ...(finding.message === undefined ? {} : { message: finding.message }),
  };
}

function sorted(names: readonly string[]): string {
  return `[${names.join(" ")}]`;
}

function initializedCondition({ pod, phase, statuses, old }: ConditionsInput): Finding {
  const type = "Initialized";
  const inits = pod.spec.initContainers ?? [];
  const of = (name: string): ContainerStatus | undefined => statuses.find((s) => s.name === name);
  const unknown = inits.filter((c) => of(c.name) === undefined).map((c) => c.name);
  if (phase === "Succeeded" && unknown.length === 0) return { type, status: "True", reason: "PodCompleted" };
  const anyStarted = pod.spec.containers.some((c) => {
    const status = of(c.name);
    return (
      status?.started === true || status?.state?.terminated !== undefined || status?.lastState?.terminated !== undefined
    );
  });
  if (anyStarted) return { type, status: "True" };
  const incomplete = inits.filter((c) => {
    const status = of(c.name);
    return status !== undefined && !(isSidecar(c) ? status.started === true : status.ready);
  });
  const messages = [
    ...(unknown.length === 0 ? [] : [`containers with unknown status: ${sorted(unknown)}`]),
    ...(incomplete.length === 0 ? [] : [`containers with incomplete status: ${sorted(incomplete.map((c) => c.name))}`]),
  ];
  const was = old.find((c) => c.type === type)?.status === "True";
  if (messages.length === 0 || was) return { type, status: "True" };
  return { type, status: "False", reason: "ContainersNotInitialized", message: messages.join(", ") };
}

function containersReadyCondition({ pod, phase, statuses }: ConditionsInput): Finding {
  const type = "ContainersReady";
  const wanted = [...(pod.spec.initContainers ?? []).filter((c) => isSidecar(c)), ...pod.spec.containers];
  const of = (name: string): ContainerStatus | undefined => statuses.find((s) => s.name === name);
  const unknown = wanted.filter((c) => of(c.name) === undefined).map((c) => c.name);
  const unready = wanted.filter((c) => of(c.name)?.ready === false).map((c) => c.name);
  if (phase === "Succeeded" && unknown.length === 0) return { type, status: "False", reason: "PodCompleted" };
  if (phase === "Failed") return { type, status: "False", reason: "PodFailed" };
  const messages = [
    ...(unknown.length === 0 ? [] : [`containers with unknown status: ${sorted(unknown)}`]),
    ...(unready.length === 0 ? [] : [`containers with unready status: ${sorted(unready)}`]),
  ];
  if (messages.length === 0) return { type, status: "True" };
  return { type, status: "False", reason: "ContainersNotReady", message: messages.join(", ") };
}

function readyCondition({ pod }: ConditionsInput, containersReady: Finding, others: readonly PodCondition[]): Finding {
  if (containersReady.status !== "True") return { ...containersReady, type: "Ready" };
  const messages: string[] = [];
  for (const { conditionType } of pod.spec.readinessGates ?? []) {
    const found = others.find((c) => c.type === conditionType);
    if (found === undefined) {
      messages.push(`corresponding condition of pod readiness gate "${conditionType}" does not exist.`);
    } else if (found.status !== "True") {
      messages.push(`the status of pod readiness gate "${conditionType}" is not "True", but ${found.status}`);
    }
  }
  if (messages.length === 0) return { type: "Ready", status: "True" };
  return { type: "Ready", status: "False", reason: "ReadinessGatesNotReady", message: messages.join(", ") };
}
