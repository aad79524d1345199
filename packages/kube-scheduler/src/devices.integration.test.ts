// Pods with claims on devices, against the real API server: the scheduler chooses the node by CEL and writes the allocation, makes the
// claims behind extended resources, and waits for devices that must become ready.
import { type Event, events, type Pod, pods } from "@skates/api/core/v1";
import {
  type DeviceClass,
  deviceClasses,
  type ResourceClaim,
  resourceClaims,
  type ResourceSlice,
  resourceSlices,
} from "@skates/api/resource/v1";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createScheduler } from "./scheduler.ts";
import { testNode, testPod } from "./testing/objects.ts";
import { schedulerClient, startTestCluster, type TestCluster } from "./testing/test-cluster.ts";

let cluster: TestCluster;

beforeEach(async () => {
  cluster = await startTestCluster();
  await cluster.start(createScheduler({ client: await schedulerClient(cluster), env: cluster.env }));
});

afterEach(() => cluster.stop());

type Devices = ResourceSlice["spec"]["devices"];

async function joinWith(name: string, devices: Devices): Promise<void> {
  await cluster.join(testNode(name));
  await cluster.create(resourceSlices, {
    apiVersion: "resource.k8s.io/v1",
    kind: "ResourceSlice",
    metadata: { name },
    spec: {
      driver: "gpu.example.com",
      pool: { name, generation: 1, resourceSliceCount: 1 },
      nodeName: name,
      devices: devices ?? [],
    },
  });
}

async function createClass(spec: DeviceClass["spec"]): Promise<void> {
  await cluster.create(deviceClasses, {
    apiVersion: "resource.k8s.io/v1",
    kind: "DeviceClass",
    metadata: { name: "gpu" },
    spec,
  });
}

type Requests = NonNullable<ResourceClaim["spec"]["devices"]>["requests"];

const claim = (name: string, requests: Requests): ResourceClaim => ({
  apiVersion: "resource.k8s.io/v1",
  kind: "ResourceClaim",
  metadata: { name, namespace: "default" },
  spec: { devices: { requests: requests ?? [] } },
});
const user = (name: string, claimName: string): Pod =>
  testPod(name, { spec: { resourceClaims: [{ name: "gpu", resourceClaimName: claimName }] } });
const getPod = (name: string): Promise<Pod> =>
  cluster.admin.resource<Pod>(pods).get({ namespace: "default", name }, {}, cluster.signal);
const getClaim = (name: string): Promise<ResourceClaim> =>
  cluster.admin.resource<ResourceClaim>(resourceClaims).get({ namespace: "default", name }, {}, cluster.signal);
const bound = (name: string): Promise<Pod> =>
  cluster.until(`pod ${name} has a node`, async () => {
    const pod = await getPod(name);
    return (pod.spec.nodeName ?? "") === "" ? undefined : pod;
  });

it("allocates a device that the selector means, and notes who may use it", async () => {
  await createClass({ selectors: [{ cel: { expression: 'device.driver == "gpu.example.com"' } }] });
  await joinWith("n1", [{ name: "g0", attributes: { model: { string: "small" } } }]);
  await joinWith("n2", [{ name: "g0", attributes: { model: { string: "large" } } }]);
  const expression = 'device.attributes["gpu.example.com"].model == "large"';
  const large: Requests = [{ name: "r", exactly: { deviceClassName: "gpu", selectors: [{ cel: { expression } }] } }];
  await cluster.create(resourceClaims, claim("one", large));
  await cluster.create(resourceClaims, claim("two", large));
  await cluster.create(pods, user("first", "one"));
  const first = await bound("first");
  const given = await getClaim("one");
  expect([first.spec.nodeName, given.status?.allocation?.devices?.results, given.status?.reservedFor]).toEqual([
    "n2",
    [{ request: "r", driver: "gpu.example.com", pool: "n2", device: "g0" }],
    [{ resource: "pods", name: "first", uid: first.metadata.uid }],
  ]);
  // There is no second device of that kind, until the claim of the first is gone.
  await cluster.create(pods, user("second", "two"));
  await cluster.until("the pod says why it waits", async () => {
    const message = (await getPod("second")).status?.conditions?.find(({ type }) => type === "PodScheduled")?.message;
    return message?.includes("2 cannot allocate all claims") === true ? true : undefined;
  });
});

