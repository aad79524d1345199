import type { ContainerStatus, Pod, PodCondition } from "@skates/api/core/v1";
import { podContainers, restartsAllAfter } from "./containers.ts";
import { newest, type ObservedPod } from "./observed.ts";

/** The condition that is true while all containers of a pod are taken away, to be started again in the sandbox that is there. */
export const ALL_RESTARTING = "AllContainersRestarting";

/** The reason of ends that are no more than this. */
export const RESTARTING_REASON = "RestartingAllContainers";

const removed = {
  reason: RESTARTING_REASON,
  message: "The container is removed because RestartAllContainers in place",
};

/** The containers concerned: all but those that were added for debugging. */
function restartable(pod: Pod) {
  return podContainers(pod).filter(({ kind }) => kind !== "ephemeral");
}

/** Whether the end of some container can start all of them again. */
export function mayRestartAll(pod: Pod): boolean {
  return restartable(pod).some(({ container: { restartPolicyRules = [] } }) =>
    restartPolicyRules.some(({ action }) => action === "RestartAllContainers"),
  );
}

export function isRestartingAll(conditions: readonly PodCondition[] | undefined): boolean {
  return conditions?.some(({ type, status }) => type === ALL_RESTARTING && status === "True") === true;
}

/** Whether all are to be started again: it has begun, or one has ended in such a way. */
export function restartsAll(pod: Pod, observed: ObservedPod, old: readonly PodCondition[] | undefined): boolean {
  if (isRestartingAll(old)) return true;
  return restartable(pod).some(({ container }) => {
    const last = newest(observed, container.name);
    return last?.state === "exited" && restartsAllAfter(container, last.exitCode);
  });
}

/** Whether nothing is left of what is to be started again. */
export function allRemoved(pod: Pod, observed: ObservedPod): boolean {
  return restartable(pod).every(({ container }) => newest(observed, container.name) === undefined);
}

/** What is told of a container that was taken away; undefined: it had not run. */
export function removedStatus(old: ContainerStatus | undefined): ContainerStatus | undefined {
  const waiting = old?.state?.waiting;
  if (old === undefined || waiting !== undefined) return waiting?.reason === RESTARTING_REASON ? old : undefined;
  return {
    ...old,
    state: { waiting: removed },
    lastState: { terminated: { exitCode: 137, ...removed } },
    ready: false,
    started: false,
    restartCount: old.restartCount + 1,
  };
}
