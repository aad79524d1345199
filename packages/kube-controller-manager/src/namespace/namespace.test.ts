// The end of a namespace, and what every namespace is given, on the real API server with virtual time.
import { deployments } from "@skates/api/apps/v1";
import { configMaps, namespaces, type Pod, pods, serviceAccounts } from "@skates/api/core/v1";
import { apiServices } from "@skates/api/apiregistration/v1";
import { type PodGroup, podGroups } from "@skates/api/scheduling/v1alpha2";
import { parseFeatureGates } from "@skates/component-base";
import { afterEach, beforeEach, expect, test } from "vitest";
import { namespace, readyKubelet, startWorld, type World } from "../testing/world.ts";
import { aggregatedServer, register, Shelf } from "../testing/aggregated.ts";
import { withRemains } from "./conditions.ts";

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.stop());

const SYSTEM = ["default", "kube-node-lease", "kube-public", "kube-system"];
const names = async () => (await world.list(namespaces)).map((one) => one.metadata.name);
const remove = (name: string) => world.client.resource(namespaces).delete({ name }, {}, world.signal);
const pod = (name: string): Pod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace: "n" },
  spec: { nodeName: "node-1", terminationGracePeriodSeconds: 60, containers: [{ name: "c", image: "i" }] },
});

test("an empty namespace goes", async () => {
  await world.create(namespaces, namespace("n"));
  await world.pass(2);
  await remove("n");
  await world.pass(3);
  expect(await names()).toEqual(SYSTEM);
});

test("a namespace with workloads goes when the last pod is gone, and everything in it before", async () => {
  world.kubelet = readyKubelet(world.clock);
  await world.create(namespaces, namespace("n"));
  await world.create(deployments, {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "d", namespace: "n" },
    spec: {
      replicas: 3,
      selector: { matchLabels: { a: "b" } },
      template: {
        metadata: { name: "", labels: { a: "b" } },
        spec: { containers: [{ name: "c", image: "i" }], nodeName: "node-1" },
      },
    },
  });
  await world.pass(5);
  expect(await world.list(pods, "n")).toHaveLength(3);
  await remove("n");
  await world.pass(10);
  expect(await names()).toEqual(SYSTEM);
  expect(await world.list(pods)).toEqual([]);
  expect((await world.list(configMaps)).map((one) => one.metadata.namespace)).not.toContain("n");
});

test("a namespace says what holds it up", async () => {
  await world.create(namespaces, namespace("n"));
  await world.pass(2);
  await world.create(pods, pod("a"));
  await world.create(configMaps, {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "held", namespace: "n", finalizers: ["example.com/hold"] },
  });
  await remove("n");
  await world.pass(3);
  const held = await world.get(namespaces, { name: "n" });
  expect(held.status).toMatchObject({
    phase: "Terminating",
    conditions: [
      { type: "NamespaceDeletionDiscoveryFailure", status: "False", reason: "ResourcesDiscovered" },
      { type: "NamespaceDeletionGroupVersionParsingFailure", status: "False", reason: "ParsedGroupVersions" },
      { type: "NamespaceDeletionContentFailure", status: "False", reason: "ContentDeleted" },
      {
        type: "NamespaceContentRemaining",
        status: "True",
        reason: "SomeResourcesRemain",
        message: "Some resources are remaining: pods. has 1 resource instances",
      },
      {
        type: "NamespaceFinalizersRemaining",
        status: "False",
        reason: "ContentHasNoFinalizers",
        message: "All content-preserving finalizers finished",
      },
    ],
  });
  // What the pods may still need stays until they are gone.
  expect(await world.list(configMaps, "n")).toHaveLength(2);
  await world.client.resource(pods).delete({ namespace: "n", name: "a" }, { gracePeriodSeconds: 0 }, world.signal);
  await world.pass(3);
  expect((await world.get(namespaces, { name: "n" })).status?.conditions?.slice(3)).toMatchObject([
    {
      type: "NamespaceContentRemaining",
      status: "True",
      reason: "SomeResourcesRemain",
      message: "Some resources are remaining: configmaps. has 1 resource instances",
    },
    {
      type: "NamespaceFinalizersRemaining",
      status: "True",
      reason: "SomeFinalizersRemain",
      message: "Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances",
    },
  ]);
  await world.edit(configMaps, { namespace: "n", name: "held" }, (one) => ({
    ...one,
    metadata: { ...one.metadata, finalizers: [] },
  }));
  await world.pass(20);
  expect(await names()).toEqual(SYSTEM);
});

