/** One worker on the simulated runtime and a virtual clock, against an API of one pod. */
import { type Pod, PodStatus } from "@skates/api/core/v1";
import { strategicMergePatch } from "@skates/apimachinery";
import { silentLogger, TaskGroup, virtualClock } from "@skates/component-base";
import { type DeviceClaims, noDeviceClaims } from "../device-claims.ts";
import { containerEnv } from "../env/container-env.ts";
import { ImagePuller } from "../image/image-puller.ts";
import { noReferences } from "../references.ts";
import type { Waiting } from "../plan/plan-pod.ts";
import type { ContainerResources, CreateContainer, SandboxSpec } from "../runtime.ts";
import { SimulatedHost } from "../simulated/simulated-host.ts";
import { simulatedNetwork } from "../simulated/simulated-network.ts";
import { SimulatedRuntime } from "../simulated/simulated-runtime.ts";
import type { PodDeps } from "../worker/pod-deps.ts";
import { PodWorker } from "../worker/pod-worker.ts";
import { UserNamespaces } from "../pod/user-namespaces.ts";
import { sysctlAllowlist } from "../spec/sysctls.ts";

const stops: (() => Promise<void>)[] = [];

/** Ends all that was started; for `afterEach`. */
export async function endWorkers(): Promise<void> {
  for (const stop of stops.splice(0)) await stop();
}

/** Keeps how often containers were created, and can refuse images. */
class TestRuntime extends SimulatedRuntime {
  readonly created: CreateContainer["spec"][] = [];
  readonly sandboxes: SandboxSpec[] = [];
  readonly resized: ContainerResources[] = [];
  versionText = "containerd://2.1.0";
  override version() {
    return Promise.resolve(this.versionText);
  }
  userNamespaces = true;
  override async health() {
    const health = await super.health();
    const handlers = new Map([["", { recursiveReadOnlyMounts: true, userNamespaces: this.userNamespaces }]]);
    const { networkReady } = this;
    return {
      ...health,
      networkReady,
      message: networkReady ? "" : "no plugin",
      features: { ...health.features, handlers },
    };
  }
  networkReady = true;
  statusFails = false;
  override sandbox(id: string) {
    return this.statusFails ? Promise.reject(new Error("no status")) : super.sandbox(id);
  }
  stopFails = false;
  override stopContainer(id: string) {
    return this.stopFails ? Promise.reject(new Error("cannot stop")) : super.stopContainer(id);
  }
  override runSandbox(spec: SandboxSpec): Promise<string> {
    if (!this.networkReady) return Promise.reject(new Error("no network"));
    this.sandboxes.push(spec);
    return super.runSandbox(spec);
  }
  refuse: string | undefined;
  override updateResources(_: string, resources: ContainerResources): Promise<void> {
    this.resized.push(resources);
    return Promise.resolve();
  }
  override createContainer(request: CreateContainer): Promise<string> {
    this.created.push(request.spec);
    return super.createContainer(request);
  }
  override image(image: string) {
    return image === this.refuse ? Promise.resolve(undefined) : super.image(image);
  }
  override pullImage(image: string) {
    return image === this.refuse ? Promise.reject(new Error("no such image")) : super.pullImage(image);
  }
}

