// Quotas and limit ranges on the real API server with the controllers: many writes at once, counts given back, scopes, defaults and bounds.
import { jobs } from "@skates/api/batch/v1";
import {
  configMaps,
  type LimitRangeItem,
  limitRanges,
  persistentVolumeClaims,
  type Pod,
  pods,
  type ResourceQuotaSpec,
  resourceQuotas,
} from "@skates/api/core/v1";
import { customResourceDefinitions } from "@skates/api/apiextensions/v1";
import { roles } from "@skates/api/rbac/v1";
import { type ResourceClaim, resourceClaims } from "@skates/api/resource/v1";
import { messageOf } from "@skates/component-base";
import { afterEach, beforeEach, expect, test } from "vitest";
import { customKind } from "../custom-kinds.ts";
import { startWorld, type World } from "../testing/world.ts";

let world: World;
beforeEach(async () => {
  world = await startWorld();
  await world.pass(2);
});
afterEach(() => world.stop());

const key = { namespace: "default", name: "q" };
async function quota(spec: ResourceQuotaSpec): Promise<void> {
  await world.create(resourceQuotas, { apiVersion: "v1", kind: "ResourceQuota", metadata: { ...key }, spec });
  await world.pass(2);
}
const used = async () => (await world.get(resourceQuotas, key)).status?.used;
function configMap(name: string) {
  return world.create(configMaps, { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "default" } });
}
function pod(name: string, spec: Partial<Pod["spec"]> = {}): Promise<Pod> {
  const containers = [{ name: "c", image: "i" }];
  const metadata = { name, namespace: "default" };
  return world.create(pods, { apiVersion: "v1", kind: "Pod", metadata, spec: { containers, ...spec } });
}
function asking(requests: Record<string, string>, limits?: Record<string, string>): Partial<Pod["spec"]> {
  return { containers: [{ name: "c", image: "i", resources: { requests, limits } }] };
}
async function refused(write: Promise<unknown>): Promise<string> {
  try {
    await write;
  } catch (error) {
    return messageOf(error);
  }
  return "not refused";
}

test("of many writes at once only as many succeed as the quota allows", async () => {
  const before = (await world.list(configMaps, "default")).length;
  await quota({ hard: { configmaps: String(before + 5) } });
  expect(await used()).toEqual({ configmaps: String(before) });
  const results = await Promise.all(Array.from({ length: 20 }, (_, i) => refused(configMap(`m${i}`))));
  expect(results.filter((text) => text === "not refused")).toHaveLength(5);
  expect(await world.list(configMaps, "default")).toHaveLength(before + 5);
  const full = String(before + 5);
  expect(results.find((text) => text !== "not refused")).toMatch(
    new RegExp(
      `^configmaps "m\\d+" is forbidden: exceeded quota: q, requested: configmaps=1, used: configmaps=${full}, limited: configmaps=${full}$`,
    ),
  );
});

test("what is deleted is given back", async () => {
  const before = (await world.list(configMaps, "default")).length;
  await quota({ hard: { "count/configmaps": String(before + 1) } });
  await configMap("one");
  expect(await refused(configMap("two"))).toContain("exceeded quota");
  await world.client.resource(configMaps).delete({ namespace: "default", name: "one" }, {}, world.signal);
  await world.pass(5);
  expect(await used()).toEqual({ "count/configmaps": String(before) });
  await configMap("two");
});

test("a bound below what is used refuses more and takes nothing away", async () => {
  const before = (await world.list(configMaps, "default")).length;
  await quota({ hard: { configmaps: String(before + 2) } });
  await configMap("one");
  await world.edit(resourceQuotas, key, (one) => ({ ...one, spec: { hard: { configmaps: "0" } } }));
  await world.pass(3);
  expect(await world.get(resourceQuotas, key)).toMatchObject({
    status: { hard: { configmaps: "0" }, used: { configmaps: String(before + 1) } },
  });
  expect(await refused(configMap("two"))).toContain("limited: configmaps=0");
});

test("pods are charged with what they ask for until they have ended", async () => {
  await quota({ hard: { "requests.cpu": "1", "limits.memory": "1Gi", pods: "5" } });
  expect(await refused(pod("silent"))).toBe(
    'pods "silent" is forbidden: failed quota: q: must specify limits.memory for: c; requests.cpu for: c',
  );
  await pod("a", asking({ cpu: "600m", memory: "1Mi" }, { memory: "512Mi" }));
  expect(await used()).toEqual({ "requests.cpu": "600m", "limits.memory": "512Mi", pods: "1" });
  expect(await refused(pod("b", asking({ cpu: "500m", memory: "1Mi" }, { memory: "512Mi" })))).toBe(
    'pods "b" is forbidden: exceeded quota: q, requested: requests.cpu=500m, used: requests.cpu=600m, limited: requests.cpu=1',
  );
  const first = await world.get(pods, { namespace: "default", name: "a" });
  await world.client.resource(pods).updateStatus({ ...first, status: { phase: "Succeeded" } }, {}, world.signal);
  await world.pass(5);
  expect(await used()).toEqual({ "requests.cpu": "0", "limits.memory": "0", pods: "0" });
  await pod("b", asking({ cpu: "500m", memory: "1Mi" }, { memory: "512Mi" }));
});

