import { type ApiObject, isStatus, keyOf } from "@skates/apimachinery";
import { type Node, nodes, type Pod, pods } from "@skates/api/core/v1";
import { type RuntimeClass, runtimeClasses } from "@skates/api/node/v1";
import type { Client } from "@skates/client";
import { type Component, type Env, isAbort, must, TaskGroup } from "@skates/component-base";
import { createEventRecorder, createInformer, type Delta } from "@skates/controller-runtime";
import { ApiReferences } from "./api-references.ts";
import { writeGrown } from "./csi/claim-growth.ts";
import type { VolumeSize } from "./csi/csi-volume.ts";
import { type DeviceClaims, noDeviceClaims } from "./device-claims.ts";
import { containerEnv } from "./env/container-env.ts";
import { NO_PRESSURE } from "./eviction/pressure-state.ts";
import type { EventRecorder } from "./event-recorder.ts";
import { type Credentials, ImagePuller } from "./image/image-puller.ts";
import { pullSecretCredentials } from "./image/pull-secrets.ts";
import { type LocalDirectories, runLocalVolumes } from "./local-volumes.ts";
import type { MachineInfo, Pressure } from "./node-status/machine.ts";
import { runNodeLease } from "./node-status/node-lease.ts";
import { newNode, nodeResources, type NodeSettings } from "./node-status/node-object.ts";
import { NodeReporter, type StatusReports } from "./node-status/node-reporter.ts";
import type { PodHost } from "./pod-host.ts";
import { PodSet } from "./pod-set.ts";
import { UserNamespaces } from "./pod/user-namespaces.ts";
import type { ProbeNetwork } from "./probe/probe-network.ts";
import { noReferences, type References } from "./references.ts";
import type { Runtime } from "./runtime.ts";
import type { ClusterDns } from "./spec/dns.ts";
import type { SeccompSettings } from "./spec/profiles.ts";
import { sysctlAllowlist } from "./spec/sysctls.ts";
import type { NodeFacts, PodApi, PodDeps } from "./worker/pod-deps.ts";

export interface KubeletOptions {
  readonly settings: NodeSettings;
  readonly machine: MachineInfo;
  /** Under the identity `system:node:<name>`. */
  readonly client: Client;
  readonly env: Env;
  readonly runtime: Runtime;
  /** The scheme of container ids; default `containerd`. */
  readonly runtimeName?: string | undefined;
  /** Makes the node's side of pods; it is given what it may ask for their contents. */
  readonly host: (deps: HostDeps) => PodHost;
  readonly network: ProbeNetwork;
  readonly dns: ClusterDns;
  /** What removes the directories of local-path volumes; default: the node has none. */
  readonly localDirectories?: LocalDirectories | undefined;
  /** Makes what prepares the devices that pods claim; default: the node has none. */
  readonly deviceClaims?: ((deps: Pick<HostDeps, "references">) => DeviceClaims) | undefined;
  /** Default: no credentials but those of pull secrets. */
  readonly credentials?: Credentials | undefined;
  /** Default: never under pressure. */
  readonly pressure?: (() => Pressure) | undefined;
  /** Whether the kernel enforces AppArmor profiles; default: it does not. */
  readonly appArmor?: boolean | undefined;
  /** Default: unconfined unless a pod asks, profiles below upstream's `/var/lib/kubelet/seccomp`. */
  readonly seccomp?: SeccompSettings | undefined;
  /** Sysctls that pods may set besides the safe ones: names, or beginnings that end in `*`. Others make `createKubelet` throw. */
  readonly unsafeSysctls?: readonly string[] | undefined;
  /** Simulated nodes need no environment, and nothing of what pods refer to. */
  readonly withoutReferences?: true | undefined;
  /** The events about pods and the node; default: sent to the API. */
  readonly recorder?: EventRecorder | undefined;
  /** Called each time the kubelet starts to run, for what works beside it: its API, log rotation, image collection. */
  readonly alongside?: ((parts: KubeletParts, tasks: TaskGroup) => void) | undefined;
}