/** Starts the worker of a pod with these changes. */
export function startWorker(spec: Partial<Pod["spec"]>, over: Partial<Pod["metadata"]> = {}) {
  const clock = virtualClock();
  const tasks = new TaskGroup(new AbortController().signal);
  const runtime = new TestRuntime({ clock, podCidr: "10.244.0.0/24", node: "n" });
  const events: string[] = [];
  const api: { pod: Pod | undefined; writes: number } = { pod: undefined, writes: 0 };
  const room: { refusal: Waiting | undefined } = { refusal: undefined };
  let worker: PodWorker | undefined;
  const recorder = {
    event: (_: unknown, type: string, reason: string, message: string) =>
      void events.push(`${type} ${reason}: ${message}`),
  };
  const references = noReferences;
  const devices = { cdiNames: [] as readonly string[], failure: undefined as string | undefined, log: [] as string[] };
  const claims = testClaims(devices, () => api.pod);
  const host = new SimulatedHost();
  const users = new UserNamespaces(host, 2);
  const deps: PodDeps = {
    runtime,
    host,
    users,
    references,
    claims,
    containerEnv: (request, signal) => containerEnv(references, request, signal),
    puller: new ImagePuller({ runtime, clock, recorder, credentials: () => Promise.resolve([]), signal: tasks.signal }),
    runtimeHandler: () => Promise.reject(new Error("no runtime classes here")),
    resizeRefusal: () => room.refusal,
    network: simulatedNetwork,
    clock,
    log: silentLogger,
    recorder,
    tasks,
    api: {
      patchStatus: (_, patch) => {
        if (api.pod === undefined) return Promise.resolve(undefined);
        api.writes++;
        api.pod = { ...api.pod, status: strategicMergePatch(PodStatus, api.pod.status ?? {}, patch) as PodStatus };
        return Promise.resolve(api.pod);
      },
      delete: (pod) => {
        api.pod = undefined;
        worker?.removed(pod);
        return Promise.resolve();
      },
    },
    node: {
      hostIps: () => ["192.168.0.1"],
      pressure: () => ({ memory: false, disk: false, pid: false }),
      allocatable: () => ({}),
      memoryCapacityBytes: 1e10,
      operatingSystem: "linux",
      appArmor: false,
      sysctls: sysctlAllowlist(),
      features: ["RestartAllContainersOnContainerExits"],
      seccomp: { byDefault: false, root: "/seccomp" },
      dns: () => ({
        servers: ["10.96.0.10"],
        domain: "cluster.local",
        host: { servers: [], searches: [], options: [] },
      }),
      runtimeName: "simulated",
      version: "v1.36",
    },
  };
  const pod: Pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "web", namespace: "default", uid: "u1", generation: 1, ...over },
    spec: {
      containers: [{ name: "a", image: "img:1" }],
      restartPolicy: "Always",
      terminationGracePeriodSeconds: 30,
      ...spec,
    },
    status: { phase: "Pending" },
  };
  api.pod = pod;
  const started = new PodWorker(deps, pod);
  worker = started;
  tasks.spawn((signal) => started.run(signal));
  tasks.spawn(async (signal) => {
    for await (const event of runtime.events(signal)) if (started.owns(event.id)) started.runtimeEvent(event);
  });
  stops.push(async () => {
    tasks.stop();
    runtime.close();
    await tasks.join();
  });
  return {
    clock,
    runtime,
    host,
    users,
    events,
    api,
    room,
    devices,
    worker: started,
    update: (change: (pod: Pod) => Pod) => update(change),
  };

  function update(change: (pod: Pod) => Pod): void {
    if (api.pod === undefined) return;
    api.pod = change(api.pod);
    started.update(api.pod);
  }
}

interface TestDevices {
  cdiNames: readonly string[];
  failure: string | undefined;
  readonly log: string[];
}

/** Notes what is asked, and what the API said of the pod then. */
function testClaims(devices: TestDevices, pod: () => Pod | undefined): DeviceClaims {
  const note = (what: string) => {
    devices.log.push(`${what} while ${pod()?.status?.phase}`);
    return devices.failure === undefined ? Promise.resolve() : Promise.reject(new Error(devices.failure));
  };
  return {
    ...noDeviceClaims,
    prepare: () => note("prepare"),
    unprepare: () => note("unprepare"),
    cdiNames: () => Promise.resolve(devices.cdiNames),
  };
}

/** Whether a condition of the pod is true. */
export const condition = (pod: Pod | undefined, type: string): string | undefined =>
  pod?.status?.conditions?.find((c) => c.type === type)?.status;
/** The status of a container. */
export const state = (pod: Pod | undefined, i = 0) => pod?.status?.containerStatuses?.[i];
