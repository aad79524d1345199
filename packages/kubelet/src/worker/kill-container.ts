import { deadline, messageOf } from "@skates/component-base";
import type { LifecycleHandler, Pod } from "@skates/api/core/v1";
import { runHook } from "../hooks/run-hook.ts";
import type { KillReason } from "../plan/plan-pod.ts";
import { findContainer, graceSecondsOf } from "../pod/containers.ts";
import { PRE_STOP } from "../pod/labels.ts";
import type { RuntimeContainer } from "../runtime.ts";
import type { PodDeps } from "./pod-deps.ts";
import { containerSubject } from "./start-container.ts";

export interface KillRequest {
  readonly pod: Pod;
  readonly container: RuntimeContainer;
  readonly reason: KillReason;
  /** Text of the event. */
  readonly message: string;
  readonly podIp: string;
  /** Seconds left of the pod's own grace; absent: what the pod says. */
  readonly graceSeconds?: number | undefined;
}

/** Even a pod that is to end at once gets this long, so that processes need not be killed by force. */
const GRACE_SECONDS_MIN = 2;

/** Runs the preStop hook and stops a running container within its grace. Resolves once it is stopped. */
export async function killContainer(deps: PodDeps, request: KillRequest, signal: AbortSignal): Promise<void> {
  const { pod, container } = request;
  const found = findContainer(pod, container.name);
  const about = found === undefined ? { object: pod } : containerSubject(pod, found);
  deps.recorder.event(about, "Normal", "Killing", request.message);
  const graceSeconds = request.graceSeconds ?? graceOf(request);
  const startedAtMs = deps.clock.monotonicMs();
  const handler = found?.container.lifecycle?.preStop ?? recordedHook(container);
  if (handler !== undefined && graceSeconds > 0) await preStop(deps, { ...request, handler, graceSeconds }, signal);
  const left = graceSeconds - Math.floor((deps.clock.monotonicMs() - startedAtMs) / 1000);
  await deps.runtime.stopContainer(container.id, Math.max(GRACE_SECONDS_MIN, left), signal);
}

function graceOf({ pod, container, reason }: KillRequest): number {
  const found = findContainer(pod, container.name)?.container;
  const probe = reason === "liveness" ? found?.livenessProbe : reason === "startup" ? found?.startupProbe : undefined;
  const deleting = pod.metadata.deletionTimestamp !== undefined;
  return (deleting ? undefined : probe?.terminationGracePeriodSeconds) ?? graceSecondsOf(pod);
}

/** For pods that are not in the API any more, the hook that was noted when the container was made. */
function recordedHook(container: RuntimeContainer): LifecycleHandler | undefined {
  const text = container.annotations[PRE_STOP];
  if (text === undefined) return undefined;
  try {
    const value: LifecycleHandler = JSON.parse(text);
    return value;
  } catch {
    return undefined; // not written by us: there is no hook to run
  }
}

type HookRequest = KillRequest & { readonly handler: LifecycleHandler; readonly graceSeconds: number };

async function preStop(deps: PodDeps, request: HookRequest, signal: AbortSignal): Promise<void> {
  const { runtime, network, clock, node, recorder, log } = deps;
  const { pod, container, handler, podIp } = request;
  const found = findContainer(pod, container.name);
  using limit = deadline(clock, request.graceSeconds * 1000, signal);
  const of = found?.container ?? { name: container.name };
  try {
    const call = { handler, container: of, containerId: container.id, podIp };
    await runHook({ runtime, network, clock, version: node.version }, call, limit.signal);
  } catch (error) {
    if (signal.aborted) throw error;
    if (limit.expired()) {
      log.info("preStop hook did not end within the grace period", {
        pod: pod.metadata.name,
        container: container.name,
      });
      return;
    }
    log.info("preStop hook failed", { pod: pod.metadata.name, container: container.name, error: messageOf(error) });
    const about = found === undefined ? { object: pod } : containerSubject(pod, found);
    recorder.event(about, "Warning", "FailedPreStopHook", "PreStopHook failed");
  }
}