test("a quota with scopes is about some pods only", async () => {
  await quota({ hard: { pods: "1" }, scopes: ["BestEffort"] });
  await pod("a");
  expect(await refused(pod("b"))).toContain("exceeded quota: q, requested: pods=1");
  await pod("c", asking({ cpu: "1m" }));
  await world.pass(3);
  expect(await used()).toEqual({ pods: "1" });
});

test("other kinds are bounded by their number", async () => {
  await quota({ hard: { "count/jobs.batch": "0" } });
  const spec = { template: { spec: { restartPolicy: "Never", containers: [{ name: "c", image: "i" }] } } } as const;
  const job = { apiVersion: "batch/v1", kind: "Job", metadata: { name: "j", namespace: "default" }, spec };
  expect(await refused(world.create(jobs, job))).toBe(
    'jobs.batch "j" is forbidden: exceeded quota: q, requested: count/jobs.batch=1, used: count/jobs.batch=0, limited: count/jobs.batch=0',
  );
});

test("any kind is bounded by its number, custom ones from when they are defined", async () => {
  await quota({ hard: { "count/boats.example.com": "1", "count/roles.rbac.authorization.k8s.io": "1" } });
  const role = (name: string) =>
    world.create(roles, {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "Role",
      metadata: { name, namespace: "default" },
    });
  await role("a");
  expect(await refused(role("b"))).toContain("exceeded quota: q, requested: count/roles.rbac.authorization.k8s.io=1");
  expect(await used()).toEqual({ "count/roles.rbac.authorization.k8s.io": "1" });
  const made = await world.create(customResourceDefinitions, {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: "boats.example.com" },
    spec: {
      group: "example.com",
      scope: "Namespaced",
      names: { plural: "boats", kind: "Boat" },
      versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: { type: "object" } } }],
    },
  });
  await world.pass(5);
  const boats = customKind(await world.get(customResourceDefinitions, made.metadata));
  if (boats === undefined) throw new Error("the definition is not established");
  const boat = (name: string) =>
    world.create(boats, { apiVersion: "example.com/v1", kind: "Boat", metadata: { name, namespace: "default" } });
  await boat("a");
  expect(await refused(boat("b"))).toBe(
    'boats.example.com "b" is forbidden: exceeded quota: q, requested: count/boats.example.com=1, used: count/boats.example.com=1, limited: count/boats.example.com=1',
  );
  await world.client.resource(boats).delete({ namespace: "default", name: "a" }, {}, world.signal);
  await world.client.resource(roles).delete({ namespace: "default", name: "a" }, {}, world.signal);
  await world.pass(8);
  expect(await used()).toEqual({ "count/boats.example.com": "0", "count/roles.rbac.authorization.k8s.io": "0" });
  await boat("b");
});

test("scopes by priority, by end, and by the class of attributes of claims", async () => {
  const hard = { pods: "9" };
  const scoped = async (name: string, spec: ResourceQuotaSpec) => {
    await world.create(resourceQuotas, {
      apiVersion: "v1",
      kind: "ResourceQuota",
      metadata: { namespace: "default", name },
      spec,
    });
  };
  const by = (scopeName: "PriorityClass" | "VolumeAttributesClass", values: readonly string[]) => ({
    matchExpressions: [{ scopeName, operator: "In" as const, values }],
  });
  await scoped("important", { hard, scopeSelector: by("PriorityClass", ["system-cluster-critical", "other"]) });
  await scoped("ending", { hard, scopes: ["Terminating"] });
  await scoped("lasting", { hard, scopes: ["NotTerminating", "BestEffort"] });
  await scoped("gold", {
    hard: { persistentvolumeclaims: "9", "requests.storage": "9Gi" },
    scopeSelector: by("VolumeAttributesClass", ["gold"]),
  });
  await world.pass(2);
  await pod("a", { priorityClassName: "system-cluster-critical" });
  await pod("b", { activeDeadlineSeconds: 60 });
  await pod("c", asking({ cpu: "1m" }));
  for (const volumeAttributesClassName of ["gold", "silver"]) {
    const metadata = { namespace: "default", name: volumeAttributesClassName };
    const resources = { requests: { storage: "1Gi" } };
    const spec = { accessModes: ["ReadWriteOnce" as const], resources, volumeAttributesClassName };
    await world.create(persistentVolumeClaims, { apiVersion: "v1", kind: "PersistentVolumeClaim", metadata, spec });
  }
  await world.pass(5);
  const all = await world.list(resourceQuotas, "default");
  expect(Object.fromEntries(all.map(({ metadata, status }) => [metadata.name, status?.used]))).toEqual({
    important: { pods: "1" },
    ending: { pods: "1" },
    lasting: { pods: "1" },
    gold: { persistentvolumeclaims: "1", "requests.storage": "1Gi" },
  });
});

