// Plans of disruption budgets from the pods that they select. Letters stand for pods: r ready, u not ready, t ready and being deleted, e
// ready with an eviction that was granted a minute ago, o one three minutes ago, l ready without an owner.
import type { Deployment, ReplicaSet, StatefulSet } from "@skates/api/apps/v1";
import type { Pod, ReplicationController } from "@skates/api/core/v1";
import type { PodDisruptionBudget } from "@skates/api/policy/v1";
import { formatTime } from "@skates/apimachinery";
import { createLister } from "@skates/controller-runtime";
import { expect, test } from "vitest";
import type { Scale } from "./other-scales.ts";
import { planDisruption } from "./plan.ts";

const nowMs = Date.UTC(2026, 0, 1);
const key = { namespace: "n", name: "b" };
type Spec = NonNullable<PodDisruptionBudget["spec"]>;
const selector = { matchLabels: { app: "a" } };

const set = (replicas: number): StatefulSet => ({
  apiVersion: "apps/v1",
  kind: "StatefulSet",
  metadata: { namespace: "n", name: "s", uid: "s" },
  spec: { replicas, serviceName: "s", selector, template: { spec: { containers: [] } } },
});

function podOf(letter: string, i: number, owner: string): Pod {
  const reference = {
    apiVersion: owner === "Job" ? "batch/v1" : owner === "Boat" ? "example.com/v1" : "apps/v1",
    kind: owner,
    name: "s",
    uid: "s",
    controller: true,
  };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      namespace: "n",
      name: `${letter}${i}`,
      labels: { app: "a" },
      deletionTimestamp: letter === "t" ? formatTime(nowMs) : undefined,
      ownerReferences: letter === "l" ? undefined : [reference],
    },
    spec: { containers: [] },
    status: { phase: "Running", conditions: [{ type: "Ready", status: letter === "u" ? "False" : "True" }] },
  };
}

interface Owned {
  readonly replicas?: number;
  readonly owner?: string;
  /** What is known of the size of an owner of a custom kind. */
  readonly others?: Scale | "waiting" | undefined;
}

function planOf(letters: string, spec: Spec, { replicas = 3, owner = "StatefulSet", others }: Owned = {}) {
  const pods = Array.from(letters.replaceAll("-", ""), (letter, i) => podOf(letter, i, owner));
  const evicted = pods.flatMap(({ metadata: { name } }) => {
    const minutes = name.startsWith("e") ? 1 : name.startsWith("o") ? 3 : undefined;
    return minutes === undefined ? [] : [[name, formatTime(nowMs - minutes * 60_000)]];
  });
  const budget: PodDisruptionBudget = {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { ...key, generation: 4 },
    spec: { selector, ...spec },
    status: {
      disruptionsAllowed: 0,
      currentHealthy: 0,
      desiredHealthy: 0,
      expectedPods: 0,
      disruptedPods: Object.fromEntries(evicted),
    },
  };
  const plan = planDisruption(
    {
      budgets: createLister([budget]),
      pods: createLister(pods),
      deployments: createLister<Deployment>([]),
      replicaSets: createLister<ReplicaSet>([]),
      statefulSets: createLister(replicas === 0 ? [] : [set(replicas)]),
      replicationControllers: createLister<ReplicationController>([]),
      others: { scaleOf: () => others },
    },
    key,
    nowMs,
  );
  const told: string[] = [];
  let text = "";
  for (const action of plan.stages.flat()) {
    if (action.do === "event") told.push(`${action.type} ${action.reason}`);
    if (action.do !== "updateStatus") continue;
    const { status } = action.object as PodDisruptionBudget;
    const { disruptionsAllowed = 0, currentHealthy = 0, desiredHealthy = 0, expectedPods = 0 } = status ?? {};
    const counts = `${disruptionsAllowed}: ${currentHealthy} of ${desiredHealthy}/${expectedPods}`;
    text =
      `${counts} ${status?.conditions?.[0]?.reason} ${Object.keys(status?.disruptedPods ?? {}).join(",")}`.trimEnd();
  }
  return { text, told, againMs: plan.requeueAfterMs };
}