export interface HostDeps {
  readonly references: References;
  readonly node: NodeFacts;
  readonly status: StatusReports;
  readonly recorder: EventRecorder;
  /** Tells a claim that its volume has grown on this node. */
  readonly grown: (size: VolumeSize, signal: AbortSignal) => Promise<void>;
}

/** What others can look at while the kubelet runs. */
export interface KubeletParts {
  readonly pods: PodSet;
  readonly runtime: Runtime;
  readonly node: NodeReporter;
  /** Tells of the node. */
  tell(type: "Normal" | "Warning", reason: string, message: string): void;
}

/** A kubelet. Reads pods that are bound to its node, and runs them. */
export interface Kubelet extends Component {
  /** All pods that are looked after, with their newest statuses. */
  pods(): readonly Pod[];
}

/** What schedulers have to know before they send pods that need it here. */
const DECLARED_FEATURES: readonly string[] = ["RestartAllContainersOnContainerExits"];

/** One that waits long for its answer does not hold up the others. */
const EVENTS_AT_ONCE = 4;

/** One node's agent. Nothing happens until it runs. Containers survive it: another run takes them over. */
export function createKubelet(options: KubeletOptions): Kubelet {
  const { settings, env } = options;
  sysctlAllowlist(options.unsafeSysctls);
  let parts: KubeletParts | undefined;
  return {
    name: "kubelet",
    ready: () => parts?.node.ready() ?? false,
    pods: () => parts?.pods.pods() ?? [],
    async run(signal) {
      const tasks = new TaskGroup(signal);
      try {
        parts = startParts(options, tasks);
        options.alongside?.(parts, tasks);
        await tasks.join();
      } finally {
        tasks.stop();
        parts = undefined;
        env.log.info("kubelet has ended", { node: settings.name });
      }
    },
  };
}

function startParts(options: KubeletOptions, tasks: TaskGroup): KubeletParts {
  const { settings, client, env, runtime, machine, network } = options;
  const { clock, log } = env;
  const recorder = options.recorder ?? startRecorder(options, tasks);
  const references =
    options.withoutReferences === true
      ? noReferences
      : new ApiReferences({ nodeName: settings.name, client, env, tasks });
  const node = nodeFacts(options);
  const credentials = options.credentials ?? pullSecretCredentials(references, recorder);
  let reporter: NodeReporter | undefined;
  const status: StatusReports = {
    changed: () => reporter?.changed(),
    written: (s) => must(reporter, "a node reporter").written(s),
  };
  const grown = (size: VolumeSize, s: AbortSignal) => writeGrown(client, size, s);
  const host = options.host({ references, node, status, recorder, grown });
  const deps: Omit<PodDeps, "resizeRefusal"> = {
    runtime,
    host,
    claims: options.deviceClaims?.({ references }) ?? noDeviceClaims,
    users: new UserNamespaces(host, settings.maxPods),
    references,
    containerEnv: (request, s) =>
      options.withoutReferences === true ? Promise.resolve([]) : containerEnv(references, request, s),
    puller: new ImagePuller({ runtime, clock, recorder, credentials, signal: tasks.signal }),
    network,
    clock,
    log,
    recorder,
    api: podApi(client),
    runtimeHandler: (name, s) => runtimeHandler(client, name, s),
    node,
    tasks,
  };
  reporter = new NodeReporter({
    settings,
    machine,
    client,
    features: node.features,
    runtime,
    clock,
    log,
    recorder,
    pressure: node.pressure,
    volumesInUse: () => host.volumesInUse(),
  });
  const ownNode = {
    last: () => reporter.node() ?? newNode(settings, machine),
    read: (s: AbortSignal) => client.resource<Node>(nodes).get({ name: settings.name }, {}, s),
  };
  const set = new PodSet(deps, ownNode);
  if (options.localDirectories !== undefined) {
    const { name: nodeName } = settings;
    const work = { client, env, nodeName, directories: options.localDirectories };
    tasks.spawn((signal) => runLocalVolumes(work, signal));
  }
  tasks.spawn((signal) => reporter.run(signal));
  tasks.spawn((signal) =>
    runNodeLease({ nodeName: settings.name, client, clock, log, node: () => reporter.node() }, signal),
  );
  tasks.spawn((signal) => followPods(options, set, tasks, signal));
  const tell: KubeletParts["tell"] = (type, reason, message) =>
    recorder.event({ object: ownNode.last() }, type, reason, message);
  return { pods: set, runtime, node: reporter, tell };
}

