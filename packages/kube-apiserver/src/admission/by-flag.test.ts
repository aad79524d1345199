// Plugins that run only when they are enabled: what each changes and refuses, in upstream's words.
import { afterEach, describe, expect, it } from "vitest";
import type { Caller } from "../node/testing.ts";
import { addNamespace, type PluginServer, podNamed, refusal, startPluginServer } from "./testing.ts";

const PODS = "namespaces/work/pods";
let server: PluginServer | undefined;
afterEach(async () => {
  await server?.at.stop();
  server = undefined;
});
async function withPlugin(name: string, configuration?: string): Promise<PluginServer> {
  const configurations = new Map(configuration === undefined ? [] : [[name, configuration]]);
  server = await startPluginServer({ enable: [name], configurations });
  return server;
}

describe("AlwaysPullImages", () => {
  it("pulls images of new pods, and leaves older pods alone", async () => {
    const { post } = await withPlugin("AlwaysPullImages");
    const containers = [{ name: "main", image: "busybox:1", imagePullPolicy: "Never" }];
    const volumes = [{ name: "v", image: { reference: "r", pullPolicy: "Never" } }];
    const { body } = await post(
      PODS,
      podNamed("p", { containers, initContainers: [{ name: "i", image: "x" }], volumes }),
    );
    const { spec } = body;
    const policies = [spec.containers[0], spec.initContainers[0]].map(({ imagePullPolicy }) => imagePullPolicy);
    expect([...policies, spec.volumes[0].image.pullPolicy]).toEqual(["Always", "Always", "Always"]);
  });
});

it("AlwaysDeny refuses everything", async () => {
  // What the server would write itself is denied too: it runs without.
  const { post } = await withPlugin("AlwaysDeny");
  const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "more" } };
  expect(refusal(await post("namespaces", namespace))).toEqual([
    403,
    'namespaces "more" is forbidden: admission control is denying all modifications',
  ]);
});

it("AlwaysAdmit changes nothing", async () => {
  const { post } = await withPlugin("AlwaysAdmit");
  expect((await post(PODS, podNamed("p"))).status).toBe(201);
});

it("DenyServiceExternalIPs keeps further addresses out", async () => {
  const { post, patch } = await withPlugin("DenyServiceExternalIPs");
  const service = (name: string, externalIPs: string[]) => ({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name },
    spec: { ports: [{ port: 80 }], externalIPs },
  });
  const words = "Use of external IPs is denied by admission control";
  expect(refusal(await post("namespaces/work/services", service("bad", ["192.0.2.1"])))).toEqual([
    403,
    `services "bad" is forbidden: ${words}`,
  ]);
  expect((await post("namespaces/work/services", service("good", []))).status).toBe(201);
  expect((await patch("namespaces/work/services/good", { spec: { externalIPs: ["192.0.2.1"] } })).status).toBe(403);
});

it("LimitPodHardAntiAffinityTopology allows hosts only", async () => {
  const { post } = await withPlugin("LimitPodHardAntiAffinityTopology");
  const away = (topologyKey: string) => ({
    affinity: {
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey, labelSelector: { matchLabels: { a: "b" } } }],
      },
    },
  });
  expect((await post(PODS, podNamed("host", away("kubernetes.io/hostname")))).status).toBe(201);
  expect(refusal(await post(PODS, podNamed("zone", away("zone"))))).toEqual([
    403,
    'pods "zone" is forbidden: affinity.PodAntiAffinity.RequiredDuringScheduling has TopologyKey zone but only key kubernetes.io/hostname is allowed',
  ]);
});

it("ExtendedResourceToleration tolerates the taints of devices", async () => {
  const { post } = await withPlugin("ExtendedResourceToleration");
  const resources = { requests: { "example.com/gpu": "1", cpu: "1" }, limits: { "example.com/gpu": "1" } };
  const { body } = await post(PODS, podNamed("p", { containers: [{ name: "main", image: "x", resources }] }));
  expect(body.spec.tolerations).toContainEqual({ key: "example.com/gpu", operator: "Exists", effect: "NoSchedule" });
});

it("NamespaceExists refuses what has no namespace", async () => {
  const { post } = await withPlugin("NamespaceExists");
  expect(refusal(await post("namespaces/none/pods", podNamed("p")))).toEqual([404, 'namespaces "none" not found']);
});

it("NamespaceAutoProvision makes namespaces, but not for a trial", async () => {
  const { post, get } = await withPlugin("NamespaceAutoProvision");
  const map = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "m" } };
  expect((await post("namespaces/trial/configmaps?dryRun=All", map)).status).toBe(404);
  expect((await post("namespaces/fresh/configmaps", map)).status).toBe(201);
  expect([(await get("namespaces/fresh")).status, (await get("namespaces/trial")).status]).toEqual([200, 404]);
});