test("a namespace waits for servers of parts of the API that do not answer", async () => {
  await world.create(namespaces, namespace("n"));
  await world.create(apiServices, {
    apiVersion: "apiregistration.k8s.io/v1",
    kind: "APIService",
    metadata: { name: "v1.far.example.com" },
    spec: {
      group: "far.example.com",
      version: "v1",
      service: { namespace: "n", name: "far" },
      insecureSkipTLSVerify: true,
      groupPriorityMinimum: 100,
      versionPriority: 100,
    },
  });
  await world.pass(3);
  await remove("n");
  await world.pass(5);
  expect((await world.get(namespaces, { name: "n" })).status?.conditions?.[0]).toMatchObject({
    type: "NamespaceDeletionDiscoveryFailure",
    status: "True",
    reason: "DiscoveryFailed",
    message:
      "Discovery failed for some groups, 1 failing: unable to retrieve the complete list of server APIs: " +
      "far.example.com/v1: stale GroupVersion discovery: far.example.com/v1",
  });
  await world.client.resource(apiServices).delete({ name: "v1.far.example.com" }, {}, world.signal);
  await world.pass(20);
  expect(await names()).toEqual(SYSTEM);
});

test("objects that other servers keep go with their namespace, and hold it up", async () => {
  await world.stop();
  const crates = { name: "crates", kind: "Crate", verbs: ["list", "delete", "deletecollection"] };
  const boxes = { name: "boxes", kind: "Box", verbs: ["list", "delete"] };
  const seals = { name: "seals", kind: "Seal", verbs: ["get", "list"] };
  const [v2, v1] = ["cargo.example.com/v2", "cargo.example.com/v1"];
  const server = aggregatedServer({ [v2]: [crates, seals], [v1]: [crates, boxes] });
  const [shelf, other] = [new Shelf(v2, "n", crates), new Shelf(v1, "n", boxes)];
  server.answer = (request) => shelf.answer(request) ?? other.answer(request);
  world = await startWorld({ aggregated: server.handler });
  await register(world, [v2, v1]);
  await world.create(namespaces, namespace("n"));
  shelf.put("a");
  shelf.put("b", ["example.com/hold"]);
  other.put("c");
  await world.pass(2);
  await remove("n");
  await world.pass(3);
  expect([
    shelf.names,
    other.names,
    (await world.get(namespaces, { name: "n" })).status?.conditions?.[3],
  ]).toMatchObject([
    ["b"],
    [],
    { message: "Some resources are remaining: crates.cargo.example.com has 1 resource instances" },
  ]);
  shelf.remove("b");
  await world.pass(20);
  expect(await names()).toEqual(SYSTEM);
  // Each kind in the version that its group prefers, and only what can be deleted.
  const kinds = server.seen.map((request) => /\/apis\/(.*?\/(?:boxes|crates|seals))/.exec(request)?.[1] ?? "");
  expect([...new Set(kinds)].sort((a, b) => a.localeCompare(b))).toEqual([
    "cargo.example.com/v1/namespaces/n/boxes",
    "cargo.example.com/v2/namespaces/n/crates",
  ]);
});

test("a namespace waits for a server that is said to be available and does not tell what it serves", async () => {
  await world.stop();
  const part = "cargo.example.com/v1";
  const server = aggregatedServer({ [part]: [] });
  world = await startWorld({ aggregated: server.handler });
  await register(world, [part]);
  await world.create(namespaces, namespace("n"));
  await world.pass(2);
  server.answer = () => ({ kind: "Nonsense" });
  await remove("n");
  await world.pass(5);
  expect((await world.get(namespaces, { name: "n" })).status?.conditions?.[0]).toMatchObject({
    status: "True",
    reason: "DiscoveryFailed",
  });
  server.answer = undefined;
  await world.pass(20);
  expect(await names()).toEqual(SYSTEM);
});

