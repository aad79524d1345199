// Plugins of others at every extension point, enabled by a configuration, against the real API server; and several profiles in one scheduler.
import { type Pod, podCondition, pods } from "@skates/api/core/v1";
import type { Client } from "@skates/client";
import { afterEach, beforeEach, expect, it } from "vitest";
import { readSchedulerConfiguration } from "./config/read-configuration.ts";
import type { SchedulerPlugin } from "./framework/plugin.ts";
import { unschedulable } from "./framework/verdict.ts";
import type { PluginHandle } from "./plugins/registry.ts";
import { createScheduler } from "./scheduler.ts";
import { testNode, testPod } from "./testing/objects.ts";
import { schedulerClient, startTestCluster, type TestCluster } from "./testing/test-cluster.ts";

let cluster: TestCluster;
let client: Client;
beforeEach(async () => {
  cluster = await startTestCluster();
  client = await schedulerClient(cluster);
  for (const name of ["n1", "n2"]) await cluster.join(testNode(name));
});
afterEach(() => cluster.stop());

const start = (fields: string, make: (handle: PluginHandle) => SchedulerPlugin): Promise<void> => {
  const configuration = readSchedulerConfiguration(
    `apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n${fields}`,
  );
  const plugins = (handle: PluginHandle) => ({ Mine: () => make(handle) });
  return cluster.start(createScheduler({ client, env: cluster.env, configuration, plugins }));
};
const MINE = "profiles: [{plugins: {multiPoint: {enabled: [{name: Mine, weight: 100}]}}}]";
const bound = (name: string): Promise<string> =>
  cluster.until(`pod ${name} has a node`, async () => {
    const pod = await cluster.admin.resource<Pod>(pods).get({ namespace: "default", name }, {}, cluster.signal);
    return pod.spec.nodeName === undefined || pod.spec.nodeName === "" ? undefined : pod.spec.nodeName;
  });
const waits = (name: string): Promise<string> =>
  cluster.until(`pod ${name} waits`, async () => {
    const pod = await cluster.admin.resource<Pod>(pods).get({ namespace: "default", name }, {}, cluster.signal);
    return podCondition(pod, "PodScheduled")?.message;
  });

it("are asked at every point on a pod's way", async () => {
  const calls: string[] = [];
  const note = (what: string): undefined => void calls.push(what);
  await start(MINE, () => ({
    name: "Mine",
    wakes: [],
    preEnqueue: () => note("preEnqueue"),
    prepare() {
      note("prepare");
      return { filter: ({ name }) => (name === "n1" ? unschedulable("not n1") : undefined), score: () => 0 };
    },
    reserve: ({ node }) => note(`reserve ${node.name}`),
    permit: () => note("permit"),
    preBind: () => Promise.resolve(note("preBind")),
    bind: () => Promise.resolve(note("bind")),
    postBind: () => note("postBind"),
  }));
  await cluster.create(pods, testPod("p"));
  expect(await bound("p")).toBe("n2");
  await cluster.until("all is called", () => Promise.resolve(calls.includes("postBind") ? true : undefined));
  // DefaultBinder comes before it and binds.
  expect([...new Set(calls)]).toEqual(["preEnqueue", "prepare", "reserve n2", "permit", "preBind", "postBind"]);
});

it("hold a pod back until they let it go, or until their time is over", async () => {
  const released: string[] = [];
  let waiting: PluginHandle["waiting"] | undefined;
  await start(MINE, (handle) => {
    waiting = handle.waiting;
    return {
      name: "Mine",
      wakes: [],
      permit: ({ pod }) => ({ kind: "wait", timeoutMs: pod.pod.metadata.name === "late" ? 50 : 60_000 }),
      unreserve: ({ pod }) => void released.push(pod.pod.metadata.name),
      reserve: () => undefined,
    };
  });
  await cluster.create(pods, testPod("held"));
  await cluster.create(pods, testPod("late"));
  expect(await waits("late")).toBe(
    "0/1 nodes are available: 1 rejected due to timeout after waiting 0.05s at plugin Mine.",
  );
  const held = await cluster.until("it waits", () =>
    Promise.resolve([...(waiting?.all() ?? [])].find(({ pod }) => pod.pod.metadata.name === "held")),
  );
  expect([...held.held]).toEqual(["Mine"]);
  held.allow("Mine");
  expect(["n1", "n2"]).toContain(await bound("held"));
  expect(released).toContain("late");
});

it("give up their nodes to more important pods while they are held back, and are not deleted", async () => {
  await start(MINE, () => ({
    name: "Mine",
    wakes: [],
    permit: ({ pod }) => (pod.priority > 0 ? undefined : { kind: "wait", timeoutMs: 60_000 }),
  }));
  const large = { requests: { cpu: "3" } };
  for (const name of ["a", "b"]) await cluster.create(pods, testPod(name, large));
  await cluster.create(
    pods,
    testPod("important", { ...large, spec: { priorityClassName: "system-cluster-critical" } }),
  );
  await bound("important");
  const { items } = await cluster.admin.resource<Pod>(pods).list({ namespace: "default" }, cluster.signal);
  const said = items.map(({ metadata }) => [metadata.name, metadata.deletionTimestamp]);
  expect(said).toEqual([
    ["a", undefined],
    ["b", undefined],
    ["important", undefined],
  ]);
});

it.each<[string, Partial<SchedulerPlugin>, string]>([
  ["reserving", { reserve: () => unschedulable("sold out") }, "0/1 nodes are available: 1 sold out."],
  [
    "the permission",
    { permit: () => ({ kind: "reject", rejection: unschedulable("not today") }) },
    "0/1 nodes are available: 1 not today.",
  ],
  [
    "work before the binding",
    { preBind: () => Promise.resolve(unschedulable("not ready")) },
    "0/1 nodes are available: 1 not ready.",
  ],
  ["an error before the binding", { preBind: () => Promise.reject(new Error("out of order")) }, "out of order"],
  ["the binding", { bind: () => Promise.resolve({ kind: "failed", error: new Error("no") }) }, "binding rejected: no"],
  [
    "scheduling at all",
    { prepare: () => unschedulable("never") },
    "0/2 nodes are available: never. no new claims to deallocate, preemption: ",
  ],
])("can refuse at %s, and the pod says why", async (_, points, message) => {
  const first =
    "profiles: [{plugins: {bind: {disabled: [{name: '*'}], enabled: [{name: Mine}, {name: DefaultBinder}]}, multiPoint: {enabled: [{name: Mine}]}}}]";
  await start("bind" in points ? first : MINE, () => ({ name: "Mine", wakes: [], ...points }));
  await cluster.create(pods, testPod("p"));
  expect((await waits("p")).startsWith(message)).toBe(true);
});

it("differ between profiles", async () => {
  const fields = `
profiles:
- schedulerName: default-scheduler
- schedulerName: only-n2
  plugins: {filter: {enabled: [{name: Mine}]}}
`;
  await start(fields, () => ({
    name: "Mine",
    judges: ["filter"],
    wakes: [],
    sign: () => null,
    prepare: () => ({ filter: ({ name }) => (name === "n2" ? undefined : unschedulable("not n2")) }),
  }));
  const special = { spec: { schedulerName: "only-n2" } };
  for (const name of ["a", "b", "c"]) await cluster.create(pods, testPod(name, special));
  expect(await Promise.all(["a", "b", "c"].map(bound))).toEqual(["n2", "n2", "n2"]);
  await cluster.create(pods, testPod("plain"));
  expect(await bound("plain")).toBe("n1");
});