test.each<[string, string, Spec, string, string[]]>([
  ["a number that must stay", "rrr", { minAvailable: 2 }, "1: 3 of 2/3 SufficientPods", []],
  ["more than there are", "rr", { minAvailable: 3 }, "0: 2 of 3/2 InsufficientPods", []],
  ["a share that must stay, rounded up", "rrr", { minAvailable: "50%" }, "1: 3 of 2/3 SufficientPods", []],
  ["a number that may be missing", "rrr", { maxUnavailable: 1 }, "1: 3 of 2/3 SufficientPods", []],
  ["none", "rrr", { maxUnavailable: 0 }, "0: 3 of 3/3 InsufficientPods", []],
  ["more than there are wanted", "rrr", { maxUnavailable: 5 }, "3: 3 of 0/3 SufficientPods", []],
  ["a share that may be missing, rounded up", "rrr", { maxUnavailable: "10%" }, "1: 3 of 2/3 SufficientPods", []],
  ["pods that do not work do not count", "rru", { maxUnavailable: 1 }, "0: 2 of 2/3 InsufficientPods", []],
  ["nor those that go", "rrt", { maxUnavailable: 1 }, "0: 2 of 2/3 InsufficientPods", []],
  ["nor those whose eviction was granted", "rre", { maxUnavailable: 1 }, "0: 2 of 2/3 InsufficientPods e2", []],
  ["unless nothing came of it", "rro", { maxUnavailable: 1 }, "1: 3 of 2/3 SufficientPods", ["Warning NotDeleted"]],
  ["no pods", "-", { minAvailable: 0 }, "0: 0 of 0/0 InsufficientPods", ["Normal NoPods"]],
  ["neither number", "rr", {}, "0: 2 of 0/0 InsufficientPods", []],
  [
    "pods without an owner in a share",
    "rrl",
    { maxUnavailable: 1 },
    "1: 3 of 2/3 SufficientPods",
    ["Warning UnmanagedPods"],
  ],
])("%s", (_what, letters, spec, expected, events) => {
  const { text, told } = planOf(letters, spec);
  expect([text, told]).toEqual([expected, events]);
});

test("an eviction that was granted is looked at again when it has been given up", () => {
  expect(planOf("re", { minAvailable: 1 }).againMs).toBe(60_001);
});

test("owners that cannot be asked for a size are told of, and nothing may go meanwhile", () => {
  expect(planOf("rr", { maxUnavailable: 1 }, { owner: "Job" })).toEqual({
    text: "0: 0 of 0/0 SyncFailed",
    told: ["Warning CalculateExpectedPodCountFailed"],
    againMs: 30_000,
  });
  expect(planOf("rr", { maxUnavailable: 1 }, { replicas: 0 }).text).toBe("0: 0 of 0/0 SyncFailed");
  // A number needs nobody.
  expect(planOf("rr", { minAvailable: 1 }, { owner: "Job" }).text).toBe("1: 2 of 1/2 SufficientPods");
});

test.each<[string, Scale | "waiting" | undefined, ReturnType<typeof planOf>]>([
  ["is asked for", "waiting", { text: "", told: [], againMs: 250 }],
  ["is known", { uid: "s", replicas: 5 }, { text: "1: 3 of 2/5 SufficientPods", told: [], againMs: undefined }],
  [
    "cannot be read",
    { problem: "boats.example.com does not implement the scale subresource" },
    { text: "0: 0 of 0/0 SyncFailed", told: ["Warning CalculateExpectedPodCountFailed"], againMs: 30_000 },
  ],
  [
    "is that of nobody",
    undefined,
    { text: "0: 0 of 0/0 SyncFailed", told: ["Warning CalculateExpectedPodCountFailed"], againMs: 30_000 },
  ],
])("the size of an owner of a custom kind %s", (_what, others, expected) => {
  expect(planOf("rrr", { maxUnavailable: "50%" }, { owner: "Boat", others })).toEqual(expected);
});
