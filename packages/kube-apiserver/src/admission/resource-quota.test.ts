// ResourceQuota: limits that hold under concurrency, scopes, kinds by count, updates, and what may be used only under a quota.
import { afterEach, describe, expect, it } from "vitest";
import { type PluginServer, podNamed, refusal, startPluginServer } from "./testing.ts";

let server: PluginServer;
afterEach(() => server.at.stop());

const PODS = "namespaces/work/pods";
const QUOTAS = "namespaces/work/resourcequotas";

/** A quota as the controller has counted it. */
async function quota(name: string, hard: Record<string, string>, more: object = {}, used?: object): Promise<void> {
  await server.post(QUOTAS, {
    apiVersion: "v1",
    kind: "ResourceQuota",
    metadata: { name },
    spec: { hard, ...more },
  });
  const zero = Object.fromEntries(Object.keys(hard).map((key) => [key, "0"]));
  await server.patch(`${QUOTAS}/${name}/status`, { status: { hard, used: used ?? zero } });
}
const used = async (name: string) => (await server.get(`${QUOTAS}/${name}`)).body.status.used;
const asking = (requests: object, more: object = {}) => ({
  containers: [{ name: "main", image: "x", resources: { requests } }],
  ...more,
});

it("lets no more in than there is, however many come at once", async () => {
  server = await startPluginServer();
  await quota("q", { pods: "5", "requests.cpu": "10" });
  const names = Array.from({ length: 20 }, (_, i) => `p${i}`);
  const answers = await Promise.all(names.map((name) => server.post(PODS, podNamed(name, asking({ cpu: "1" })))));
  const stored = (await server.get(PODS)).body.items.length;
  expect([answers.filter(({ status }) => status === 201).length, stored]).toEqual([5, 5]);
  expect(await used("q")).toEqual({ pods: "5", "requests.cpu": "5" });
  const [refused] = answers.filter(({ status }) => status !== 201);
  expect(refused?.body.message).toMatch(
    /is forbidden: exceeded quota: q, requested: pods=1, used: pods=5, limited: pods=5$/,
  );
});

describe("a quota", () => {
  it("asks containers to say what they take, and refuses while it is not counted", async () => {
    server = await startPluginServer();
    await quota("q", { "requests.cpu": "1", "limits.memory": "1Gi" });
    expect(refusal(await server.post(PODS, podNamed("silent")))).toEqual([
      403,
      'pods "silent" is forbidden: failed quota: q: must specify limits.memory for: main; requests.cpu for: main',
    ]);
    await server.patch(`${QUOTAS}/q/status`, { status: { used: { "limits.memory": null } } });
    const resources = { requests: { cpu: "1" }, limits: { memory: "1Mi" } };
    const containers = [{ name: "main", image: "x", resources }];
    expect(refusal(await server.post(PODS, podNamed("early", { containers })))).toEqual([
      403,
      'pods "early" is forbidden: status unknown for quota: q, resources: limits.memory,requests.cpu',
    ]);
  });

  it("is about the objects in its scopes", async () => {
    server = await startPluginServer();
    const priority = (name: string, value: number) => ({
      apiVersion: "scheduling.k8s.io/v1",
      kind: "PriorityClass",
      metadata: { name },
      value,
    });
    await server.post("/apis/scheduling.k8s.io/v1/priorityclasses", priority("high", 10));
    await quota("besteffort", { pods: "0" }, { scopes: ["BestEffort"] });
    const scopeSelector = { matchExpressions: [{ scopeName: "PriorityClass", operator: "In", values: ["high"] }] };
    await quota("high", { pods: "1" }, { scopeSelector });
    expect((await server.post(PODS, podNamed("best"))).body.message).toContain("exceeded quota: besteffort");
    expect((await server.post(PODS, podNamed("normal", asking({ cpu: "1" })))).status).toBe(201);
    const high = asking({ cpu: "1" }, { priorityClassName: "high" });
    expect((await server.post(PODS, podNamed("first", high))).status).toBe(201);
    expect((await server.post(PODS, podNamed("second", high))).body.message).toContain("exceeded quota: high");
  });

  it("counts objects of any kind, and what updates add", async () => {
    server = await startPluginServer();
    await quota("q", { "count/deployments.apps": "0", "services.nodeports": "1", configmaps: "1" });
    const deployment = {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "d" },
      spec: {
        selector: { matchLabels: { a: "b" } },
        template: { metadata: { labels: { a: "b" } }, spec: { containers: [{ name: "c", image: "x" }] } },
      },
    };
    expect(refusal(await server.post("/apis/apps/v1/namespaces/work/deployments", deployment))).toEqual([
      403,
      'deployments.apps "d" is forbidden: exceeded quota: q, requested: count/deployments.apps=1, used: count/deployments.apps=0, limited: count/deployments.apps=0',
    ]);
    const service = { apiVersion: "v1", kind: "Service", metadata: { name: "s" }, spec: { ports: [{ port: 80 }] } };
    expect((await server.post("namespaces/work/services", service)).status).toBe(201);
    const grow = (ports: object[]) => server.patch("namespaces/work/services/s", { spec: { type: "NodePort", ports } });
    expect((await grow([{ port: 80, name: "a" }])).status).toBe(200);
    expect(
      (
        await grow([
          { port: 80, name: "a" },
          { port: 81, name: "b" },
        ])
      ).body.message,
    ).toContain(
      "exceeded quota: q, requested: services.nodeports=1, used: services.nodeports=1, limited: services.nodeports=1",
    );
    const map = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "m" } };
    expect((await server.post("namespaces/work/configmaps?dryRun=All", map)).status).toBe(201);
    expect((await server.post("namespaces/work/configmaps", map)).status).toBe(201);
    expect((await used("q")).configmaps).toBe("1");
  });
});

it("what is limited by the configuration needs a quota", async () => {
  const text = `apiVersion: apiserver.config.k8s.io/v1
kind: ResourceQuotaConfiguration
limitedResources:
- resource: persistentvolumeclaims
  matchContains: [gold.storageclass.storage.k8s.io/requests.storage]
- resource: pods
  matchScopes: [{scopeName: PriorityClass, operator: In, values: [system-node-critical]}]
`;
  server = await startPluginServer({ configurations: new Map([["ResourceQuota", text]]) });
  const claim = (name: string, storageClassName: string) => ({
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name },
    spec: { storageClassName, accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
  });
  const post = (body: object) => server.post("namespaces/work/persistentvolumeclaims", body);
  expect((await post(claim("plain", "tin"))).status).toBe(201);
  expect(refusal(await post(claim("gold", "gold")))).toEqual([
    403,
    'persistentvolumeclaims "gold" is forbidden: insufficient quota to consume: gold.storageclass.storage.k8s.io/requests.storage',
  ]);
  await quota("q", { "gold.storageclass.storage.k8s.io/requests.storage": "5Gi" });
  expect((await post(claim("gold", "gold"))).status).toBe(201);
  const critical = podNamed("critical", { priorityClassName: "system-node-critical" });
  expect(refusal(await server.post(PODS, critical))).toEqual([
    403,
    'pods "critical" is forbidden: insufficient quota to match these scopes: [{PriorityClass In [system-node-critical]}]',
  ]);
});
