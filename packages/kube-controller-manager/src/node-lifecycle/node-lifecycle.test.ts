// Nodes that fall silent, their taints, and what becomes of their pods, on the real API server with virtual time.
import { leases } from "@skates/api/coordination/v1";
import {
  events,
  type Node,
  nodes,
  type Pod,
  pods,
  type Taint,
  type Toleration,
  toleratesTaint,
} from "@skates/api/core/v1";
import { formatMicroTime, formatTime } from "@skates/apimachinery";
import { createLister } from "@skates/controller-runtime";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { addNode, readyPod, startWorld, type World } from "../testing/world.ts";
import { type Driving, taintsFor } from "./taints.ts";
import { concernedNodes, createEvictionPace, EVICTION_RATES, evictionRate, ZONE_INDEXES } from "./zones.ts";

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.stop());

const node = (name: string) => world.get(nodes, { name });
const ready = async (name: string) => (await node(name)).status?.conditions?.find(({ type }) => type === "Ready");
const taints = async (name: string) =>
  ((await node(name)).spec?.taints ?? []).map((taint) => `${taint.key}:${taint.effect}`);

/** Keeps nodes alive for a while by their leases. */
async function beat(names: readonly string[], seconds: number): Promise<void> {
  const typed = world.client.resource(leases);
  for (let i = 0; i < seconds; i += 10) {
    for (const name of names) {
      const key = { namespace: "kube-node-lease", name };
      const renewTime = formatMicroTime(world.clock.nowMs());
      const body = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata: key, spec: { renewTime } };
      await typed.apply(body, { fieldManager: "kubelet", force: true }, world.signal);
    }
    await world.pass(10);
  }
}
async function runPod(name: string, on: string, tolerations: readonly Toleration[] = []): Promise<void> {
  const pod: Pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "default" },
    spec: { nodeName: on, tolerations, containers: [{ name: "c", image: "i" }] },
  };
  const made = await world.create(pods, pod);
  await world.client.resource(pods).updateStatus(readyPod(made, "10.0.0.1", world.clock.nowMs()), {}, world.signal);
}
const podNames = async () =>
  (await world.list(pods))
    .filter((pod) => pod.metadata.deletionTimestamp === undefined)
    .map((pod) => pod.metadata.name);

test("a node that renews its lease stays ready, one that does not is lost after 50 s and comes back with a sign of life", async () => {
  await addNode(world, "alive");
  await addNode(world, "silent");
  await beat(["alive"], 40);
  expect((await ready("silent"))?.status).toBe("True");
  await beat(["alive"], 20);
  expect(await ready("silent")).toMatchObject({
    status: "Unknown",
    reason: "NodeStatusUnknown",
    message: "Kubelet stopped posting node status.",
  });
  const pressure = (await node("silent")).status?.conditions?.find(({ type }) => type === "DiskPressure");
  expect(pressure).toMatchObject({ status: "Unknown", reason: "NodeStatusNeverUpdated" });
  expect((await taints("silent")).sort()).toEqual([
    "node.kubernetes.io/unreachable:NoExecute",
    "node.kubernetes.io/unreachable:NoSchedule",
  ]);
  expect((await ready("alive"))?.status).toBe("True");
  expect(await taints("alive")).toEqual([]);

  const back = await node("silent");
  const now = formatTime(world.clock.nowMs());
  const conditions = [
    { type: "Ready", status: "True", reason: "KubeletReady", lastHeartbeatTime: now, lastTransitionTime: now },
  ];
  await world.client
    .resource(nodes)
    .updateStatus({ ...back, status: { ...back.status, conditions } }, {}, world.signal);
  await beat(["alive", "silent"], 60);
  expect((await ready("silent"))?.status).toBe("True");
  expect(await taints("silent")).toEqual([]);
});

test.each([
  ["forward", 3_600_000],
  ["back", -3_600_000],
])("a clock that is set %s loses no node, and keeps none that is silent", async (_way, ms) => {
  await addNode(world, "alive");
  await addNode(world, "silent");
  await beat(["alive"], 20);
  world.jump(ms);
  for (const name of ["alive", "silent"]) {
    await world.edit(nodes, { name }, (one) => ({ ...one, metadata: { ...one.metadata, labels: { a: "b" } } }));
  }
  await world.pass(2);
  expect([(await ready("alive"))?.status, (await ready("silent"))?.status]).toEqual(["True", "True"]);
  await beat(["alive"], 40);
  expect([(await ready("alive"))?.status, (await ready("silent"))?.status]).toEqual(["True", "Unknown"]);
});

