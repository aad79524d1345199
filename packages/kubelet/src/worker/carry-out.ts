import { isAbort, messageOf } from "@skates/component-base";
import { claimsDevices } from "../dra/pod-devices.ts";
import type { KillContainer, PodPlan } from "../plan/plan-pod.ts";
import { isHostNetwork, isSidecar, type PodContainer, podContainers } from "../pod/containers.ts";
import { restartCountOf } from "../pod/labels.ts";
import { newest } from "../pod/observed.ts";
import { RESTARTING_REASON } from "../pod/restart-all.ts";
import type { Runtime, RuntimeContainer, Sandbox, SandboxSpec } from "../runtime.ts";
import { podDns } from "../spec/dns.ts";
import { kernelHostname, podNames } from "../spec/hostname.ts";
import { sandboxSpec } from "../spec/sandbox-spec.ts";
import { LOST_REASON } from "../status/container-status.ts";
import { killContainer } from "./kill-container.ts";
import { observeContainer, observeExit } from "./observe.ts";
import type { PodWorker } from "./pod-worker.ts";
import { startContainer } from "./start-container.ts";
import { asksForFeatures, refuseCdi, strictGroupsRefusal, unsupported } from "./refuse-pod.ts";
import { isSetUpFailure } from "./pod-volumes.ts";
import { podRuntimeHandler, runtimeAbilities } from "./runtime-abilities.ts";
import { resizeContainers } from "./resize-containers.ts";
import { StartFailure } from "./start-failure.ts";

const CONFIG_RETRY_MS = 10_000;

/** Does what a plan says. Gives the time at which something that failed is to be tried again. */
export async function carryOut(worker: PodWorker, plan: PodPlan, signal: AbortSignal): Promise<number | undefined> {
  const { state } = worker;
  for (const container of plan.reset) await carryOutReset(worker, container, signal);
  await Promise.all(plan.kill.map((kill) => carryOutKill(worker, kill, signal)));
  const mounting = worker.volumes.mount(state.pod, signal);
  // A pod's sandbox does not need its volumes: both are made at the same time. Its cgroup it needs.
  const [made] = await Promise.allSettled([
    plan.createSandbox === undefined ? undefined : createSandbox(worker, plan.createSandbox, signal),
    mounting,
  ]);
  signal.throwIfAborted();
  await mounting;
  if (made.status === "rejected") throw made.reason;
  if (plan.resize.length > 0) await resizeContainers(worker, plan.resize, signal);
  const sandbox = state.observed.sandboxes[0];
  if (plan.start.length === 0 || sandbox === undefined) return undefined;
  if (worker.volumes.mounted() === undefined) return worker.volumes.renewAtMs();
  let retryAtMs: number | undefined;
  for (const found of plan.start) {
    const failedUntilMs = await carryOutStart(worker, { found, sandbox }, signal);
    if (failedUntilMs === undefined) continue;
    retryAtMs = Math.min(retryAtMs ?? failedUntilMs, failedUntilMs);
    if (found.kind === "init" && !isSidecar(found.container)) break;
  }
  return retryAtMs;
}

async function carryOutKill(worker: PodWorker, kill: KillContainer, signal: AbortSignal): Promise<void> {
  const { state, deps } = worker;
  const container = state.observed.containers.find((c) => c.id === kill.id);
  if (container === undefined) return;
  const podIp = state.podIps(deps.node)[0] ?? "";
  await killContainer(deps, { pod: state.pod, container, reason: kill.reason, message: kill.message, podIp }, signal);
  worker.observe(kill.id, await observeExit(deps, kill.id, signal));
}

/** Nothing waits for a container that goes in this way: no hook is run. Its logs stay as long as the pod. */
async function carryOutReset(worker: PodWorker, container: RuntimeContainer, signal: AbortSignal): Promise<void> {
  const { state, deps } = worker;
  const { id } = container;
  if (container.state !== "exited") {
    const podIp = state.podIps(deps.node)[0] ?? "";
    const kill = {
      pod: state.pod,
      container,
      reason: "restartAll",
      message: "killing",
      podIp,
      graceSeconds: 0,
    } as const;
    await killContainer(deps, kill, signal);
  }
  await deps.runtime.removeContainer(id, signal);
  worker.observe(id, undefined);
}

