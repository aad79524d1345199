// The status of pods from what the runtime shows: phases, container states, conditions, and the patch that brings them to the API.
import type { ContainerStatus, Pod, PodStatus } from "@skates/api/core/v1";
import { describe, expect, test } from "vitest";
import { containerHash } from "../pod/container-hash.ts";
import type { RuntimeContainer, Sandbox } from "../runtime.ts";
import { isUrgent } from "./is-urgent.ts";
import { podStatus, type StatusInput } from "./pod-status.ts";
import { sameJson, statusPatch } from "./status-patch.ts";

const NOW = Date.parse("2026-01-01T00:10:00Z");
const SANDBOX: Sandbox = {
  id: "s",
  namespace: "n",
  name: "p",
  uid: "u",
  attempt: 0,
  ready: true,
  createdAtMs: 1,
  ips: ["10.0.0.2"],
  hostNetwork: false,
  labels: {},
  annotations: {},
};
function container(name: string, over: Partial<RuntimeContainer> = {}): RuntimeContainer {
  return {
    id: `id-${name}-${over.attempt ?? 0}`,
    sandboxId: "s",
    name,
    attempt: 0,
    state: "running",
    createdAtMs: 1000,
    startedAtMs: 2000,
    finishedAtMs: 0,
    exitCode: 0,
    reason: "",
    message: "",
    image: "img",
    imageId: "sha",
    labels: {},
    annotations: { "io.kubernetes.container.hash": containerHash({ name }) },
    logPath: "",
    mounts: [],
    ...over,
  };
}
const exited = (name: string, exitCode: number, over: Partial<RuntimeContainer> = {}): RuntimeContainer =>
  container(name, {
    state: "exited",
    exitCode,
    finishedAtMs: 3000,
    reason: exitCode === 0 ? "Completed" : "Error",
    ...over,
  });

function statusOf(
  spec: Partial<Pod["spec"]>,
  containers: readonly RuntimeContainer[],
  over: Partial<StatusInput> = {},
): PodStatus {
  const pod: Pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "p", namespace: "n", uid: "u", generation: 3 },
    spec: { containers: [{ name: "a" }], restartPolicy: "Always", ...spec },
  };
  return podStatus({
    pod,
    observed: { sandboxes: [SANDBOX], containers },
    old: {},
    probes: new Map(),
    waiting: new Map(),
    terminal: false,
    hostIps: ["1.1.1.1"],
    nowMs: NOW,
    runtimeName: "containerd",
    ...over,
  });
}
const of = (status: PodStatus, type: string): unknown => {
  const { status: value, reason, message } = status.conditions?.find((c) => c.type === type) ?? {};
  return [value, ...(reason === undefined ? [] : [reason]), ...(message === undefined ? [] : [message])];
};
const two = { containers: [{ name: "a" }, { name: "b" }] };
const init = { initContainers: [{ name: "i" }] };