test("the pods of a lost node cease to be ready, and go when they do not tolerate it any longer", async () => {
  await addNode(world, "alive");
  await addNode(world, "silent");
  const seconds = (tolerationSeconds: number): Toleration => ({
    key: "node.kubernetes.io/unreachable",
    operator: "Exists",
    effect: "NoExecute",
    tolerationSeconds,
  });
  await runPod("patient", "silent", [seconds(60)]);
  await runPod("impatient", "silent", [seconds(1)]);
  await runPod("eternal", "silent", [{ operator: "Exists" }]);
  await runPod("elsewhere", "alive");
  await beat(["alive"], 70);
  expect(await podNames()).toEqual(["elsewhere", "eternal", "patient"]);
  const patient = await world.get(pods, { namespace: "default", name: "patient" });
  expect(patient.status?.conditions).toMatchObject([{ type: "Ready", status: "False" }]);
  const impatient = await world.get(pods, { namespace: "default", name: "impatient" });
  expect(impatient.status?.conditions).toContainEqual(
    expect.objectContaining({ type: "DisruptionTarget", status: "True", reason: "DeletionByTaintManager" }),
  );
  await beat(["alive"], 60);
  expect(await podNames()).toEqual(["elsewhere", "eternal"]);
});

test("a pod that was to go later and may stay is said to", async () => {
  await addNode(world, "alive");
  await addNode(world, "silent");
  await runPod("patient", "silent", [{ operator: "Exists", effect: "NoExecute", tolerationSeconds: 300 }]);
  await beat(["alive"], 70);
  const told = async () =>
    (await world.list(events, "default"))
      .filter(({ reason }) => reason === "TaintManagerEviction")
      .map(({ type, message }) => `${type}: ${message}`);
  expect(await told()).toEqual([]);
  expect(await taints("silent")).toContain("node.kubernetes.io/unreachable:NoExecute");
  const lastHeartbeatTime = formatTime(world.clock.nowMs());
  const conditions = [{ type: "Ready", status: "True", reason: "KubeletReady", lastHeartbeatTime }];
  const patch = { type: "merge", body: { status: { conditions } } } as const;
  await world.client.resource(nodes).sub("status").patch({ name: "silent" }, patch, {}, world.signal);
  await beat(["alive", "silent"], 20);
  expect(await taints("silent")).toEqual([]);
  expect(await told()).toEqual(["Normal: Cancelling deletion of Pod default/patient"]);
  await beat(["alive", "silent"], 320);
  expect(await podNames()).toEqual(["patient"]);
});

test("while no node is ready, pods are driven from none", async () => {
  await addNode(world, "one");
  await addNode(world, "two");
  await runPod("a", "one");
  await world.pass(120);
  expect((await ready("one"))?.status).toBe("Unknown");
  expect(await taints("one")).toEqual(["node.kubernetes.io/unreachable:NoSchedule"]);
  expect(await podNames()).toEqual(["a"]);
});

test("nodes that fall silent together lose their pods one after another", async () => {
  const silent = ["s0", "s1", "s2"];
  const alive = ["a0", "a1", "a2"];
  for (const name of [...alive, ...silent]) await addNode(world, name);
  await beat(alive, 40);
  const driven = async (): Promise<number> => {
    const all = await Promise.all(silent.map(taints));
    return all.filter((own) => own.includes("node.kubernetes.io/unreachable:NoExecute")).length;
  };
  const counts: number[] = [];
  for (let i = 0; i < 4; i++) {
    await beat(alive, 10);
    counts.push(await driven());
  }
  expect(counts).toEqual([1, 2, 3, 3]);
});

test("a node is greeted, and taken leave of; its old labels follow the new ones", async () => {
  await addNode(world, "one");
  const labels = { "kubernetes.io/os": "linux", "kubernetes.io/arch": "arm64", "beta.kubernetes.io/arch": "amd64" };
  await world.edit(nodes, { name: "one" }, (made) => ({ ...made, metadata: { ...made.metadata, labels } }));
  await world.pass(2);
  expect((await node("one")).metadata.labels).toEqual({
    ...labels,
    "beta.kubernetes.io/arch": "arm64",
    "beta.kubernetes.io/os": "linux",
  });
  await world.client.resource(nodes).delete({ name: "one" }, {}, world.signal);
  await world.pass(2);
  const told = (await world.list(events)).filter(({ involvedObject }) => involvedObject.kind === "Node");
  expect(told.map(({ reason, message, source }) => `${source?.component} ${reason}: ${message}`)).toEqual([
    "node-controller RegisteredNode: Node one event: Registered Node one in Controller",
    "node-controller RemovingNode: Node one event: Removing Node one from Controller",
  ]);
});