/** The specification of a pod's sandbox, made again when it is needed. */
function sandboxSpecOf(worker: PodWorker, attempt: number, runtimeHandler = ""): SandboxSpec {
  const { deps, state } = worker;
  const { pod } = state;
  const dns = deps.node.dns();
  return sandboxSpec({
    pod,
    attempt,
    hostname: pod.spec.hostNetwork === true ? "" : kernelHostname(pod, podNames(pod, dns.domain)),
    logDirectory: deps.host.logDirectory(pod),
    cgroupParent: deps.host.cgroupParent(pod),
    dns: podDns(pod, dns),
    users: deps.users.of(pod.metadata.uid ?? ""),
    runtimeHandler,
  });
}

type NewSandbox = NonNullable<PodPlan["createSandbox"]>;

async function createSandbox(worker: PodWorker, need: NewSandbox, signal: AbortSignal): Promise<void> {
  const { deps, state } = worker;
  const { runtime, recorder, host } = deps;
  const about = { object: state.pod };
  if (need.replaces.length > 0) {
    recorder.event(about, "Normal", "SandboxChanged", "Pod sandbox changed, it will be killed and re-created.");
    for (const id of need.replaces) {
      await runtime.stopSandbox(id, signal);
      worker.observe(id, await runtime.sandbox(id, signal));
    }
  }
  await prepareDevices(worker, signal);
  let made = false;
  try {
    const handler = await podRuntimeHandler(deps, state.pod, signal);
    if (await refuse(worker, handler, signal)) return;
    await host.setUpPod(state.pod, signal);
    if (state.pod.spec.hostUsers === false) await deps.users.take(state.pod.metadata.uid ?? "");
    const id = await runtime.runSandbox(sandboxSpecOf(worker, need.attempt, handler), signal);
    worker.own(id);
    made = true;
    worker.observe(id, await runtime.sandbox(id, signal));
  } catch (error) {
    worker.unsure();
    if (isAbort(error, signal) || signal.aborted || isSetUpFailure(error)) throw error;
    if (made) {
      const message = `Unable to get pod sandbox status: ${messageOf(error)}`;
      recorder.event(about, "Warning", "FailedPodSandBoxStatus", message);
      throw error;
    }
    const network = isHostNetwork(state.pod) ? undefined : await networkProblem(runtime, signal);
    if (network === undefined)
      recorder.event(about, "Warning", "FailedCreatePodSandBox", `Failed to create pod sandbox: ${messageOf(error)}`);
    else recorder.event(about, "Warning", "NetworkNotReady", `network is not ready: ${network}`);
    throw error;
  }
}

/** A pod without its devices gets no sandbox. */
async function prepareDevices({ deps, state }: PodWorker, signal: AbortSignal): Promise<void> {
  const { pod } = state;
  if (!claimsDevices(pod)) return;
  try {
    await deps.claims.prepare(pod, signal);
    const names = await Promise.all(podContainers(pod).map(({ container }) => deps.claims.cdiNames(pod, container)));
    if (names.flat().length > 0) refuseCdi(await runtimeAbilities(deps, signal));
  } catch (error) {
    if (isAbort(error, signal) || signal.aborted) throw error;
    const message = `Failed to prepare dynamic resources: ${messageOf(error)}`;
    deps.recorder.event({ object: pod }, "Warning", "FailedPrepareDynamicResources", message);
    throw error;
  }
}

/** Why no pod of this node can have a network, asked for only after one got none. */
async function networkProblem(runtime: Runtime, signal: AbortSignal): Promise<string | undefined> {
  try {
    const { runtimeReady, networkReady, message } = await runtime.health(signal);
    return runtimeReady && !networkReady ? message : undefined;
  } catch (error) {
    if (isAbort(error, signal)) throw error;
    return undefined; // what failed first is told
  }
}

/** Fails closed on what the runtime would leave out. True: the pod can never run here. Throws where another runtime could come. */
async function refuse(worker: PodWorker, handler: string, signal: AbortSignal): Promise<boolean> {
  const { deps, state } = worker;
  const abilities = asksForFeatures(state.pod) ? await runtimeAbilities(deps, signal) : undefined;
  const never = abilities === undefined ? undefined : strictGroupsRefusal(state.pod, abilities);
  if (never !== undefined) {
    deps.recorder.event({ object: state.pod }, "Warning", never.reason, never.message);
    worker.fail({ ...never, rejected: true });
    return true;
  }
  const problem = unsupported(state.pod, abilities, handler);
  if (problem === undefined) return false;
  for (const { container } of podContainers(state.pod)) {
    const waiting = { reason: "ContainerCreating", message: problem };
    state.hold(container.name, { untilMs: deps.clock.nowMs(), waiting });
  }
  throw new Error(problem);
}