it("gives shares of a device as long as there is enough of it", async () => {
  await createClass({});
  await joinWith("n1", [{ name: "g0", allowMultipleAllocations: true, capacity: { memory: { value: "10Gi" } } }]);
  const asking = (memory: string): Requests => [
    { name: "r", exactly: { deviceClassName: "gpu", capacity: { requests: { memory } } } },
  ];
  for (const [name, memory] of [
    ["one", "6Gi"],
    ["two", "4Gi"],
    ["three", "1Gi"],
  ] as const) {
    await cluster.create(resourceClaims, claim(name, asking(memory)));
  }
  await cluster.create(pods, user("first", "one"));
  await bound("first");
  await cluster.create(pods, user("second", "two"));
  await bound("second");
  const results = [await getClaim("one"), await getClaim("two")].map(
    (one) => one.status?.allocation?.devices?.results?.[0],
  );
  expect(results.map((one) => one?.consumedCapacity)).toEqual([{ memory: "6Gi" }, { memory: "4Gi" }]);
  expect(new Set(results.map((one) => one?.shareID)).size).toBe(2);
  await cluster.create(pods, user("third", "three"));
  await cluster.until("the third waits", async () => {
    const message = (await getPod("third")).status?.conditions?.find(({ type }) => type === "PodScheduled")?.message;
    return message?.includes("1 cannot allocate all claims") === true ? true : undefined;
  });
});

it("binds a pod once its device is ready, and shows meanwhile where it is to go", async () => {
  await createClass({});
  await joinWith("n1", [
    { name: "g0", bindsToNode: true, bindingConditions: ["Attached"], bindingFailureConditions: ["Broken"] },
  ]);
  await cluster.create(resourceClaims, claim("one", [{ name: "r", exactly: { deviceClassName: "gpu" } }]));
  await cluster.create(pods, user("first", "one"));
  await cluster.until("it is told where the pod is to go", async () => {
    const { status, spec } = await getPod("first");
    return status?.nominatedNodeName === "n1" && (spec.nodeName ?? "") === "" ? true : undefined;
  });
  await cluster.until("it is told why", async () => {
    const all = await cluster.admin.resource<Event>(events).list({ namespace: "default" }, cluster.signal);
    return all.items.find(({ reason }) => reason === "BindingConditionsPending");
  });
  const now = await cluster.until("the claim is given a device", async () => {
    const one = await getClaim("one");
    return one.status?.allocation === undefined ? undefined : one;
  });
  expect(now.status?.allocation).toMatchObject({
    devices: { results: [{ bindingConditions: ["Attached"], bindingFailureConditions: ["Broken"] }] },
    allocationTimestamp: expect.any(String),
  });
  const ready = {
    type: "Attached",
    status: "True" as const,
    reason: "Ready",
    message: "",
    lastTransitionTime: "2026-01-01T00:00:00Z",
  };
  const devices = [{ driver: "gpu.example.com", pool: "n1", device: "g0", conditions: [ready] }];
  await cluster.admin
    .resource<ResourceClaim>(resourceClaims)
    .updateStatus({ ...now, status: { ...now.status, devices } }, {}, cluster.signal);
  expect((await bound("first")).spec.nodeName).toBe("n1");
});

it("serves an extended resource by a claim that it makes", async () => {
  await createClass({ extendedResourceName: "example.com/gpu" });
  await cluster.join(testNode("bare"));
  await joinWith("n1", [{ name: "g0" }, { name: "g1" }]);
  const gpus = { "example.com/gpu": "2" };
  const containers = [{ name: "main", image: "busybox", resources: { requests: gpus, limits: gpus } }];
  await cluster.create(pods, testPod("first", { spec: { containers } }));
  const pod = await bound("first");
  const served = pod.status?.extendedResourceClaimStatus;
  const made = await getClaim(served?.resourceClaimName ?? "");
  expect({
    node: pod.spec.nodeName,
    mappings: served?.requestMappings,
    of: made.metadata.ownerReferences?.[0]?.uid,
  }).toEqual({
    node: "n1",
    mappings: [{ containerName: "main", resourceName: "example.com/gpu", requestName: "container-0-request-0" }],
    of: pod.metadata.uid,
  });
  expect(made.status?.allocation?.devices?.results?.map(({ device }) => device)).toEqual(["g0", "g1"]);
});