test("kinds that are there only behind a gate go with their namespace, and own and are owned", async () => {
  await world.stop();
  world = await startWorld({ gates: parseFeatureGates("GenericWorkload=true") });
  await world.create(namespaces, namespace("n"));
  await world.pass(1);
  const group = (name: string): PodGroup => ({
    apiVersion: "scheduling.k8s.io/v1alpha2",
    kind: "PodGroup",
    metadata: { namespace: "n", name },
    spec: { schedulingPolicy: { basic: {} } },
  });
  const owner = await world.create(podGroups, group("a"));
  const { apiVersion, kind, metadata } = owner;
  const ownerReferences = [{ apiVersion, kind, name: metadata.name, uid: metadata.uid ?? "" }];
  const configMap = { apiVersion: "v1", kind: "ConfigMap", metadata: { namespace: "n", name: "c", ownerReferences } };
  await world.create(configMaps, configMap);
  await world.create(podGroups, group("b"));
  await world.pass(3);
  await world.client.resource(podGroups).delete({ namespace: "n", name: "a" }, {}, world.signal);
  await world.pass(3);
  expect((await world.list(configMaps, "n")).map((one) => one.metadata.name)).toEqual(["kube-root-ca.crt"]);
  await remove("n");
  await world.pass(5);
  expect([await names(), await world.list(podGroups)]).toEqual([SYSTEM, []]);
});

test("every namespace has a service account and the CA bundle, also after they were deleted or changed", async () => {
  await world.create(namespaces, namespace("n"));
  await world.pass(1);
  const bundle = { namespace: "n", name: "kube-root-ca.crt" };
  expect((await world.get(configMaps, bundle)).data).toEqual({ "ca.crt": "PEM" });
  const first = await world.get(serviceAccounts, { namespace: "n", name: "default" });
  await world.client.resource(serviceAccounts).delete({ namespace: "n", name: "default" }, {}, world.signal);
  await world.edit(configMaps, bundle, (one) => ({ ...one, data: { "ca.crt": "other" } }));
  await world.pass(1);
  expect((await world.get(configMaps, bundle)).data).toEqual({ "ca.crt": "PEM" });
  const second = await world.get(serviceAccounts, { namespace: "n", name: "default" });
  expect(second.metadata.uid).not.toBe(first.metadata.uid);
});

test("conditions keep their time until they change, and an unchanged namespace is the same object", () => {
  const nowMs = Date.parse("2026-01-01T00:00:00Z");
  const nothing = { counts: new Map(), finalizers: new Map(), errors: [], silent: [], graceSeconds: 0 };
  const told = withRemains(namespace("n"), nothing, nowMs);
  expect(withRemains(told, nothing, nowMs + 5000)).toBe(told);
  const failed = withRemains(told, { ...nothing, errors: ["b", "a"] }, nowMs + 5000);
  expect(failed.status?.conditions?.map(({ type, lastTransitionTime }) => `${type} ${lastTransitionTime}`)).toEqual([
    "NamespaceDeletionDiscoveryFailure 2026-01-01T00:00:00Z",
    "NamespaceDeletionGroupVersionParsingFailure 2026-01-01T00:00:00Z",
    "NamespaceDeletionContentFailure 2026-01-01T00:00:05Z",
    "NamespaceContentRemaining 2026-01-01T00:00:00Z",
    "NamespaceFinalizersRemaining 2026-01-01T00:00:00Z",
  ]);
  const worse = withRemains(failed, { ...nothing, errors: ["c"] }, nowMs + 9000);
  expect(worse.status?.conditions?.[2]).toEqual({
    type: "NamespaceDeletionContentFailure",
    status: "True",
    reason: "ContentDeletionFailed",
    message: "Failed to delete all resource types, 1 remaining: c",
    lastTransitionTime: "2026-01-01T00:00:05Z",
  });
  expect(failed.status?.conditions?.[2]).toMatchObject({
    status: "True",
    message: "Failed to delete all resource types, 2 remaining: a, b",
  });
});