describe("phase", () => {
  test.each<[string, Partial<Pod["spec"]>, readonly RuntimeContainer[], boolean, string]>([
    ["nothing yet", {}, [], false, "Pending"],
    ["running", {}, [container("a")], false, "Running"],
    ["one of two started", two, [container("a")], false, "Pending"],
    ["one ended, one runs", { ...two, restartPolicy: "Never" }, [exited("a", 1), container("b")], false, "Running"],
    ["ended, restarts", {}, [exited("a", 1)], false, "Running"],
    ["ended well, OnFailure", { restartPolicy: "OnFailure" }, [exited("a", 0)], false, "Succeeded"],
    ["failed, OnFailure", { restartPolicy: "OnFailure" }, [exited("a", 1)], false, "Running"],
    ["failed, Never", { restartPolicy: "Never" }, [exited("a", 1)], false, "Failed"],
    ["one of two failed, Never", { ...two, restartPolicy: "Never" }, [exited("a", 0), exited("b", 1)], false, "Failed"],
    ["stopped for good, Always", {}, [exited("a", 0)], true, "Succeeded"],
    ["never came up", {}, [], true, "Failed"],
    ["init runs", init, [container("i")], false, "Pending"],
    ["init failed, Never", { ...init, restartPolicy: "Never" }, [exited("i", 1)], false, "Failed"],
    ["init failed, restarts", init, [exited("i", 1)], false, "Pending"],
    ["init done, running", init, [container("a"), exited("i", 0)], false, "Running"],
    [
      "sidecar and regular run",
      { initContainers: [{ name: "i", restartPolicy: "Always" }] },
      [container("a"), container("i")],
      false,
      "Running",
    ],
    [
      "sidecar ended after regular",
      { initContainers: [{ name: "i", restartPolicy: "Always" }], restartPolicy: "Never" },
      [exited("a", 0), exited("i", 137)],
      true,
      "Succeeded",
    ],
  ])("%s", (_, spec, containers, terminal, phase) => {
    expect(statusOf(spec, containers, { terminal }).phase).toBe(phase);
  });

  test("an ended pod never comes back, and keeps its reason", () => {
    const old: PodStatus = { phase: "Failed", reason: "Evicted", message: "why" };
    expect(statusOf({}, [container("a")], { old })).toMatchObject(old);
  });

  test("the kubelet's own reason for ending a pod", () => {
    const failure = { reason: "DeadlineExceeded", message: "too long" };
    const running = statusOf({}, [container("a")], { failure });
    expect([running.phase, running.reason]).not.toContain("Failed");
    const ended = statusOf({}, [exited("a", 137)], { failure, terminal: true });
    expect(ended).toMatchObject({ phase: "Failed", ...failure });
  });

  test("a pod that is ended for another tells so once nothing of it runs", () => {
    const failure = { reason: "Preempting", message: "for another", disruption: "made room" };
    const target = expect.objectContaining({ type: "DisruptionTarget", reason: "TerminationByKubelet" });
    expect(statusOf({}, [container("a")], { failure }).conditions).not.toContainEqual(target);
    const ended = statusOf({}, [exited("a", 137)], { failure, terminal: true });
    expect(ended.conditions).toContainEqual(target);
  });

  test("a pod that was not taken has nothing but the reason", () => {
    const failure = { reason: "OutOfcpu", message: "too much", rejected: true } as const;
    const { startTime, ...rest } = statusOf({}, [], { failure });
    expect(startTime).toBeDefined();
    expect(rest).toEqual({
      observedGeneration: rest.observedGeneration,
      phase: "Failed",
      conditions: [],
      reason: "OutOfcpu",
      message: "Pod was rejected: too much",
      qosClass: "BestEffort",
    });
  });
});

