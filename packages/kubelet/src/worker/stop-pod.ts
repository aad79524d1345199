import { sidecarsInStopOrder } from "../plan/plan-pod.ts";
import { graceSecondsOf } from "../pod/containers.ts";
import type { RuntimeContainer } from "../runtime.ts";
import { killContainer } from "./kill-container.ts";
import { observeExit } from "./observe.ts";
import type { PodWorker } from "./pod-worker.ts";

/**
 * Ends all that runs of a pod, within its grace: first the regular containers at once, then sidecars, the last started first. Then
 * its sandboxes. Resolves when nothing of it runs.
 */
export async function stopPod(worker: PodWorker, signal: AbortSignal): Promise<void> {
  const { deps, state } = worker;
  await worker.observeAll(signal);
  const { pod } = state;
  const graceSeconds = state.failure?.graceSeconds ?? graceSecondsOf(pod);
  const deadlineMs = deps.clock.monotonicMs() + graceSeconds * 1000;
  const sidecars = sidecarsInStopOrder(pod).map((c) => c.name);
  const running = state.runningContainers();
  const early = running.filter((c) => !sidecars.includes(c.name));
  await Promise.all(early.map((c) => stop(c)));
  for (const name of sidecars) {
    for (const container of running.filter((c) => c.name === name)) await stop(container);
  }
  for (const sandbox of state.observed.sandboxes) {
    await deps.runtime.stopSandbox(sandbox.id, signal);
    worker.observe(sandbox.id, await deps.runtime.sandbox(sandbox.id, signal));
  }

  async function stop(container: RuntimeContainer): Promise<void> {
    const left = Math.max(0, Math.ceil((deadlineMs - deps.clock.monotonicMs()) / 1000));
    const message = `Stopping container ${container.name}`;
    const podIp = state.podIps(deps.node)[0] ?? "";
    await killContainer(deps, { pod, container, reason: "stop", message, podIp, graceSeconds: left }, signal);
    worker.observe(container.id, await observeExit(deps, container.id, signal));
  }
}
