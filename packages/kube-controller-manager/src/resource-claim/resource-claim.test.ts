// Claims made for pods by template, their names in the pods, and what becomes of them with their pods: on the real API server.
import { pods, type Pod } from "@skates/api/core/v1";
import { type ResourceClaim, resourceClaims, resourceClaimTemplates, resourceSlices } from "@skates/api/resource/v1";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { addNode, startWorld, type World } from "../testing/world.ts";
import { generateName } from "./pod-claims.ts";

let world: World;
beforeEach(async () => {
  world = await startWorld();
  await addNode(world, "n1");
});
afterEach(() => world.stop());

const key = { namespace: "default", name: "p" };
const pod: Pod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: key,
  spec: {
    containers: [{ name: "c", image: "i" }],
    tolerations: [{ operator: "Exists" }],
    resourceClaims: [{ name: "gpu", resourceClaimTemplateName: "one-gpu" }],
  },
};
const template = () =>
  world.create(resourceClaimTemplates, {
    apiVersion: "resource.k8s.io/v1",
    kind: "ResourceClaimTemplate",
    metadata: { namespace: "default", name: "one-gpu" },
    spec: {
      metadata: { name: "", labels: { made: "yes" } },
      spec: { devices: { requests: [{ name: "r", exactly: { deviceClassName: "gpu" } }] } },
    },
  });
const allocation = {
  devices: { results: [{ request: "r", driver: "gpu.example.com", pool: "n1", device: "d0" }] },
};
/** As the scheduler does it. */
async function allocate(claim: ResourceClaim, user: Pod): Promise<void> {
  const guarded = await world.edit(resourceClaims, claim.metadata, (now) => ({
    ...now,
    metadata: { ...now.metadata, finalizers: ["resource.kubernetes.io/delete-protection"] },
  }));
  const reservedFor = [{ resource: "pods", name: user.metadata.name, uid: user.metadata.uid ?? "" }];
  await world.client
    .resource(resourceClaims)
    .updateStatus({ ...guarded, status: { allocation, reservedFor } }, {}, world.signal);
}
async function started(): Promise<{ readonly claim: ResourceClaim; readonly user: Pod }> {
  await template();
  await world.create(pods, { ...pod, spec: { ...pod.spec, nodeName: "n1" } });
  await world.pass(3);
  const [claim] = await world.list(resourceClaims, "default");
  if (claim === undefined) throw new Error("no claim was made");
  return { claim, user: await world.get(pods, key) };
}
const finish = async () =>
  world.client
    .resource(pods)
    .updateStatus({ ...(await world.get(pods, key)), status: { phase: "Succeeded" } }, {}, world.signal);

describe("claims by template", () => {
  it("are made once the template is there, one for each name, and named in the pod", async () => {
    await world.create(pods, pod);
    await world.pass(5);
    expect(await world.list(resourceClaims, "default")).toEqual([]);
    await template();
    await world.pass(5);
    const made = await world.list(resourceClaims, "default");
    const { uid } = (await world.get(pods, key)).metadata;
    expect(made.map(({ metadata, spec }) => ({ ...metadata, devices: spec.devices?.requests?.length }))).toEqual([
      expect.objectContaining({
        name: expect.stringMatching(/^p-gpu-.....$/),
        labels: { made: "yes" },
        annotations: { "resource.kubernetes.io/pod-claim-name": "gpu" },
        ownerReferences: [{ apiVersion: "v1", kind: "Pod", name: "p", uid, controller: true }],
        devices: 1,
      }),
    ]);
    expect((await world.get(pods, key)).status?.resourceClaimStatuses).toEqual([
      { name: "gpu", resourceClaimName: made[0]?.metadata.name },
    ]);
  });

  it("are made again when somebody deletes them", async () => {
    const { claim } = await started();
    await world.client.resource(resourceClaims).delete(claim.metadata, {}, world.signal);
    await world.pass(5);
    const [again, ...others] = await world.list(resourceClaims, "default");
    expect(others).toEqual([]);
    expect(again?.metadata.uid).not.toBe(claim.metadata.uid);
    expect((await world.get(pods, key)).status?.resourceClaimStatuses).toEqual([
      { name: "gpu", resourceClaimName: again?.metadata.name },
    ]);
  });

  it("go with a pod that has ended, devices first", async () => {
    const { claim, user } = await started();
    await allocate(claim, user);
    await world.pass(3);
    expect((await world.get(resourceClaims, claim.metadata)).status).toEqual({
      allocation,
      reservedFor: [{ resource: "pods", name: "p", uid: user.metadata.uid }],
    });
    await finish();
    await world.pass(5);
    expect(await world.list(resourceClaims, "default")).toEqual([]);
  });

  it("are not made twice after a refused note", async () => {
    let refused = 0;
    world.refuse = ({ method, path }) => {
      if (method !== "PUT" || !path.endsWith("/status") || refused++ > 3) return undefined;
      throw new Error("the connection broke");
    };
    await template();
    await world.create(pods, pod);
    await world.pass(30);
    expect((await world.list(resourceClaims, "default")).length).toBe(1);
    expect((await world.get(pods, key)).status?.resourceClaimStatuses?.length).toBe(1);
  });
});