describe("containers", () => {
  const first = (status: PodStatus): ContainerStatus | undefined => status.containerStatuses?.[0];

  test("running, with the run before", () => {
    const runs = [
      container("a", { attempt: 1, annotations: { "io.kubernetes.container.restartCount": "1" } }),
      exited("a", 3, { message: "words" }),
    ];
    expect(first(statusOf({}, runs))).toMatchObject({
      state: { running: { startedAt: "1970-01-01T00:00:02Z" } },
      lastState: {
        terminated: {
          exitCode: 3,
          reason: "Error",
          message: "words",
          finishedAt: "1970-01-01T00:00:03Z",
          containerID: "containerd://id-a-0",
        },
      },
      ready: true,
      started: true,
      restartCount: 1,
      image: "img",
      imageID: "sha",
      containerID: "containerd://id-a-1",
    });
  });

  test("waiting moves the end into the last state", () => {
    const waiting = new Map([["a", { reason: "CrashLoopBackOff", message: "back-off" }]]);
    expect(first(statusOf({}, [exited("a", 1)], { waiting }))).toMatchObject({
      state: { waiting: { reason: "CrashLoopBackOff", message: "back-off" } },
      lastState: { terminated: { exitCode: 1 } },
      ready: false,
    });
  });

  test("before init is through, and before anything", () => {
    expect(first(statusOf(init, []))?.state).toEqual({ waiting: { reason: "PodInitializing" } });
    expect(first(statusOf({}, []))?.state).toEqual({ waiting: { reason: "ContainerCreating" } });
  });

  test("a container that vanished counts as ended by nobody knows what", () => {
    const old: PodStatus = {
      containerStatuses: [{ name: "a", ready: true, restartCount: 2, image: "", imageID: "", state: { running: {} } }],
    };
    const status = statusOf({}, [], { old });
    expect(first(status)).toMatchObject({
      restartCount: 3,
      lastState: { terminated: { exitCode: 137, reason: "ContainerStatusUnknown" } },
    });
    expect(first(statusOf({}, [], { old: status }))?.restartCount).toBe(3);
  });

  test("what never ran of a pod that is over counts as ended, but not what was not yet to run", () => {
    const states = (spec: Partial<Pod["spec"]>, containers: readonly RuntimeContainer[] = []) => {
      const status = statusOf(spec, containers, { terminal: true });
      const brief = ({ state }: ContainerStatus) => state?.terminated?.reason ?? state?.waiting?.reason;
      return [
        status.phase,
        ...[...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])].map(brief),
      ];
    };
    const lost = "ContainerStatusUnknown";
    expect(states({})).toEqual(["Failed", lost]);
    expect(states({}, [container("a", { state: "created" })])).toEqual(["Failed", lost]);
    const two = { initContainers: [{ name: "i" }, { name: "j" }] };
    expect(states(two)).toEqual(["Failed", lost, "PodInitializing", "PodInitializing"]);
    expect(states(two, [exited("i", 0)])).toEqual(["Failed", "Completed", "PodInitializing", "PodInitializing"]);
    expect(states(two, [exited("j", 0)])).toEqual(["Failed", lost, "Completed", lost]);
  });

  test("readiness by probes; after a restart of the kubelet what the API had", () => {
    const probed = { containers: [{ name: "a", readinessProbe: {}, startupProbe: {} }] };
    const flags = (over: Partial<StatusInput>) => {
      const status = first(statusOf(probed, [container("a")], over));
      return [status?.started, status?.ready];
    };
    const probes = (result: object): Partial<StatusInput> => ({ probes: new Map([["id-a-0", result]]) });
    expect(flags({})).toEqual([false, false]);
    expect(flags(probes({ startup: true }))).toEqual([true, false]);
    expect(flags(probes({ startup: true, readiness: true }))).toEqual([true, true]);
    const before = {
      name: "a",
      ready: true,
      started: true,
      restartCount: 0,
      image: "",
      imageID: "",
      containerID: "containerd://id-a-0",
    };
    expect(flags({ old: { containerStatuses: [before] } })).toEqual([true, true]);
    expect(flags({ old: { containerStatuses: [{ ...before, containerID: "containerd://other" }] } })).toEqual([
      false,
      false,
    ]);
  });
});

