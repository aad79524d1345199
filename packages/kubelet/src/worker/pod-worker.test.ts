// One worker on the simulated runtime and a virtual clock, against an API of one pod: lives of pods from creation to removal.
import type { Pod, PodStatus } from "@skates/api/core/v1";
import { OperatingError, silentLogger, TaskGroup, virtualClock } from "@skates/component-base";
import { afterEach, expect, test, vi } from "vitest";
import { type DeviceClaims, noDeviceClaims } from "../device-claims.ts";
import { containerEnv } from "../env/container-env.ts";
import { ImagePuller } from "../image/image-puller.ts";
import { noReferences } from "../references.ts";
import type { Waiting } from "../plan/plan-pod.ts";
import type { ContainerResources, CreateContainer, SandboxSpec } from "../runtime.ts";
import { SimulatedHost } from "../simulated/simulated-host.ts";
import { simulatedNetwork } from "../simulated/simulated-network.ts";
import { SimulatedRuntime } from "../simulated/simulated-runtime.ts";
import type { PodDeps } from "./pod-deps.ts";
import { PodWorker } from "./pod-worker.ts";
import { UserNamespaces } from "../pod/user-namespaces.ts";
import { sysctlAllowlist } from "../spec/sysctls.ts";

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

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

function start(spec: Partial<Pod["spec"]>, over: Partial<Pod["metadata"]> = {}) {
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
        api.pod = { ...api.pod, status: applyStatus(api.pod.status, patch) };
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

function applyStatus(status: PodStatus | undefined, patch: Readonly<Record<string, unknown>>): PodStatus {
  const conditions = new Map((status?.conditions ?? []).map((c) => [c.type, c]));
  for (const c of (patch["conditions"] ?? []) as any[]) {
    if (c.$patch === "delete") conditions.delete(c.type);
    else conditions.set(c.type, c);
  }
  for (const c of conditions.values() as Iterable<any>) for (const k of Object.keys(c)) if (c[k] === null) delete c[k];
  const next: any = { ...status, ...patch, conditions: [...conditions.values()] };
  for (const key of ["podIPs", "hostIPs"])
    if (next[key]) next[key] = next[key].filter((x: any) => x.$patch === undefined);
  for (const [key, value] of Object.entries(next)) if (value === null) delete next[key];
  return next;
}

const condition = (pod: Pod | undefined, type: string): string | undefined =>
  pod?.status?.conditions?.find((c) => c.type === type)?.status;
const state = (pod: Pod | undefined, i = 0) => pod?.status?.containerStatuses?.[i];

test("a pod becomes Ready without the clock moving, in at most two status writes", async () => {
  const t = start({});
  await t.clock.advance(0);
  expect(t.api.pod?.status).toMatchObject({
    phase: "Running",
    podIP: "10.244.0.2",
    hostIP: "192.168.0.1",
    qosClass: "BestEffort",
    observedGeneration: 1,
    containerStatuses: [{ name: "a", ready: true, started: true, restartCount: 0, image: "img:1" }],
  });
  expect(
    ["Initialized", "Ready", "ContainersReady", "PodScheduled", "PodReadyToStartContainers"].map((c) =>
      condition(t.api.pod, c),
    ),
  ).toEqual(Array(5).fill("True"));
  expect(t.events).toEqual([
    'Normal Pulled: Container image "img:1" already present on machine and can be accessed by the pod',
    "Normal Created: Container created",
    "Normal Started: Container started",
  ]);
  expect(t.api.writes).toBeLessThanOrEqual(2);
  await t.clock.advance(3_600_000);
  expect(t.api.writes).toBeLessThanOrEqual(2);
});

test("a crashing container restarts at once, then after 10 s, 20 s, …, and says CrashLoopBackOff between", async () => {
  const t = start({ containers: [{ name: "a", image: "img:1", command: ["false"] }] });
  await t.clock.advance(1000);
  expect(t.runtime.created).toHaveLength(2);
  expect(state(t.api.pod)).toMatchObject({
    restartCount: 1,
    ready: false,
    state: {
      waiting: {
        reason: "CrashLoopBackOff",
        message: "back-off 10s restarting failed container=a pod=web_default(u1)",
      },
    },
    lastState: { terminated: { exitCode: 1, reason: "Error" } },
  });
  expect(t.api.pod?.status?.phase).toBe("Running");
  expect(t.events.filter((e) => e.includes("BackOff"))).toEqual([
    "Warning BackOff: Back-off restarting failed container a in pod web_default(u1)",
  ]);
  await t.clock.advance(10_000);
  expect(t.runtime.created).toHaveLength(3);
  await t.clock.advance(18_000);
  expect(t.runtime.created).toHaveLength(3);
  await t.clock.advance(2000);
  expect(t.runtime.created).toHaveLength(4);
  const dead = (await t.runtime.list({})).containers;
  expect(dead.length).toBeLessThanOrEqual(2);
});

test("jobs end: Succeeded and Failed, and the sandbox goes", async () => {
  const good = start({ restartPolicy: "Never", containers: [{ name: "a", image: "i", command: ["sleep", "5"] }] });
  const bad = start({
    restartPolicy: "OnFailure",
    containers: [{ name: "a", image: "i", command: ["sh", "-c", "exit 3"] }],
  });
  await good.clock.advance(4000);
  expect(good.api.pod?.status?.phase).toBe("Running");
  await good.clock.advance(2000);
  expect(good.api.pod?.status?.phase).toBe("Succeeded");
  expect(condition(good.api.pod, "Ready")).toBe("False");
  expect(state(good.api.pod)?.state?.terminated).toMatchObject({ exitCode: 0, reason: "Completed" });
  expect((await good.runtime.list({})).sandboxes.map((s) => s.ready)).toEqual([false]);
  await bad.clock.advance(15_000);
  expect(bad.api.pod?.status?.phase).toBe("Running");
  expect(state(bad.api.pod)?.restartCount).toBe(2);
  const never = start({ restartPolicy: "Never", containers: [{ name: "a", image: "i", command: ["false"] }] });
  await never.clock.advance(0);
  expect(never.api.pod?.status?.phase).toBe("Failed");
});

test("init containers run in order, sidecars go on and end last", async () => {
  const t = start({
    restartPolicy: "Never",
    initContainers: [
      { name: "i", image: "i", command: ["sleep", "1"] },
      { name: "s", image: "i", restartPolicy: "Always" },
    ],
    containers: [{ name: "a", image: "i", command: ["sleep", "2"] }],
  });
  await t.clock.advance(500);
  expect(t.api.pod?.status).toMatchObject({
    phase: "Pending",
    containerStatuses: [{ state: { waiting: { reason: "PodInitializing" } } }],
  });
  expect(condition(t.api.pod, "Initialized")).toBe("False");
  await t.clock.advance(1000);
  expect(t.runtime.created.map((c) => c.name)).toEqual(["i", "s", "a"]);
  expect(t.api.pod?.status?.phase).toBe("Running");
  expect(condition(t.api.pod, "Ready")).toBe("True");
  await t.clock.advance(2000);
  expect(t.api.pod?.status?.phase).toBe("Succeeded");
  expect(t.events.filter((e) => e.includes("Killing"))).toEqual(["Normal Killing: Stopping container s"]);
});

test("deletion stops containers, then removes the object, then all that was left", async () => {
  const t = start({});
  await t.clock.advance(0);
  t.update((pod) => ({
    ...pod,
    metadata: { ...pod.metadata, deletionTimestamp: "2026-01-01T00:00:30Z", deletionGracePeriodSeconds: 30 },
  }));
  await t.clock.advance(0);
  expect(t.events.at(-1)).toBe("Normal Killing: Stopping container a");
  expect(t.api.pod).toBeUndefined();
  expect(await t.runtime.list({})).toEqual({ sandboxes: [], containers: [] });
  expect(t.worker.stage).toBe("gone");
});

test("a pod that vanishes from the API is ended too", async () => {
  const t = start({});
  await t.clock.advance(0);
  const last = t.worker.pod();
  t.api.pod = undefined;
  t.worker.removed(last);
  await t.clock.advance(0);
  expect(await t.runtime.list({})).toEqual({ sandboxes: [], containers: [] });
  expect(t.worker.stage).toBe("gone");
});

test("an image that cannot be pulled: ErrImagePull, ImagePullBackOff, and again after 10 s", async () => {
  const t = start({ containers: [{ name: "a", image: "bad:1" }] });
  t.runtime.refuse = "bad:1";
  await t.clock.advance(0);
  expect(state(t.api.pod)?.state).toEqual({ waiting: { reason: "ErrImagePull", message: "no such image" } });
  await t.clock.advance(3000);
  expect(state(t.api.pod)?.state).toEqual({
    waiting: { reason: "ImagePullBackOff", message: 'Back-off pulling image "bad:1": ErrImagePull: no such image' },
  });
  expect(t.api.pod?.status?.phase).toBe("Pending");
  t.runtime.refuse = undefined;
  await t.clock.advance(8000);
  expect(t.api.pod?.status?.phase).toBe("Running");
  expect(t.events.filter((e) => /Pull|Failed|BackOff/.test(e))).toEqual([
    'Normal Pulling: Pulling image "bad:1"',
    'Warning Failed: Failed to pull image "bad:1": no such image',
    "Warning Failed: Error: ErrImagePull",
    'Normal BackOff: Back-off pulling image "bad:1"',
    "Warning Failed: Error: ImagePullBackOff",
    'Normal Pulled: Container image "bad:1" already present on machine and can be accessed by the pod',
  ]);
});

test("a failed liveness probe kills and restarts; readiness follows its probe", async () => {
  const t = start({
    containers: [
      {
        name: "a",
        image: "i",
        livenessProbe: { exec: { command: ["false"] }, periodSeconds: 5, failureThreshold: 2 },
        readinessProbe: { exec: { command: ["true"] }, initialDelaySeconds: 1, periodSeconds: 5 },
      },
    ],
  });
  await t.clock.advance(0);
  expect(state(t.api.pod)).toMatchObject({ ready: false, started: true });
  await t.clock.advance(1000);
  expect(state(t.api.pod)?.ready).toBe(true);
  await t.clock.advance(4500);
  expect(state(t.api.pod)?.restartCount).toBe(1);
  expect(t.events).toContain("Warning Unhealthy: Liveness probe failed: ");
  expect(t.events).toContain("Normal Killing: Container a failed liveness probe, will be restarted");
});

test("a pod whose containers are probed can be deleted", async () => {
  const probe = { exec: { command: ["true"] }, periodSeconds: 5 };
  const t = start({
    containers: [{ name: "a", image: "i", livenessProbe: probe, readinessProbe: probe, startupProbe: probe }],
  });
  await t.clock.advance(1000);
  expect(condition(t.api.pod, "Ready")).toBe("True");
  t.update((pod) => ({
    ...pod,
    metadata: { ...pod.metadata, deletionTimestamp: "2026-01-01T00:00:30Z", deletionGracePeriodSeconds: 30 },
  }));
  await t.clock.advance(0);
  expect(t.worker.stage).toBe("gone");
  expect(t.clock.sleepers()).toBe(0);
});

test("changed resources reach the running container once there is room", async () => {
  const a = { name: "a", image: "i", resources: { requests: { cpu: "100m" }, limits: { cpu: "200m" } } };
  const t = start({ containers: [a] });
  await t.clock.advance(0);
  const given = () => state(t.api.pod)?.resources?.requests?.["cpu"];
  expect(given()).toBe("100m");
  t.room.refusal = { reason: "Deferred", message: "no room" };
  const wanted = { requests: { cpu: "300m" }, limits: { cpu: "400m" } };
  t.update((pod) => ({ ...pod, spec: { ...pod.spec, containers: [{ ...a, resources: wanted }] } }));
  await t.clock.advance(1000);
  expect(t.runtime.resized).toEqual([]);
  expect(given()).toBe("100m");
  expect(t.api.pod?.status?.conditions?.find((c) => c.type === "PodResizePending")).toMatchObject({
    status: "True",
    reason: "Deferred",
    message: "no room",
  });
  t.room.refusal = undefined;
  t.worker.wake();
  await t.clock.advance(1000);
  expect(t.runtime.resized).toMatchObject([{ cpuShares: 307, cpuQuotaUs: 40_000 }]);
  expect(given()).toBe("300m");
  expect(t.api.pod?.status?.conditions?.some((c) => c.type === "PodResizePending")).toBe(false);
  expect(state(t.api.pod)?.restartCount).toBe(0);
  expect(t.events.map((e) => e.split(":")[0]).filter((e) => e?.includes("Resize"))).toEqual([
    "Warning ResizeDeferred",
    "Normal ResizeStarted",
    "Normal ResizeCompleted",
  ]);
});

test("files that show labels and annotations follow them", async () => {
  const t = start({});
  const mounts = vi.spyOn(t.host, "mountVolumes");
  const shown = () => mounts.mock.calls.map(([{ metadata }]) => [metadata.labels, metadata.annotations]);
  await t.clock.advance(0);
  const change = async (metadata: Partial<Pod["metadata"]>): Promise<void> => {
    t.update((pod) => ({ ...pod, metadata: { ...pod.metadata, ...metadata } }));
    await t.clock.advance(1000);
  };
  await change({ labels: { a: "b" } });
  await change({ labels: { a: "b" }, resourceVersion: "7" });
  await change({ annotations: { c: "d" } });
  expect(shown()).toEqual([
    [undefined, undefined],
    [{ a: "b" }, undefined],
    [{ a: "b" }, { c: "d" }],
  ]);
});

test("a missing config map holds the container back and says so", async () => {
  const t = start({
    containers: [{ name: "a", image: "i", envFrom: [{ configMapRef: { name: "cfg" } }] }],
  });
  await t.clock.advance(0);
  expect(state(t.api.pod)?.state).toEqual({
    waiting: { reason: "CreateContainerConfigError", message: 'configmap "cfg" not found' },
  });
  expect(t.events).toContain('Warning Failed: Error: configmap "cfg" not found');
});

test("activeDeadlineSeconds fails the pod", async () => {
  const t = start({ activeDeadlineSeconds: 20 });
  await t.clock.advance(21_000);
  expect(t.api.pod?.status).toMatchObject({
    phase: "Failed",
    reason: "DeadlineExceeded",
    message: "Pod was active on the node longer than the specified deadline",
  });
  expect((await t.runtime.list({})).containers.map((c) => c.state)).toEqual(["exited"]);
});

test("a sandbox that dies is replaced, and the containers with it", async () => {
  const t = start({});
  await t.clock.advance(0);
  const [sandbox] = (await t.runtime.list({})).sandboxes;
  await t.runtime.stopSandbox(sandbox?.id ?? "");
  await t.clock.advance(0);
  expect(t.events).toContain("Normal SandboxChanged: Pod sandbox changed, it will be killed and re-created.");
  expect(t.api.pod?.status).toMatchObject({ phase: "Running", podIP: "10.244.0.3" });
  expect(state(t.api.pod)?.restartCount).toBe(1);
});

test("a pod with users of its own has them in its sandbox and containers, over restarts, until nothing of it is left", async () => {
  const t = start({ hostUsers: false });
  await t.clock.advance(0);
  const users = { first: 65_536, length: 65_536 };
  const told = () => [...t.runtime.sandboxes, ...t.runtime.created.map(({ security }) => security)];
  expect(told().map(({ namespaces }) => namespaces.users)).toEqual([users, users]);
  const [sandbox] = (await t.runtime.list({})).sandboxes;
  await t.runtime.stopSandbox(sandbox?.id ?? "");
  await t.clock.advance(60_000);
  expect(t.runtime.sandboxes.map(({ namespaces }) => namespaces.users)).toEqual([users, users]);
  expect(t.users.of("u1")).toEqual(users);
  t.update((pod) => ({
    ...pod,
    metadata: { ...pod.metadata, deletionTimestamp: "2026-01-01T00:00:00Z", deletionGracePeriodSeconds: 0 },
  }));
  await t.clock.advance(60_000);
  expect([t.api.pod, t.users.of("u1")]).toEqual([undefined, undefined]);
});

test("a pod that asks for users of its own waits where the runtime has none, and runs once it has", async () => {
  const t = start({ hostUsers: false });
  t.runtime.userNamespaces = false;
  await t.clock.advance(5_000);
  const message = "can't set `spec.hostUsers: false`, runtime does not support user namespaces (needs containerd 2.0";
  expect(t.runtime.sandboxes).toEqual([]);
  expect(t.events).toContainEqual(
    expect.stringContaining(`Warning FailedCreatePodSandBox: Failed to create pod sandbox: ${message}`),
  );
  expect([state(t.api.pod)?.state?.waiting, t.users.of("u1")]).toEqual([
    { reason: "ContainerCreating", message: expect.stringContaining(message) },
    undefined,
  ]);
  t.runtime.userNamespaces = true;
  await t.clock.advance(300_000);
  expect(state(t.api.pod)?.ready).toBe(true);
});

test.each([
  [{ image: "img:1:2" }, "InvalidImageName", "InspectFailed"],
  [{ image: "img:1", imagePullPolicy: "Never" }, "ErrImageNeverPull", "ErrImageNeverPull"],
] as const)("an image that cannot be had is told twice: %j", async (image, reason, first) => {
  const t = start({ containers: [{ name: "a", ...image }] });
  t.runtime.refuse = "img:1";
  await t.clock.advance(100);
  expect(t.events.slice(0, 2)).toEqual([
    expect.stringContaining(`Warning ${first}: `),
    `Warning Failed: Error: ${reason}`,
  ]);
  expect(state(t.api.pod)?.state?.waiting?.reason).toBe(reason);
});

test("where no pod has a network, that is what is told", async () => {
  const t = start({});
  t.runtime.networkReady = false;
  await t.clock.advance(100);
  expect(new Set(t.events)).toEqual(new Set(["Warning NetworkNotReady: network is not ready: no plugin"]));
  t.runtime.networkReady = true;
  await t.clock.advance(20_000);
  expect(t.api.pod?.status?.phase).toBe("Running");
});

const RESTART_ALL = [{ action: "RestartAllContainers", exitCodes: { operator: "In", values: [42] } }];

test("a container whose rule says so starts all of them again in the same sandbox, and init containers first", async () => {
  const t = start({
    restartPolicy: "Never",
    initContainers: [{ name: "init", image: "img:1", command: ["true"] }],
    containers: [
      {
        name: "a",
        image: "img:1",
        command: ["sh", "-c", "sleep 5; exit 42"],
        restartPolicy: "Never",
        restartPolicyRules: RESTART_ALL,
      },
      { name: "b", image: "img:1" },
    ],
  });
  await t.clock.advance(1000);
  expect(condition(t.api.pod, "AllContainersRestarting")).toBe("False");
  const { podIP } = t.api.pod?.status ?? {};
  const told: unknown[] = [];
  const { patchStatus } = t.worker.deps.api;
  t.worker.deps.api.patchStatus = async (pod, patch, signal) => {
    const restarting = t.worker.pod().status?.conditions?.find((one) => one.type === "AllContainersRestarting");
    told.push([restarting?.status, restarting?.reason, t.worker.pod().status?.phase]);
    return await patchStatus(pod, patch, signal);
  };
  t.events.length = 0;
  t.runtime.created.length = 0;
  await t.clock.advance(4500);
  expect(told).toContainEqual(["True", "RestartAllContainersStarted", "Running"]);
  expect(t.runtime.created.map(({ name }) => name)).toEqual(["init", "a", "b"]);
  expect(t.events.filter((text) => text.includes("Killing"))).toEqual(["Normal Killing: killing"]);
  const message = "The container is removed because RestartAllContainers in place";
  const lastState = { terminated: { exitCode: 137, reason: "RestartingAllContainers", message } };
  expect(t.api.pod?.status).toMatchObject({
    phase: "Running",
    podIP,
    initContainerStatuses: [{ name: "init", restartCount: 1, ready: true, lastState }],
    containerStatuses: [
      { name: "a", restartCount: 1, ready: true, lastState },
      { name: "b", restartCount: 1, ready: true, lastState },
    ],
  });
  expect(["AllContainersRestarting", "Initialized", "Ready"].map((type) => condition(t.api.pod, type))).toEqual([
    "False",
    "True",
    "True",
  ]);
  expect(t.runtime.sandboxes).toHaveLength(1);
  await t.clock.advance(5000);
  expect([state(t.api.pod)?.restartCount, state(t.api.pod, 1)?.restartCount]).toEqual([2, 2]);
});

test("an end that no rule is about ends the pod as ever", async () => {
  const t = start({
    restartPolicy: "Never",
    containers: [
      { name: "a", image: "img:1", command: ["false"], restartPolicy: "Never", restartPolicyRules: RESTART_ALL },
    ],
  });
  await t.clock.advance(1000);
  expect([t.api.pod?.status?.phase, t.runtime.created.length]).toEqual(["Failed", 1]);
  expect(t.api.pod?.status?.conditions?.find(({ type }) => type === "AllContainersRestarting")).toMatchObject({
    status: "False",
    reason: "PodFailed",
  });
});

const CLAIMING = {
  restartPolicy: "Never",
  resourceClaims: [{ name: "gpu", resourceClaimName: "one" }],
  containers: [{ name: "a", image: "i", command: ["sleep", "5"], resources: { claims: [{ name: "gpu" }] } }],
} as const;

test("a pod gets no sandbox before its devices are prepared, and has ended only once they are given back", async () => {
  const t = start(CLAIMING);
  t.devices.failure = "DRA driver gpu.test is not registered";
  t.devices.cdiNames = ["vendor.test/gpu=0"];
  await t.clock.advance(0);
  expect([t.runtime.sandboxes.length, [...new Set(t.events)]]).toEqual([
    0,
    [
      "Warning FailedPrepareDynamicResources: Failed to prepare dynamic resources: DRA driver gpu.test is not registered",
    ],
  ]);
  t.devices.failure = undefined;
  await t.clock.advance(4000);
  expect(t.runtime.created.map(({ cdiDevices }) => cdiDevices)).toEqual([["vendor.test/gpu=0"]]);
  t.devices.failure = "the driver is away";
  await t.clock.advance(10_000);
  expect(t.api.pod?.status).toMatchObject({
    phase: "Running",
    containerStatuses: [{ state: { terminated: { reason: "Completed" } } }],
  });
  t.devices.failure = undefined;
  await t.clock.advance(10_000);
  expect(t.api.pod?.status?.phase).toBe("Succeeded");
  expect(new Set(t.devices.log)).toEqual(new Set(["prepare while Pending", "unprepare while Running"]));
});

test("a pod whose devices the runtime would leave out waits, and says what the runtime lacks", async () => {
  const t = start(CLAIMING);
  t.devices.cdiNames = ["vendor.test/gpu=0"];
  t.runtime.versionText = "containerd://1.6.20";
  await t.clock.advance(0);
  expect([t.runtime.sandboxes.length, t.events[0]]).toEqual([
    0,
    "Warning FailedPrepareDynamicResources: Failed to prepare dynamic resources: devices have CDI names, which the runtime does not know (needs containerd 2.0 or CRI-O 1.28; this is containerd://1.6.20)",
  ]);
  t.devices.cdiNames = [];
  await t.clock.advance(4000);
  expect(t.api.pod?.status?.phase).toBe("Running");
});

test.each([
  ["PodCgroupFailed", "FailedCreatePodContainer"],
  ["PodDirectoriesFailed", "Failed"],
] as const)("what a pod stands on is told by its own reason: %s", async (code, reason) => {
  const t = start({});
  const setUp = vi.spyOn(t.host, "setUpPod").mockRejectedValue(new OperatingError(code, "no room"));
  await t.clock.advance(100);
  expect(new Set(t.events)).toEqual(new Set([`Warning ${reason}: no room`]));
  setUp.mockRestore();
  await t.clock.advance(20_000);
  expect(t.api.pod?.status?.phase).toBe("Running");
});

test("a sandbox that was made and says nothing is told as such", async () => {
  const t = start({});
  t.runtime.statusFails = true;
  await t.clock.advance(100);
  expect(new Set(t.events)).toEqual(
    new Set(["Warning FailedPodSandBoxStatus: Unable to get pod sandbox status: no status"]),
  );
});

test("a pod that cannot be ended is told of, and of an evicted one that it takes too long", async () => {
  const t = start({});
  await t.clock.advance(100);
  t.events.length = 0;
  t.runtime.stopFails = true;
  t.worker.fail({ reason: "Evicted", message: "low", graceSeconds: 1 });
  await t.clock.advance(9_000);
  expect(t.events).toContain("Warning FailedKillPod: error killing pod: cannot stop");
  const late = "Warning ExceededGracePeriod: Container runtime did not kill the pod within specified grace period.";
  expect(t.events).not.toContain(late);
  await t.clock.advance(1_000);
  expect(t.events).toContain(late);
  t.runtime.stopFails = false;
  await t.clock.advance(20_000);
  expect(t.api.pod?.status).toMatchObject({ phase: "Failed", reason: "Evicted" });
});