test("pods of a node that says itself that it is not ready stay ready, until it falls silent", async () => {
  await addNode(world, "one");
  await runPod("a", "one");
  const conditions = [{ type: "Ready", status: "False", reason: "KubeletNotReady" }];
  const patch = { type: "merge", body: { status: { conditions } } } as const;
  await world.client.resource(nodes).sub("status").patch({ name: "one" }, patch, {}, world.signal);
  const podReady = async () =>
    (await world.get(pods, { namespace: "default", name: "a" })).status?.conditions?.find(
      ({ type }) => type === "Ready",
    )?.status;
  await beat(["one"], 60);
  expect(await podReady()).toBe("True");
  await world.pass(60);
  expect(await podReady()).toBe("False");
});

test("a settled node costs no requests", async () => {
  await addNode(world, "one");
  await beat(["one"], 30);
  world.requests.length = 0;
  await beat(["one"], 300);
  expect(world.requests).toEqual([]);
});

test("pods of a node that is gone are cleared away after a while", async () => {
  await addNode(world, "one");
  await runPod("a", "one");
  await world.client.resource(nodes).delete({ name: "one" }, {}, world.signal);
  await world.pass(30);
  expect(await podNames()).toEqual(["a"]);
  await world.pass(40);
  expect(await world.list(pods)).toEqual([]);
});

const nowMs = Date.parse("2026-01-01T00:00:00Z");
const timeAdded = formatTime(nowMs);
const withConditions = (conditions: Readonly<Record<string, string>>, spec: NonNullable<Node["spec"]> = {}): Node => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: { name: "n" },
  spec,
  status: { conditions: Object.entries(conditions).map(([type, status]) => ({ type, status })) },
});
const foreign: Taint = { key: "mine", effect: "NoExecute" };

test.each<readonly [string, Node, Driving, readonly Taint[]]>([
  ["ready", withConditions({ Ready: "True", DiskPressure: "False" }), "now", []],
  [
    "not ready",
    withConditions({ Ready: "False" }),
    "now",
    [
      { key: "node.kubernetes.io/not-ready", effect: "NoSchedule", timeAdded },
      { key: "node.kubernetes.io/not-ready", effect: "NoExecute", timeAdded },
    ],
  ],
  [
    "under pressure, cordoned and with a taint of somebody else",
    withConditions(
      { Ready: "True", MemoryPressure: "True", PIDPressure: "Unknown" },
      { unschedulable: true, taints: [foreign] },
    ),
    "now",
    [
      foreign,
      { key: "node.kubernetes.io/memory-pressure", effect: "NoSchedule", timeAdded },
      { key: "node.kubernetes.io/unschedulable", effect: "NoSchedule", timeAdded },
    ],
  ],
  [
    "newly admitted",
    withConditions({}, { taints: [{ key: "node.kubernetes.io/not-ready", effect: "NoSchedule" }] }),
    "now",
    [{ key: "node.kubernetes.io/not-ready", effect: "NoSchedule" }],
  ],
  [
    "ready again",
    withConditions(
      { Ready: "True" },
      { taints: [{ key: "node.kubernetes.io/unreachable", effect: "NoExecute", timeAdded }] },
    ),
    "now",
    [],
  ],
  [
    "not ready, but not yet its turn",
    withConditions({ Ready: "False" }),
    "wait",
    [{ key: "node.kubernetes.io/not-ready", effect: "NoSchedule", timeAdded }],
  ],
  [
    "silent now, whose pods were being driven away before",
    withConditions({ Ready: "Unknown" }, { taints: [{ key: "node.kubernetes.io/not-ready", effect: "NoExecute" }] }),
    "wait",
    [
      { key: "node.kubernetes.io/unreachable", effect: "NoSchedule", timeAdded },
      { key: "node.kubernetes.io/unreachable", effect: "NoExecute", timeAdded },
    ],
  ],
  [
    "one of none that are ready",
    withConditions({ Ready: "Unknown" }, { taints: [{ key: "node.kubernetes.io/unreachable", effect: "NoExecute" }] }),
    "never",
    [{ key: "node.kubernetes.io/unreachable", effect: "NoSchedule", timeAdded }],
  ],
])("taints of a node that is %s", (_what, subject, driving, expected) => {
  expect(taintsFor(subject, driving, nowMs)).toEqual(expected);
});

