import type { Clock, Logger, TaskGroup } from "@skates/component-base";
import type { Pod } from "@skates/api/core/v1";
import type { DeviceClaims } from "../device-claims.ts";
import type { EventRecorder } from "../event-recorder.ts";
import type { Env, EnvRequest } from "../env/container-env.ts";
import type { Resources } from "../env/resource-ref.ts";
import type { ImagePuller } from "../image/image-puller.ts";
import type { Pressure } from "../node-status/machine.ts";
import type { Waiting } from "../plan/plan-pod.ts";
import type { UserNamespaces } from "../pod/user-namespaces.ts";
import type { PodHost } from "../pod-host.ts";
import type { ProbeNetwork } from "../probe/probe-network.ts";
import type { References } from "../references.ts";
import type { Runtime } from "../runtime.ts";
import type { ClusterDns } from "../spec/dns.ts";
import type { SeccompSettings } from "../spec/profiles.ts";
import type { SysctlAllowlist } from "../spec/sysctls.ts";

/** What workers share: one per kubelet. */
export interface PodDeps {
  readonly runtime: Runtime;
  readonly host: PodHost;
  readonly references: References;
  readonly claims: DeviceClaims;
  readonly users: UserNamespaces;
  /** The environment of a container; throws with upstream's text when something it refers to is missing. */
  containerEnv(request: EnvRequest, signal: AbortSignal): Promise<Env>;
  readonly puller: ImagePuller;
  readonly network: ProbeNetwork;
  readonly clock: Clock;
  readonly log: Logger;
  readonly recorder: EventRecorder;
  readonly api: PodApi;
  /** Why the node has no room for what the containers of a pod are to have now; undefined: it has. */
  resizeRefusal(pod: Pod): Waiting | undefined;
  /** The runtime's handler for a RuntimeClass; throws when there is no such class. */
  runtimeHandler(runtimeClass: string, signal: AbortSignal): Promise<string>;
  readonly node: NodeFacts;
  readonly tasks: TaskGroup;
}

/** What a worker writes to the API. */
export interface PodApi {
  /** A strategic merge patch of the status; gives the pod as it is afterwards, undefined if it is gone. */
  patchStatus(pod: Pod, patch: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<Pod | undefined>;
  /** Removes the object of this uid at once; a pod that is gone is no failure. */
  delete(pod: Pod, signal: AbortSignal): Promise<void>;
}

/** What pods need to know of their node. */
export interface NodeFacts {
  hostIps(): readonly string[];
  /** What the node is short of now. */
  pressure(): Pressure;
  allocatable(): Resources;
  readonly memoryCapacityBytes: number;
  /** `linux`. */
  readonly operatingSystem: string;
  /** Whether the kernel enforces AppArmor profiles. */
  readonly appArmor: boolean;
  readonly seccomp: SeccompSettings;
  readonly sysctls: SysctlAllowlist;
  /** Names of features that the kubelet says it has; pods that need others are refused. */
  readonly features: readonly string[];
  dns(): ClusterDns;
  /** `containerd`. */
  readonly runtimeName: string;
  /** `v1.36`. */
  readonly version: string;
}
