import type { ContainerStatus, Pod, PodStatus } from "@skates/api/core/v1";
import { isSidecar, type PodContainer, restartsAfter } from "../pod/containers.ts";
import { RESTARTING_REASON } from "../pod/restart-all.ts";

type Phase = NonNullable<PodStatus["phase"]>;

export interface PhaseInput {
  readonly pod: Pod;
  /** Of init and regular containers. */
  readonly statuses: readonly ContainerStatus[];
  /** Nothing will be started again, whatever the policies say. */
  readonly terminal: boolean;
}

/** The phase that follows from the states of the containers. */
export function podPhase({ pod, statuses, terminal }: PhaseInput): Phase {
  const init = countInit(pod, statuses);
  const rest = countRegular(pod, statuses);
  if (init.failedForGood > 0) return "Failed";
  const anyRan = rest.ran;
  if (init.pending > 0 || (init.pendingSidecars > 0 && !anyRan)) return "Pending";
  if (rest.waiting + init.waiting > 0) return "Pending";
  const running = rest.running + init.running;
  if (running > 0 && rest.unknown + init.unknown === 0) return "Running";
  if (running === 0 && rest.stopped > 0 && rest.unknown + init.unknown === 0) {
    const done = rest.stopped === rest.succeeded ? "Succeeded" : "Failed";
    if (terminal) return done;
    // Sidecars that are down do not keep a finished pod going; containers that restart do.
    return rest.stoppedForGood === rest.stopped ? done : "Running";
  }
  return "Pending";
}

function byName(statuses: readonly ContainerStatus[], name: string): ContainerStatus | undefined {
  return statuses.find((s) => s.name === name);
}

function countInit(pod: Pod, statuses: readonly ContainerStatus[]) {
  const n = { pending: 0, failedForGood: 0, pendingSidecars: 0, running: 0, waiting: 0, unknown: 0 };
  for (const container of pod.spec.initContainers ?? []) {
    const status = byName(statuses, container.name);
    const state = status?.state;
    if (isSidecar(container)) {
      if (state?.running !== undefined) {
        n.running++;
        if (status?.started !== true) n.pendingSidecars++;
      } else if (state?.waiting !== undefined && status?.lastState?.terminated === undefined) {
        n.pendingSidecars++;
        n.waiting++;
      } else if (status === undefined) n.unknown++;
      continue;
    }
    const ended = state?.terminated ?? (state?.waiting === undefined ? undefined : status?.lastState?.terminated);
    if (ended === undefined) n.pending++;
    else if (ended.exitCode !== 0) {
      if (ended.reason === RESTARTING_REASON) continue;
      if (restartsAfter(pod, { kind: "init", container }, ended.exitCode)) n.pending++;
      else n.failedForGood++;
    }
  }
  return n;
}

function countRegular(pod: Pod, statuses: readonly ContainerStatus[]) {
  const n = { running: 0, waiting: 0, unknown: 0, stopped: 0, succeeded: 0, stoppedForGood: 0, ran: false };
  for (const container of pod.spec.containers) {
    const found: PodContainer = { kind: "regular", container };
    const status = byName(statuses, container.name);
    const state = status?.state;
    const ended = state?.terminated ?? (state?.waiting === undefined ? undefined : status?.lastState?.terminated);
    if (state?.running !== undefined) n.running++;
    else if (ended !== undefined) {
      n.stopped++;
      if (state?.terminated?.exitCode === 0) n.succeeded++;
      const again = ended.reason === RESTARTING_REASON || restartsAfter(pod, found, ended.exitCode);
      if (!again) n.stoppedForGood++;
    } else if (state?.waiting !== undefined) n.waiting++;
    else n.unknown++;
    if (state?.running !== undefined || ended !== undefined) n.ran = true;
  }
  return n;
}
