// What a pod was given of devices before its binding is given back when something else refuses it there: the claim that it named is free for
// another pod, the claim that was made for it is gone, and so are promises, so that its devices go to others.
import { type Pod, podCondition, pods, serviceAccounts } from "@skates/api/core/v1";
import {
  deviceClasses,
  type ResourceClaim,
  resourceClaims,
  type ResourceSlice,
  resourceSlices,
} from "@skates/api/resource/v1";
import { clientFor } from "@skates/client";
import { afterEach, beforeEach, expect, it } from "vitest";
import { readSchedulerConfiguration } from "./config/read-configuration.ts";
import { unschedulable } from "./framework/verdict.ts";
import { createScheduler } from "./scheduler.ts";
import { testNode, testPod } from "./testing/objects.ts";
import { startTestCluster, type TestCluster } from "./testing/test-cluster.ts";

let cluster: TestCluster;
/** Claims as they were when the first pod was refused, by then with all that was written for it. */
let atRefusal: readonly ResourceClaim[];

/** One node with one device. A plugin whose turn before the binding comes last refuses pods with this name, or fails. */
async function begin(how: "refuses" | "fails"): Promise<void> {
  const configuration = readSchedulerConfiguration(
    "apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\nprofiles: [{plugins: {multiPoint: {enabled: [{name: Last}]}}}]",
  );
  const last = {
    name: "Last",
    wakes: [],
    preBind: async ({ pod }: { readonly pod: { readonly pod: Pod } }) => {
      if (pod.pod.metadata.name !== "refused") return undefined;
      atRefusal = await claims();
      if (how === "fails") throw new Error("out of order");
      return unschedulable("not today");
    },
  };
  const handler = cluster.server.loopback({ name: "system:kube-scheduler", groups: [] });
  const client = clientFor(handler, { userAgent: "kube-scheduler", clock: cluster.env.clock });
  await cluster.start(
    createScheduler({ client, env: cluster.env, configuration, plugins: () => ({ Last: () => last }) }),
  );
}

beforeEach(async () => {
  cluster = await startTestCluster();
  atRefusal = [];
  const metadata = { name: "default", namespace: "default" };
  await cluster.create(serviceAccounts, { apiVersion: "v1", kind: "ServiceAccount", metadata });
  const spec = { extendedResourceName: "example.com/gpu" };
  const apiVersion = "resource.k8s.io/v1";
  await cluster.create(deviceClasses, { apiVersion, kind: "DeviceClass", metadata: { name: "gpu" }, spec });
  await cluster.join(testNode("n1"));
  const slice: ResourceSlice = {
    apiVersion,
    kind: "ResourceSlice",
    metadata: { name: "n1" },
    spec: {
      driver: "gpu.example.com",
      pool: { name: "n1", generation: 1, resourceSliceCount: 1 },
      nodeName: "n1",
      devices: [{ name: "g0" }],
    },
  };
  await cluster.create(resourceSlices, slice);
});
afterEach(() => cluster.stop());

const claims = async (): Promise<readonly ResourceClaim[]> =>
  (await cluster.admin.resource<ResourceClaim>(resourceClaims).list({ namespace: "default" }, cluster.signal)).items;
const getPod = (name: string): Promise<Pod> =>
  cluster.admin.resource<Pod>(pods).get({ namespace: "default", name }, {}, cluster.signal);
const bound = (name: string): Promise<string> =>
  cluster.until(`pod ${name} has a node`, async () => (await getPod(name)).spec.nodeName);
const usersOf = ({ status }: ResourceClaim): readonly string[] => (status?.reservedFor ?? []).map(({ name }) => name);
const devicesOf = ({ status }: ResourceClaim): readonly string[] =>
  (status?.allocation?.devices?.results ?? []).map(({ device }) => device);
/** It waits, with this word of why. */
const refused = (message: string): Promise<true> =>
  cluster.until("the pod is refused", async () => {
    const condition = podCondition(await getPod("refused"), "PodScheduled");
    return condition?.message?.includes(message) === true ? true : undefined;
  });

const cases = [
  ["refuses", "not today"],
  ["fails", "out of order"],
] as const;

it.each(cases)("a claim is free for another pod where a plugin %s before the binding", async (how, message) => {
  await begin(how);
  const requests = [{ name: "r", exactly: { deviceClassName: "gpu" } }];
  const metadata = { name: "one", namespace: "default" };
  const spec = { devices: { requests } };
  await cluster.create(resourceClaims, { apiVersion: "resource.k8s.io/v1", kind: "ResourceClaim", metadata, spec });
  const user = { spec: { resourceClaims: [{ name: "gpu", resourceClaimName: "one" }] } };
  await cluster.create(pods, testPod("refused", user));
  await refused(message);
  expect(atRefusal.map((claim) => [usersOf(claim), devicesOf(claim)])).toEqual([[["refused"], ["g0"]]]);
  // A refused pod is tried again: it must not be there when one looks.
  await cluster.admin.resource(pods).delete({ namespace: "default", name: "refused" }, {}, cluster.signal);
  await cluster.until("nobody uses the claim", async () =>
    (await claims()).every((claim) => usersOf(claim).length === 0) ? true : undefined,
  );
  await cluster.create(pods, testPod("other", user));
  expect([await bound("other"), (await claims()).map(usersOf)]).toEqual(["n1", [["other"]]]);
});

it.each(cases)("a claim that was made is removed where a plugin %s before the binding", async (how, message) => {
  await begin(how);
  const gpus = { "example.com/gpu": "1" };
  const user = {
    spec: { containers: [{ name: "main", image: "busybox", resources: { requests: gpus, limits: gpus } }] },
  };
  await cluster.create(pods, testPod("refused", user));
  await refused(message);
  expect(atRefusal.map((claim) => [usersOf(claim), devicesOf(claim)])).toEqual([[["refused"], ["g0"]]]);
  const [before] = atRefusal;
  await cluster.until("the claim is gone", async () =>
    (await claims()).every(({ metadata }) => metadata.uid !== before?.metadata.uid) ? true : undefined,
  );
  // There is one device: the other pod can only have it once the first, which still wants it, does not hold it.
  await cluster.create(pods, testPod("other", user));
  expect(await bound("other")).toBe("n1");
  await cluster.until("the other alone has it", async () => {
    const users = (await claims()).flatMap(usersOf);
    return users.length === 1 && users[0] === "other" ? true : undefined;
  });
});