interface Start {
  readonly found: PodContainer;
  readonly sandbox: Sandbox;
}

/** Starts a container; gives the time to try again if that failed. */
async function carryOutStart(worker: PodWorker, start: Start, signal: AbortSignal): Promise<number | undefined> {
  const { deps, state } = worker;
  const { found, sandbox } = start;
  const { name } = found.container;
  const last = newest(state.observed, name);
  const nowMs = deps.clock.nowMs();
  state.startingAgain(name, nowMs);
  let id: string | undefined;
  try {
    await startContainer(
      deps,
      {
        pod: state.pod,
        found,
        restartCount: last === undefined ? (knownRestarts(worker, name) ?? 0) : restartCountOf(last) + 1,
        sandbox,
        sandboxSpec: sandboxSpecOf(worker, sandbox.attempt),
        volumes: worker.volumes.mounted() ?? new Map(),
        podIps: state.podIps(deps.node),
        targetId: targetOf(worker, found),
        created: (made) => {
          id = made;
          worker.own(made);
        },
        started: (container) => {
          state.release(name);
          state.gave(container.id, found.container.resources ?? {});
          worker.observe(container.id, container);
        },
      },
      signal,
    );
    await pruneDead(worker, name, signal);
    return undefined;
  } catch (error) {
    if (!(error instanceof StartFailure) || signal.aborted) throw error;
    if (error.reason === "CreateContainerError") worker.unsure();
    if (id !== undefined) await afterFailedStart(worker, { id, failure: error }, signal);
    const untilMs = deps.clock.nowMs() + (error.retryAfterMs ?? CONFIG_RETRY_MS);
    // A container that ran shows its own end, and waits in its own backoff.
    if (error.reason === "PostStartHookError") return undefined;
    state.hold(name, { untilMs, waiting: { reason: error.reason, message: error.message } });
    worker.wake();
    return untilMs;
  }
}

/** How often a container was started that the runtime has forgotten, as far as the status tells. */
function knownRestarts({ state }: PodWorker, name: string): number | undefined {
  const { containerStatuses = [], initContainerStatuses = [] } = state.status;
  const status = [...containerStatuses, ...initContainerStatuses].find((s) => s.name === name);
  if (status === undefined) return undefined;
  const last = status.state?.terminated ?? status.lastState?.terminated;
  // The status of a container that got lost or was taken away counts its next start already.
  const counted = last?.reason === LOST_REASON || last?.reason === RESTARTING_REASON;
  return last === undefined || counted ? status.restartCount : status.restartCount + 1;
}

function targetOf({ state }: PodWorker, { container }: PodContainer): string | undefined {
  if (!("targetContainerName" in container)) return undefined;
  const { targetContainerName: name } = container;
  return name === undefined || name === "" ? undefined : newest(state.observed, name)?.id;
}

async function afterFailedStart(
  worker: PodWorker,
  of: { readonly id: string; readonly failure: StartFailure },
  signal: AbortSignal,
): Promise<void> {
  const { deps, state } = worker;
  const container = await observeContainer(deps, of.id, signal);
  worker.observe(of.id, container);
  if (of.failure.reason !== "PostStartHookError" || container?.state !== "running") return;
  const podIp = state.podIps(deps.node)[0] ?? "";
  const kill = { pod: state.pod, container, reason: "definition", message: "FailedPostStartHook", podIp } as const;
  await killContainer(deps, kill, signal);
  worker.observe(of.id, await observeExit(deps, of.id, signal));
}

/** Of a container's earlier runs only the last is kept, for its logs and its exit code; of sandboxes those that hold such runs. */
async function pruneDead(worker: PodWorker, name: string, signal: AbortSignal): Promise<void> {
  const runs = worker.state.observed.containers.filter((c) => c.name === name);
  for (const old of runs.slice(2)) {
    if (old.state === "running") continue;
    await worker.deps.runtime.removeContainer(old.id, signal);
    worker.observe(old.id, undefined);
  }
  const { sandboxes, containers } = worker.state.observed;
  for (const sandbox of sandboxes.slice(1)) {
    if (sandbox.ready || containers.some((c) => c.sandboxId === sandbox.id)) continue;
    await worker.deps.runtime.removeSandbox(sandbox.id, signal);
    worker.observe(sandbox.id, undefined);
  }
}