describe("conditions", () => {
  test("while it starts", () => {
    const status = statusOf(init, [], { observed: { sandboxes: [], containers: [] } });
    expect(of(status, "PodReadyToStartContainers")).toEqual(["False"]);
    expect(of(status, "Initialized")).toEqual([
      "False",
      "ContainersNotInitialized",
      "containers with incomplete status: [i]",
    ]);
    expect(of(status, "Ready")).toEqual(["False", "ContainersNotReady", "containers with unready status: [a]"]);
    expect(of(status, "PodScheduled")).toEqual(["True"]);
    expect(status.conditions?.every((c) => c.observedGeneration === 3)).toBe(true);
  });

  test("readiness gates", () => {
    const gates = { readinessGates: [{ conditionType: "x/y" }, { conditionType: "x/z" }] };
    const pod = (value: string): Partial<StatusInput> => ({
      pod: {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "p" },
        spec: { containers: [{ name: "a" }], ...gates },
        status: {
          conditions: [
            { type: "x/y", status: value },
            { type: "x/z", status: "True" },
          ],
        },
      },
    });
    expect(of(statusOf({}, [container("a")], pod("False")), "Ready")).toEqual([
      "False",
      "ReadinessGatesNotReady",
      'the status of pod readiness gate "x/y" is not "True", but False',
    ]);
    expect(of(statusOf({}, [container("a")], pod("True")), "Ready")).toEqual(["True"]);
  });

  test("the time of a condition moves only with its status", () => {
    const before = statusOf({}, [container("a")]);
    const later = statusOf({}, [container("a")], { old: before, nowMs: NOW + 60_000 });
    expect(later).toEqual(before);
    const ended = statusOf({ restartPolicy: "Never" }, [exited("a", 0)], { old: before, nowMs: NOW + 60_000 });
    expect(ended.conditions?.find((c) => c.type === "Ready")).toMatchObject({
      status: "False",
      reason: "PodCompleted",
      lastTransitionTime: "2026-01-01T00:11:00Z",
    });
  });
});

test("a pod keeps its addresses when its sandbox is gone", () => {
  const old = statusOf({}, [container("a")]);
  expect(
    statusOf({}, [], { old, observed: { sandboxes: [{ ...SANDBOX, ready: false, ips: [] }], containers: [] } }).podIP,
  ).toBe("10.0.0.2");
  expect(statusOf({ hostNetwork: true }, []).podIPs).toEqual([{ ip: "1.1.1.1" }]);
});

describe("patch", () => {
  const running = statusOf({}, [container("a")]);
  const ended = statusOf({ restartPolicy: "Never" }, [exited("a", 0)], { old: running });

  test("nothing where nothing changed, even if the server leaves out what is empty", () => {
    expect(statusPatch(running, running)).toBeUndefined();
    const stripped: PodStatus = JSON.parse(JSON.stringify(running), (_, v) =>
      v === false || v === 0 || (typeof v === "object" && v !== null && Object.keys(v).length === 0) ? undefined : v,
    );
    expect(statusPatch(stripped, running)).toBeUndefined();
  });

  test("only what changed; conditions one by one", () => {
    const patch = statusPatch(running, ended);
    expect(Object.keys(patch ?? {})).toEqual(["phase", "conditions", "containerStatuses"]);
    expect(((patch ?? {})["conditions"] as any[]).map((c) => c.type)).toEqual([
      "Initialized",
      "Ready",
      "ContainersReady",
    ]);
  });

  test("what is gone is said to be gone", () => {
    const { podIP: _, podIPs: __, ...rest } = running;
    expect(statusPatch(running, { ...rest, podIPs: [{ ip: "10.0.0.9" }] })).toEqual({
      podIP: null,
      podIPs: [{ ip: "10.0.0.9" }, { $patch: "replace" }],
    });
  });

  test("urgent is what somebody may be waiting for", () => {
    const creating = statusOf({}, []);
    expect([
      isUrgent({}, creating),
      isUrgent(creating, running),
      isUrgent(running, ended),
      isUrgent(running, running),
    ]).toEqual([false, true, true, false]);
    const stuck = statusOf({}, [], { waiting: new Map([["a", { reason: "ErrImagePull", message: "" }]]) });
    expect(isUrgent(creating, stuck)).toBe(true);
  });

  test("sameness does not mind order and empties", () => {
    expect(sameJson({ a: 1, b: {} }, { b: undefined, a: 1 })).toBe(true);
    expect(sameJson([1], [1, 2])).toBe(false);
    expect(sameJson({ a: [] }, {})).toBe(true);
    expect(sameJson({ a: "0" }, { a: 0 })).toBe(false);
  });
});