it("a claim of a user's own stays when its pod ends, without devices", async () => {
  await world.create(resourceClaims, {
    apiVersion: "resource.k8s.io/v1",
    kind: "ResourceClaim",
    metadata: { namespace: "default", name: "mine" },
    spec: {},
  });
  const claims = [{ name: "gpu", resourceClaimName: "mine" }];
  const user = await world.create(pods, { ...pod, spec: { ...pod.spec, nodeName: "n1", resourceClaims: claims } });
  await allocate(await world.get(resourceClaims, { namespace: "default", name: "mine" }), user);
  await finish();
  await world.pass(5);
  const left = await world.get(resourceClaims, { namespace: "default", name: "mine" });
  expect(left.status).toEqual({});
  await world.client.resource(resourceClaims).delete(left.metadata, {}, world.signal);
  await world.pass(3);
  expect(await world.list(resourceClaims, "default")).toEqual([]);
});

it("a pod leaves a device with a NoExecute taint", async () => {
  const { claim, user } = await started();
  await allocate(claim, user);
  const slice = await world.create(resourceSlices, {
    apiVersion: "resource.k8s.io/v1",
    kind: "ResourceSlice",
    metadata: { name: "n1" },
    spec: {
      driver: "gpu.example.com",
      pool: { name: "n1", generation: 1, resourceSliceCount: 1 },
      nodeName: "n1",
      devices: [{ name: "d0" }, { name: "d1", taints: [{ key: "broken", effect: "NoExecute" }] }],
    },
  });
  await world.pass(3);
  expect((await world.get(pods, key)).metadata.deletionTimestamp).toBe(undefined);
  await world.edit(resourceSlices, slice.metadata, (now) => ({
    ...now,
    spec: { ...now.spec, devices: [{ name: "d0", taints: [{ key: "broken", effect: "NoExecute" as const }] }] },
  }));
  await world.pass(3);
  const { metadata, status } = await world.get(pods, key);
  expect([metadata.deletionTimestamp !== undefined, status?.conditions?.map(({ reason }) => reason)]).toEqual([
    true,
    expect.arrayContaining(["DeletionByDeviceTaintManager"]),
  ]);
});

it.each([
  ["pod", "claim", "pod-claim-"],
  ["p".repeat(52), "abc", `${"p".repeat(52)}-abc-`],
  ["p".repeat(60), "claim", `${"p".repeat(51)}-clai`],
  ["pod", "c".repeat(60), `po-${"c".repeat(52)}`],
  ["p".repeat(60), "c".repeat(60), `${"p".repeat(28)}-${"c".repeat(28)}`],
])("the name of a claim of %s and %s begins with %s", (one, other, name) => {
  expect(generateName(one, other)).toBe(name);
});
