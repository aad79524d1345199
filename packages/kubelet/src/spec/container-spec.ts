import type { Pod } from "@skates/api/core/v1";
import { expand } from "../env/expand.ts";
import type { Env } from "../env/container-env.ts";
import type { ContainerFiles } from "../pod-host.ts";
import type { AnyContainer } from "../pod/containers.ts";
import { containerAnnotations, containerLabels } from "../pod/labels.ts";
import type { ContainerSpec, IdRange } from "../runtime.ts";
import { containerResources } from "./resources.ts";
import type { SeccompSettings } from "./profiles.ts";
import { containerSecurity, type ImageUser } from "./security.ts";

export interface ContainerSpecRequest {
  readonly pod: Pod;
  readonly container: AnyContainer;
  readonly restartCount: number;
  readonly imageId: string;
  readonly imageUser: ImageUser;
  readonly seccomp: SeccompSettings;
  readonly env: Env;
  readonly files: ContainerFiles;
  /** Names of devices, which the runtime is known to understand. */
  readonly cdiDevices: readonly string[];
  /** Of a pod with users of its own. */
  readonly users?: IdRange | undefined;
  readonly targetId?: string | undefined;
  readonly memoryCapacityBytes: number;
}

/** What the runtime is told to make a container from. Throws with upstream's text when the settings cannot be kept. */
export function containerSpec(request: ContainerSpecRequest): ContainerSpec {
  const { pod, container, restartCount, env, files } = request;
  const values = new Map(env);
  return {
    name: container.name,
    attempt: restartCount,
    image: request.imageId,
    userImage: container.image ?? "",
    command: (container.command ?? []).map((c) => expand(c, values)),
    args: (container.args ?? []).map((a) => expand(a, values)),
    workingDir: container.workingDir ?? "",
    env,
    mounts: files.mounts,
    devices: files.devices,
    cdiDevices: request.cdiDevices,
    labels: containerLabels(pod, container),
    annotations: containerAnnotations(pod, container, restartCount),
    logPath: `${container.name}/${restartCount}.log`,
    stdin: container.stdin === true,
    stdinOnce: container.stdinOnce === true,
    tty: container.tty === true,
    resources: containerResources(pod, container, request.memoryCapacityBytes),
    security: containerSecurity(request),
  };
}
