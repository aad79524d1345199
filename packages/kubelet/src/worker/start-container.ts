import { messageOf } from "@skates/component-base";
import type { Pod } from "@skates/api/core/v1";
import type { EventSubject } from "../event-recorder.ts";
import { runHook } from "../hooks/run-hook.ts";
import type { MountedVolume } from "../pod-host.ts";
import type { PodContainer } from "../pod/containers.ts";
import type { RuntimeContainer, Sandbox, SandboxSpec } from "../runtime.ts";
import { containerSpec } from "../spec/container-spec.ts";
import type { ImageUser } from "../spec/security.ts";
import { observeContainer } from "./observe.ts";
import type { PodDeps } from "./pod-deps.ts";
import { asksForMounts, recursiveReadOnly, refuseCdi } from "./refuse-pod.ts";
import { podRuntimeHandler, runtimeAbilities } from "./runtime-abilities.ts";
import { StartFailure } from "./start-failure.ts";

export interface StartRequest {
  readonly pod: Pod;
  readonly found: PodContainer;
  readonly restartCount: number;
  readonly sandbox: Sandbox;
  readonly sandboxSpec: SandboxSpec;
  readonly volumes: ReadonlyMap<string, MountedVolume>;
  readonly podIps: readonly string[];
  /** For ephemeral containers: whose processes they see. */
  readonly targetId: string | undefined;
  /** Called with the id before the container runs, so that its end is not missed. */
  created(id: string): void;
  /** Called with its state as soon as it runs, before its postStart hook. */
  started(container: RuntimeContainer): void;
}

const LISTS = { init: "initContainers", regular: "containers", ephemeral: "ephemeralContainers" } as const;

/** What events about a container point at. */
export function containerSubject(pod: Pod, found: PodContainer): EventSubject {
  return { object: pod, fieldPath: `spec.${LISTS[found.kind]}{${found.container.name}}` };
}

/** Pulls, creates and starts a container, then runs its postStart hook. Throws StartFailure with the waiting reason. */
export async function startContainer(deps: PodDeps, request: StartRequest, signal: AbortSignal): Promise<void> {
  const { runtime, puller, recorder, host } = deps;
  const { pod, found } = request;
  const about = containerSubject(pod, found);
  const imageId = await puller.ensure({ pod, container: found.container, about }, signal);
  const spec = await step("CreateContainerConfigError", async () => await makeSpec(deps, request, imageId, signal));
  const id = await step("CreateContainerError", async () => {
    const { sandbox, sandboxSpec } = request;
    return await runtime.createContainer({ sandboxId: sandbox.id, sandbox: sandboxSpec, spec }, signal);
  });
  request.created(id);
  recorder.event(about, "Normal", "Created", "Container created");
  await step("RunContainerError", async () => await runtime.startContainer(id, signal));
  recorder.event(about, "Normal", "Started", "Container started");
  const container = await step("RunContainerError", async () => await observeContainer(deps, id, signal));
  if (container === undefined) throw new StartFailure("RunContainerError", `container ${id} is gone`);
  request.started(container);
  deps.tasks.spawn(async () => {
    await host.linkLog(pod, container).catch((error: unknown) => {
      deps.log.warn("log could not be linked", { container: container.name, error: messageOf(error) });
    });
  });
  await postStart(deps, request, id, signal);

  async function step<T>(reason: string, run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      if (signal.aborted || error instanceof StartFailure) throw error;
      const message = messageOf(error);
      recorder.event(about, "Warning", "Failed", `Error: ${message}`);
      throw new StartFailure(reason, message, { cause: error });
    }
  }
}

async function makeSpec(deps: PodDeps, request: StartRequest, imageId: string, signal: AbortSignal) {
  const { host, node } = deps;
  const { pod, found, podIps, restartCount, volumes } = request;
  const { container } = found;
  const stopSignal = container.lifecycle?.stopSignal;
  if (stopSignal !== undefined) {
    throw new Error(`lifecycle.stopSignal ${stopSignal} is not passed on by this kubelet`);
  }
  const addresses = { podIps, hostIps: node.hostIps() };
  const env = await deps.containerEnv({ pod, container, addresses, allocatable: node.allocatable() }, signal);
  const recursive = await recursiveMounts(deps, request, signal);
  const files = await host.containerFiles(
    { pod, container, volumes, podIps, restartCount, env, recursiveReadOnly: recursive },
    signal,
  );
  const cdiDevices = await deps.claims.cdiNames(pod, container);
  if (cdiDevices.length > 0) refuseCdi(await runtimeAbilities(deps, signal));
  return containerSpec({
    pod,
    container,
    restartCount,
    imageId,
    imageUser: await imageUser(deps, imageId, signal),
    seccomp: node.seccomp,
    env,
    files,
    cdiDevices,
    users: request.sandboxSpec.namespaces.users,
    targetId: request.targetId,
    memoryCapacityBytes: node.memoryCapacityBytes,
  });
}

/** Asked of the runtime only where the container has such mounts. */
async function recursiveMounts(deps: PodDeps, { pod, found }: StartRequest, signal: AbortSignal): Promise<boolean> {
  if (!asksForMounts(found.container)) return false;
  const handler = await podRuntimeHandler(deps, pod, signal);
  return recursiveReadOnly(found.container, await runtimeAbilities(deps, signal), handler);
}

/**
 * Whom the image that is run, and no other that has its name by now, says to run as. Upstream passes it on with every container: the
 * group of an image's user does not count.
 */
async function imageUser(deps: PodDeps, imageId: string, signal: AbortSignal): Promise<ImageUser> {
  const image = await deps.runtime.image(imageId, signal);
  if (image === undefined) throw new Error(`image ${JSON.stringify(imageId)} is gone`);
  return { uid: image.uid, username: image.username };
}

async function postStart(deps: PodDeps, request: StartRequest, id: string, signal: AbortSignal): Promise<void> {
  const { pod, found, podIps } = request;
  const handler = found.container.lifecycle?.postStart;
  if (handler === undefined) return;
  const { runtime, network, clock, node, recorder } = deps;
  const call = { handler, container: found.container, containerId: id, podIp: podIps[0] ?? "" };
  try {
    await runHook({ runtime, network, clock, version: node.version }, call, signal);
  } catch (error) {
    if (signal.aborted) throw error;
    recorder.event(containerSubject(pod, found), "Warning", "FailedPostStartHook", "PostStartHook failed");
    throw new StartFailure("PostStartHookError", messageOf(error), { cause: error });
  }
}