function startRecorder({ client, env, settings }: KubeletOptions, tasks: TaskGroup): EventRecorder {
  const host = settings.name;
  const sender = createEventRecorder({ client, env, component: "kubelet", host, parallel: EVENTS_AT_ONCE });
  tasks.spawn((signal) => sender.run(signal));
  return {
    event: ({ object, fieldPath }, type, reason, message) =>
      sender.event({ about: namedAsKubeletDoes(object), type, reason, message, fieldPath }),
  };
}

/** Events about a node carry its name as uid, by which kubectl finds them. */
function namedAsKubeletDoes(object: ApiObject): ApiObject {
  if (object.kind !== "Node") return object;
  const { name } = object.metadata;
  return { ...object, metadata: { name, uid: name } };
}

async function followPods(options: KubeletOptions, set: PodSet, tasks: TaskGroup, signal: AbortSignal): Promise<void> {
  const { client, env, settings } = options;
  const informer = createInformer(client.resource<Pod>(pods), pods, {
    env,
    fieldSelector: `spec.nodeName=${settings.name}`,
  });
  tasks.spawn((s) => informer.run(s));
  try {
    await Promise.all([set.adopt(signal), informer.whenSynced(signal)]);
  } catch (error) {
    if (isAbort(error, signal)) return;
    throw error;
  }
  // Synchronous from here to the end of subscribe, so that no change is missed or seen twice.
  informer.subscribe((delta: Delta<Pod>) => {
    if (delta.type === "deleted") set.removed(delta.object);
    else set.seen(delta.object);
  });
  set.endOrphans();
}

function nodeFacts(options: KubeletOptions): NodeFacts {
  const { settings, machine, dns, runtimeName } = options;
  const { allocatable } = nodeResources(settings, machine);
  return {
    hostIps: () => settings.addresses,
    pressure: options.pressure ?? (() => NO_PRESSURE),
    allocatable: () => allocatable,
    memoryCapacityBytes: machine.memoryBytes,
    operatingSystem: machine.operatingSystem,
    appArmor: options.appArmor ?? false,
    seccomp: options.seccomp ?? { byDefault: false, root: "/var/lib/kubelet/seccomp" },
    sysctls: sysctlAllowlist(options.unsafeSysctls),
    features: options.env.gates.enabled("NodeDeclaredFeatures")
      ? DECLARED_FEATURES.filter((name) => options.env.gates.enabled(name))
      : [],
    dns: () => dns,
    runtimeName: runtimeName ?? "containerd",
    version: /^v\d+\.\d+/.exec(settings.version)?.[0] ?? settings.version,
  };
}

async function runtimeHandler(client: Client, name: string, signal: AbortSignal): Promise<string> {
  try {
    return (await client.resource<RuntimeClass>(runtimeClasses).get({ name }, {}, signal)).handler;
  } catch (error) {
    if (!isStatus(error, "NotFound")) throw error;
    throw new Error(`failed to get sandbox runtime: RuntimeClass ${JSON.stringify(name)} not found`, { cause: error });
  }
}

function podApi(client: Client): PodApi {
  const api = client.resource<Pod>(pods);
  return {
    async patchStatus(pod, status, signal) {
      const body = { metadata: { uid: pod.metadata.uid }, status };
      try {
        return await api.sub("status").patch<Pod>(keyOf(pod), { type: "strategic", body }, {}, signal);
      } catch (error) {
        // A conflict says that another pod has the name now.
        if (isStatus(error, "NotFound") || isStatus(error, "Conflict")) return undefined;
        throw error;
      }
    },
    async delete(pod, signal) {
      const { uid } = pod.metadata;
      try {
        await api.delete(keyOf(pod), { gracePeriodSeconds: 0, preconditions: { uid } }, signal);
      } catch (error) {
        if (!isStatus(error, "NotFound") && !isStatus(error, "Conflict")) throw error;
      }
    },
  };
}
