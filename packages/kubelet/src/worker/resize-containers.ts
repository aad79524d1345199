import { messageOf } from "@skates/component-base";
import type { Pod } from "@skates/api/core/v1";
import type { ResizeContainer } from "../plan/plan-pod.ts";
import { podContainers } from "../pod/containers.ts";
import { containerResources } from "../spec/resources.ts";
import type { PodWorker } from "./pod-worker.ts";

/** Changes the limits of running containers, and of their pod as a whole. What does not work is told and tried again later. */
export async function resizeContainers(
  worker: PodWorker,
  resizes: readonly ResizeContainer[],
  signal: AbortSignal,
): Promise<void> {
  const { deps, state } = worker;
  const { pod } = state;
  const about = { object: pod };
  deps.recorder.event(about, "Normal", "ResizeStarted", `Pod resize started: ${summary(pod)}`);
  try {
    // A pod that grows must be let grow first; one that shrinks, last.
    await deps.host.setUpPod(pod, signal).catch(() => undefined);
    for (const { id, container } of resizes) {
      const limits = containerResources(pod, container, deps.node.memoryCapacityBytes);
      await deps.runtime.updateResources(id, limits, signal);
      state.gave(id, container.resources ?? {});
    }
    await deps.host.setUpPod(pod, signal);
    state.resizeError = undefined;
    deps.recorder.event(about, "Normal", "ResizeCompleted", `Pod resize completed: ${summary(pod)}`);
  } catch (error) {
    if (signal.aborted) throw error;
    state.resizeError = messageOf(error);
    const message = `Pod resize error: ${summary(pod, state.resizeError)}`;
    deps.recorder.event(about, "Warning", "ResizeError", message);
    throw error;
  } finally {
    worker.publish();
  }
}

/** Upstream's summary of what the containers are to have. */
export function summary(pod: Pod, error?: string): string {
  const of = (kind: "init" | "regular"): readonly unknown[] =>
    podContainers(pod)
      .filter((c) => c.kind === kind)
      .map(({ container: { name, resources } }) => ({ name, resources: resources ?? {} }));
  const initContainers = of("init");
  return JSON.stringify({
    ...(initContainers.length === 0 ? {} : { initContainers }),
    containers: of("regular"),
    ...(pod.metadata.generation === undefined ? {} : { generation: pod.metadata.generation }),
    ...(error === undefined ? {} : { error }),
  });
}