describe("PodNodeSelector", () => {
  const CONFIGURATION =
    "podNodeSelectorPluginConfig: {clusterDefaultNodeSelector: 'env=dev', work: 'env=dev,disk=fast'}";
  it("gives pods the selector of their namespace or the cluster's", async () => {
    const at = await withPlugin("PodNodeSelector", CONFIGURATION);
    const own = { "scheduler.alpha.kubernetes.io/node-selector": "env=prod" };
    await addNamespace(at, "prod", own);
    expect((await at.post(PODS, podNamed("p"))).body.spec.nodeSelector).toEqual({ env: "dev" });
    expect((await at.post("namespaces/prod/pods", podNamed("p"))).body.spec.nodeSelector).toEqual({ env: "prod" });
    expect(refusal(await at.post(PODS, podNamed("bad", { nodeSelector: { env: "prod" } })))).toEqual([
      403,
      'pods "bad" is forbidden: pod node label selector conflicts with its namespace node label selector',
    ]);
    expect(refusal(await at.post(PODS, podNamed("wide", { nodeSelector: { other: "x" } })))).toEqual([
      403,
      'pods "wide" is forbidden: pod node label selector labels conflict with its namespace whitelist',
    ]);
  });

  it("refuses a selector that cannot be read", async () => {
    const start = withPlugin("PodNodeSelector", "podNodeSelectorPluginConfig: {work: 'a in (b)'}");
    await expect(start).rejects.toThrow("PodNodeSelector: invalid selector: a in (b)");
  });
});

describe("PodTolerationRestriction", () => {
  it("gives and bounds tolerations by namespace", async () => {
    const at = await withPlugin("PodTolerationRestriction");
    const spot = { key: "spot", operator: "Exists", effect: "NoSchedule" };
    await addNamespace(at, "given", { "scheduler.alpha.kubernetes.io/defaultTolerations": JSON.stringify([spot]) });
    const given = await at.post("namespaces/given/pods", podNamed("p"));
    expect(given.body.spec.tolerations).toContainEqual(spot);
    const usual = { operator: "Exists", effect: "NoExecute", tolerationSeconds: 300 };
    await addNamespace(at, "bound", { "scheduler.alpha.kubernetes.io/tolerationsWhitelist": JSON.stringify([usual]) });
    expect((await at.post("namespaces/bound/pods", podNamed("fits"))).status).toBe(201);
    expect(refusal(await at.post("namespaces/bound/pods", podNamed("wide", { tolerations: [spot] })))).toEqual([
      403,
      'pods "wide" is forbidden: pod tolerations (possibly merged with namespace default tolerations) conflict with its namespace whitelist',
    ]);
  });
});

describe("EventRateLimit", () => {
  const limits = (text: string) =>
    `apiVersion: eventratelimit.admission.k8s.io/v1alpha1\nkind: Configuration\nlimits: ${text}`;
  const event = (name: string) => ({
    apiVersion: "v1",
    kind: "Event",
    metadata: { name, namespace: "work" },
    involvedObject: { kind: "Pod", name: "p", namespace: "work" },
  });
  it("lets a burst through, then asks to wait", async () => {
    const { post } = await withPlugin("EventRateLimit", limits("[{type: Namespace, qps: 1, burst: 2}]"));
    const answers = [];
    for (const name of ["a", "b", "c"]) answers.push(await post("namespaces/work/events", event(name)));
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 429]);
    expect(answers[2]?.body.message).toBe("Too many requests: limit reached on type Namespace for key work");
  });

  it.each([
    [undefined, "a configuration with limits is needed"],
    [limits("[]"), "limits: Required value"],
    [limits("[{type: Server, qps: 0, burst: 1, cacheSize: 5}]"), "limits[0].qps: Invalid value: 0: must be positive"],
    [limits("[{type: Other, qps: 1, burst: 1}]"), "Unsupported value"],
  ])("refuses the configuration %j", async (text, message) => {
    await expect(withPlugin("EventRateLimit", text)).rejects.toThrow(message);
  });
});

describe("OwnerReferencesPermissionEnforcement", () => {
  const RBAC = "/apis/rbac.authorization.k8s.io/v1";
  const writer: Caller = { user: { name: "writer", groups: [] } };
  it("asks for the rights that owners give", async () => {
    const { post } = await withPlugin("OwnerReferencesPermissionEnforcement");
    const apiVersion = "rbac.authorization.k8s.io/v1";
    const grant = async (name: string, rule: object): Promise<void> => {
      const rules = [{ apiGroups: [""], ...rule }];
      await post(`${RBAC}/clusterroles`, { apiVersion, kind: "ClusterRole", metadata: { name }, rules });
      await post(`${RBAC}/clusterrolebindings`, {
        apiVersion,
        kind: "ClusterRoleBinding",
        metadata: { name },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name },
        subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "writer" }],
      });
    };
    await grant("create", { resources: ["configmaps"], verbs: ["create"] });
    const owned = (name: string, more: object = {}) => ({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name, ownerReferences: [{ apiVersion: "v1", kind: "Pod", name: "p", uid: "u", ...more }] },
    });
    const send = (body: object) => post("namespaces/work/configmaps", body, writer);
    expect((await send({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "free" } })).status).toBe(201);
    expect(refusal(await send(owned("a")))).toEqual([
      403,
      `configmaps "a" is forbidden: cannot set an ownerRef on a resource you can't delete: , <nil>`,
    ]);
    await grant("delete", { resources: ["configmaps"], verbs: ["delete"] });
    expect((await send(owned("a"))).status).toBe(201);
    const blocking = { blockOwnerDeletion: true };
    expect(refusal(await send(owned("b", blocking)))).toEqual([
      403,
      `configmaps "b" is forbidden: cannot set blockOwnerDeletion if an ownerReference refers to a resource you can't set finalizers on: , <nil>`,
    ]);
    expect((await send(owned("c", { ...blocking, kind: "Nothing" }))).body.message).toContain(
      'cannot find RESTMapping for APIVersion v1 Kind Nothing: no matches for kind "Nothing" in version "v1"',
    );
    await grant("finalize", { resources: ["pods/finalizers"], verbs: ["update"] });
    expect((await send(owned("b", blocking))).status).toBe(201);
  });
});
