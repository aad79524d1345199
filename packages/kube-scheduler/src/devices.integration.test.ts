// A pod with a claim on a device, against the real API server: the scheduler chooses the node by CEL and writes the allocation.
import { type Pod, pods, serviceAccounts } from "@skates/api/core/v1";
import {
  type DeviceClass,
  deviceClasses,
  type ResourceClaim,
  resourceClaims,
  type ResourceSlice,
  resourceSlices,
} from "@skates/api/resource/v1";
import { clientFor } from "@skates/client";
import { expect, it } from "vitest";
import { createScheduler } from "./scheduler.ts";
import { testNode, testPod } from "./testing/objects.ts";
import { startTestCluster } from "./testing/test-cluster.ts";

it("allocates a device that the selector means, and notes who may use it", async () => {
  const cluster = await startTestCluster();
  const metadata = { name: "default", namespace: "default" };
  await cluster.create(serviceAccounts, { apiVersion: "v1", kind: "ServiceAccount", metadata });
  const handler = cluster.server.loopback({ name: "system:kube-scheduler", groups: [] });
  const client = clientFor(handler, { userAgent: "kube-scheduler", clock: cluster.env.clock });
  await cluster.start(createScheduler({ client, env: cluster.env }));
  const deviceClass: DeviceClass = {
    apiVersion: "resource.k8s.io/v1",
    kind: "DeviceClass",
    metadata: { name: "gpu" },
    spec: { selectors: [{ cel: { expression: 'device.driver == "gpu.example.com"' } }] },
  };
  await cluster.create(deviceClasses, deviceClass);
  for (const [name, model] of [
    ["n1", "small"],
    ["n2", "large"],
  ] as const) {
    await cluster.join(testNode(name));
    const slice: ResourceSlice = {
      apiVersion: "resource.k8s.io/v1",
      kind: "ResourceSlice",
      metadata: { name },
      spec: {
        driver: "gpu.example.com",
        pool: { name, generation: 1, resourceSliceCount: 1 },
        nodeName: name,
        devices: [{ name: "g0", attributes: { model: { string: model } } }],
      },
    };
    await cluster.create(resourceSlices, slice);
  }
  const claim = (name: string): ResourceClaim => ({
    apiVersion: "resource.k8s.io/v1",
    kind: "ResourceClaim",
    metadata: { name, namespace: "default" },
    spec: {
      devices: {
        requests: [
          {
            name: "r",
            exactly: {
              deviceClassName: "gpu",
              selectors: [{ cel: { expression: 'device.attributes["gpu.example.com"].model == "large"' } }],
            },
          },
        ],
      },
    },
  });
  const user = (name: string, claimName: string): Pod =>
    testPod(name, { spec: { resourceClaims: [{ name: "gpu", resourceClaimName: claimName }] } });
  await cluster.create(resourceClaims, claim("one"));
  await cluster.create(resourceClaims, claim("two"));
  await cluster.create(pods, user("first", "one"));
  const get = (name: string): Promise<Pod> =>
    cluster.admin.resource<Pod>(pods).get({ namespace: "default", name }, {}, cluster.signal);
  const first = await cluster.until("the pod has a node", async () => {
    const pod = await get("first");
    return (pod.spec.nodeName ?? "") === "" ? undefined : pod;
  });
  const given = await cluster.admin
    .resource(resourceClaims)
    .get({ namespace: "default", name: "one" }, {}, cluster.signal);
  expect([first.spec.nodeName, given.status?.allocation?.devices?.results, given.status?.reservedFor]).toEqual([
    "n2",
    [{ request: "r", driver: "gpu.example.com", pool: "n2", device: "g0" }],
    [{ resource: "pods", name: "first", uid: first.metadata.uid }],
  ]);
  // There is no second device of that kind, until the claim of the first is gone.
  await cluster.create(pods, user("second", "two"));
  await cluster.until("the pod says why it waits", async () => {
    const message = (await get("second")).status?.conditions?.find(({ type }) => type === "PodScheduled")?.message;
    return message?.includes("2 cannot allocate all claims") === true ? true : undefined;
  });
  await cluster.stop();
});