test("devices of a class are bounded by what claims ask for", async () => {
  await quota({
    hard: { "gpu.deviceclass.resource.k8s.io/devices": "4", "count/resourceclaims.resource.k8s.io": "9" },
  });
  const request = (name: string, count: number) => ({
    name,
    deviceClassName: "gpu",
    allocationMode: "ExactCount" as const,
    count,
  });
  const claim = (name: string, requests: NonNullable<ResourceClaim["spec"]["devices"]>["requests"]) =>
    world.create(resourceClaims, {
      apiVersion: "resource.k8s.io/v1",
      kind: "ResourceClaim",
      metadata: { name, namespace: "default" },
      spec: { devices: { requests } },
    });
  const exactly = ({ name, ...rest }: ReturnType<typeof request>) => ({ name, exactly: rest });
  await claim("two", [exactly(request("r", 2))]);
  // Of alternatives the dearest counts.
  expect(await refused(claim("or", [{ name: "r", firstAvailable: [request("a", 1), request("b", 3)] }]))).toContain(
    "exceeded quota: q, requested: gpu.deviceclass.resource.k8s.io/devices=3, used: gpu.deviceclass.resource.k8s.io/devices=2",
  );
  await claim("one", [{ name: "r", firstAvailable: [request("a", 1), request("b", 1)] }]);
  expect(await used()).toEqual({
    "gpu.deviceclass.resource.k8s.io/devices": "3",
    "count/resourceclaims.resource.k8s.io": "2",
  });
  expect(
    await refused(claim("all", [{ name: "r", exactly: { deviceClassName: "gpu", allocationMode: "All" } }])),
  ).toContain("requested: gpu.deviceclass.resource.k8s.io/devices=32");
  await world.client.resource(resourceClaims).delete({ namespace: "default", name: "two" }, {}, world.signal);
  await world.pass(8);
  expect(await used()).toMatchObject({ "gpu.deviceclass.resource.k8s.io/devices": "1" });
});

async function limits(...items: LimitRangeItem[]): Promise<void> {
  const metadata = { name: "l", namespace: "default" };
  await world.create(limitRanges, { apiVersion: "v1", kind: "LimitRange", metadata, spec: { limits: items } });
  await world.pass(1);
}

test("a limit range gives containers what they do not say", async () => {
  await limits({ type: "Container", default: { cpu: "500m", memory: "64Mi" }, defaultRequest: { cpu: "100m" } });
  const made = await pod("a");
  expect(made.spec.containers[0]?.resources).toEqual({
    limits: { cpu: "500m", memory: "64Mi" },
    requests: { cpu: "100m", memory: "64Mi" },
  });
  expect(made.metadata.annotations?.["kubernetes.io/limit-ranger"]).toBe(
    "LimitRanger plugin set: cpu, memory request for container c; cpu, memory limit for container c",
  );
  expect(made.status?.qosClass).toBe("Burstable");
});

test("a limit range refuses what is out of its bounds", async () => {
  await limits(
    { type: "Container", max: { cpu: "1" }, min: { cpu: "100m" }, maxLimitRequestRatio: { cpu: "2" } },
    { type: "Pod", max: { memory: "1Gi" } },
  );
  expect(await refused(pod("a", asking({ cpu: "50m", memory: "1Mi" }, { cpu: "2", memory: "2Gi" })))).toBe(
    'pods "a" is forbidden: [minimum cpu usage per Container is 100m, but request is 50m, maximum cpu usage per Container is 1, but limit is 2, ' +
      "cpu max limit to request ratio per Container is 2, but provided ratio is 40.000000, maximum memory usage per Pod is 1Gi, but limit is 2Gi]",
  );
  expect(await refused(pod("b", asking({ cpu: "100m" }, { cpu: "100m" })))).toBe(
    'pods "b" is forbidden: maximum memory usage per Pod is 1Gi.  No limit is specified',
  );
  await pod("c", asking({ cpu: "500m", memory: "1Gi" }, { cpu: "1", memory: "1Gi" }));
});