describe("zones", () => {
  const at = (zone: string, count: number, ready: number): readonly Node[] =>
    Array.from({ length: count }, (_, i) => {
      const made = withConditions({ Ready: i < ready ? "True" : "Unknown" });
      const labels = { "topology.kubernetes.io/zone": zone };
      return { ...made, metadata: { name: `${zone}${i}`, uid: `${zone}${i}`, labels } };
    });
  const excluded = (node: Node): Node => ({
    ...node,
    metadata: {
      ...node.metadata,
      name: `x${node.metadata.name}`,
      labels: { ...node.metadata.labels, "node.kubernetes.io/exclude-disruption": "" },
    },
  });
  test.each<readonly [string, readonly Node[], number | undefined]>([
    ["one of many is silent", at("a", 10, 9), 0.1],
    ["half is silent", at("a", 10, 5), 0.1],
    ["more than half is silent", at("a", 10, 4), 0],
    ["two of three: too few to tell", at("a", 3, 1), 0.1],
    ["more than half of a large zone", at("a", 60, 20), 0.01],
    ["a whole zone, others are well", [...at("a", 10, 0), ...at("b", 1, 1)], 0.1],
    ["those that are excluded are not counted", [...at("a", 10, 4).map(excluded), ...at("a", 3, 1)], 0.1],
    ["nothing is well anywhere", [...at("a", 10, 0), ...at("b", 3, 0)], undefined],
  ])("%s", (_what, all, expected) => {
    const last = all.findLast((one) => one.metadata.name.startsWith("a"));
    if (last === undefined) throw new Error("no node");
    expect(evictionRate(createLister(all, ZONE_INDEXES), last, EVICTION_RATES)).toBe(expected);
  });

  test("a node that changes concerns others only where the pace of a zone changes", () => {
    const concerned = (all: readonly Node[], node: Node, old: Node | undefined): number =>
      concernedNodes(createLister(all, ZONE_INDEXES), { node, old }, EVICTION_RATES).length;
    const turned = (all: readonly Node[], i: number): number => {
      const node = all[i];
      if (node === undefined) throw new Error("no node");
      return concerned(all, node, { ...node, status: {} });
    };
    const [extra] = at("a", 1, 0);
    if (extra === undefined) throw new Error("no node");
    const added = { ...extra, metadata: { ...extra.metadata, name: "new" } };
    expect([
      turned(at("a", 10, 10), 0), // nobody is silent
      turned(at("a", 10, 9), 9),
      turned(at("a", 10, 4), 4), // the sixth of ten falls silent: all six stay where they are
      turned(at("a", 10, 3), 3),
      turned([...at("a", 3, 0), ...at("b", 2, 0)], 0), // the last one of all
      concerned([...at("a", 3, 1), added], added, undefined),
      concerned(at("a", 10, 4), added, undefined),
    ]).toEqual([0, 0, 6, 0, 5, 3, 0]);
  });

  test("nodes take turns within their zone; one that had its turn keeps it until it is well", () => {
    const pace = createEvictionPace();
    const [a, b] = at("a", 2, 0);
    const [other] = at("b", 1, 0);
    if (a === undefined || b === undefined || other === undefined) throw new Error("no nodes");
    const waits = [
      pace.waitMs(a, 0.1, nowMs),
      pace.waitMs(b, 0.1, nowMs),
      pace.waitMs(other, 0.1, nowMs),
      pace.waitMs(a, 0, nowMs),
      pace.waitMs(b, 0.01, nowMs + 9000),
      pace.waitMs(b, 0, nowMs + 20_000),
      pace.waitMs(b, 0.1, nowMs - 3_600_000),
      pace.waitMs(b, 0.1, nowMs + 10_000),
    ];
    expect(waits).toEqual([0, 10_000, 0, 0, 91_000, Number.POSITIVE_INFINITY, 10_000, 0]);
    pace.settle(a.metadata.uid ?? "");
    expect(pace.waitMs(a, 0.1, nowMs + 10_000)).toBe(10_000);
  });
});

test.each<readonly [Toleration, Taint, boolean]>([
  [{ operator: "Exists" }, { key: "a", effect: "NoExecute" }, true],
  [{ key: "a", operator: "Exists" }, { key: "a", value: "x", effect: "NoExecute" }, true],
  [{ key: "a", operator: "Exists", effect: "NoSchedule" }, { key: "a", effect: "NoExecute" }, false],
  [{ key: "a", value: "x" }, { key: "a", value: "x", effect: "NoExecute" }, true],
  [{ key: "a", value: "y" }, { key: "a", value: "x", effect: "NoExecute" }, false],
  [{ key: "a" }, { key: "a", effect: "NoExecute" }, true],
  [{ key: "b", operator: "Exists" }, { key: "a", effect: "NoExecute" }, false],
])("toleration %j of %j: %s", (toleration, taint, expected) => {
  expect(toleratesTaint(toleration, taint)).toBe(expected);
});
