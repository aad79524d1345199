// Lives of pods from creation to removal: one worker on the simulated runtime and a virtual clock.
import type { Pod } from "@skates/api/core/v1";
import { OperatingError } from "@skates/component-base";
import { afterEach, expect, test, vi } from "vitest";
import { condition, endWorkers, startWorker, state } from "../testing/one-worker.ts";

afterEach(endWorkers);

test("a pod becomes Ready without the clock moving, in at most two status writes", async () => {
  const t = startWorker({});
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
  const t = startWorker({ containers: [{ name: "a", image: "img:1", command: ["false"] }] });
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
  const good = startWorker({
    restartPolicy: "Never",
    containers: [{ name: "a", image: "i", command: ["sleep", "5"] }],
  });
  const bad = startWorker({
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
  const never = startWorker({ restartPolicy: "Never", containers: [{ name: "a", image: "i", command: ["false"] }] });
  await never.clock.advance(0);
  expect(never.api.pod?.status?.phase).toBe("Failed");
});

test("init containers run in order, sidecars go on and end last", async () => {
  const t = startWorker({
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
  const t = startWorker({});
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
  const t = startWorker({});
  await t.clock.advance(0);
  const last = t.worker.pod();
  t.api.pod = undefined;
  t.worker.removed(last);
  await t.clock.advance(0);
  expect(await t.runtime.list({})).toEqual({ sandboxes: [], containers: [] });
  expect(t.worker.stage).toBe("gone");
});

test("an image that cannot be pulled: ErrImagePull, ImagePullBackOff, and again after 10 s", async () => {
  const t = startWorker({ containers: [{ name: "a", image: "bad:1" }] });
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
  const t = startWorker({
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
  const t = startWorker({
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
  const t = startWorker({ containers: [a] });
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
  const t = startWorker({});
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
  const t = startWorker({
    containers: [{ name: "a", image: "i", envFrom: [{ configMapRef: { name: "cfg" } }] }],
  });
  await t.clock.advance(0);
  expect(state(t.api.pod)?.state).toEqual({
    waiting: { reason: "CreateContainerConfigError", message: 'configmap "cfg" not found' },
  });
  expect(t.events).toContain('Warning Failed: Error: configmap "cfg" not found');
});

test("activeDeadlineSeconds fails the pod", async () => {
  const t = startWorker({ activeDeadlineSeconds: 20 });
  await t.clock.advance(21_000);
  expect(t.api.pod?.status).toMatchObject({
    phase: "Failed",
    reason: "DeadlineExceeded",
    message: "Pod was active on the node longer than the specified deadline",
  });
  expect((await t.runtime.list({})).containers.map((c) => c.state)).toEqual(["exited"]);
});

test("a sandbox that dies is replaced, and the containers with it", async () => {
  const t = startWorker({});
  await t.clock.advance(0);
  const [sandbox] = (await t.runtime.list({})).sandboxes;
  await t.runtime.stopSandbox(sandbox?.id ?? "");
  await t.clock.advance(0);
  expect(t.events).toContain("Normal SandboxChanged: Pod sandbox changed, it will be killed and re-created.");
  expect(t.api.pod?.status).toMatchObject({ phase: "Running", podIP: "10.244.0.3" });
  expect(state(t.api.pod)?.restartCount).toBe(1);
});

test("a pod with users of its own has them in its sandbox and containers, over restarts, until nothing of it is left", async () => {
  const t = startWorker({ hostUsers: false });
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
  const t = startWorker({ hostUsers: false });
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
  const t = startWorker({ containers: [{ name: "a", ...image }] });
  t.runtime.refuse = "img:1";
  await t.clock.advance(100);
  expect(t.events.slice(0, 2)).toEqual([
    expect.stringContaining(`Warning ${first}: `),
    `Warning Failed: Error: ${reason}`,
  ]);
  expect(state(t.api.pod)?.state?.waiting?.reason).toBe(reason);
});

test("where no pod has a network, that is what is told", async () => {
  const t = startWorker({});
  t.runtime.networkReady = false;
  await t.clock.advance(100);
  expect(new Set(t.events)).toEqual(new Set(["Warning NetworkNotReady: network is not ready: no plugin"]));
  t.runtime.networkReady = true;
  await t.clock.advance(20_000);
  expect(t.api.pod?.status?.phase).toBe("Running");
});

test.each([
  ["PodCgroupFailed", "FailedCreatePodContainer"],
  ["PodDirectoriesFailed", "Failed"],
] as const)("what a pod stands on is told by its own reason: %s", async (code, reason) => {
  const t = startWorker({});
  const setUp = vi.spyOn(t.host, "setUpPod").mockRejectedValue(new OperatingError(code, "no room"));
  await t.clock.advance(100);
  expect(new Set(t.events)).toEqual(new Set([`Warning ${reason}: no room`]));
  setUp.mockRestore();
  await t.clock.advance(20_000);
  expect(t.api.pod?.status?.phase).toBe("Running");
});

test("a sandbox that was made and says nothing is told as such", async () => {
  const t = startWorker({});
  t.runtime.statusFails = true;
  await t.clock.advance(100);
  expect(new Set(t.events)).toEqual(
    new Set(["Warning FailedPodSandBoxStatus: Unable to get pod sandbox status: no status"]),
  );
});

test("a pod that cannot be ended is told of, and of an evicted one that it takes too long", async () => {
  const t = startWorker({});
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
