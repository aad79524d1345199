// What becomes of a pod on its way in (admission), how it gets its node (binding), and what its node's kubelet may see.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ADMIN, type Caller, startTestServer, type TestServer } from "./node/testing.ts";

const admin: Caller = { user: ADMIN };
const kubelet = (node: string): Caller => ({ user: { name: `system:node:${node}`, groups: ["system:nodes"] } });
const PODS = "/api/v1/namespaces/work/pods";
const pod = (name: string, spec: object = {}) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name },
  spec: { containers: [{ name: "main", image: "busybox" }], ...spec },
});
let at: TestServer;
const post = (path: string, body: unknown) => at.call(admin, "POST", path, body);

beforeAll(async () => {
  at = await startTestServer();
  await post("/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name: "work" } });
  for (const name of ["default", "puller"]) {
    const imagePullSecrets = name === "puller" ? [{ name: "registry" }] : undefined;
    await post("/api/v1/namespaces/work/serviceaccounts", {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name },
      imagePullSecrets,
    });
  }
  for (const name of ["n1", "n2"]) await post("/api/v1/nodes", { apiVersion: "v1", kind: "Node", metadata: { name } });
});
afterAll(() => at.stop());

describe("a new pod", () => {
  it("gets a service account, a token for the API, a priority and tolerations", async () => {
    const { status, body } = await post(PODS, pod("plain"));
    expect(status).toBe(201);
    const [volume] = body.spec.volumes;
    expect(volume.name).toMatch(/^kube-api-access-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
    expect(volume.projected).toEqual({
      defaultMode: 420,
      sources: [
        { serviceAccountToken: { expirationSeconds: 3607, path: "token" } },
        { configMap: { items: [{ key: "ca.crt", path: "ca.crt" }], name: "kube-root-ca.crt" } },
        {
          downwardAPI: {
            items: [{ fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" }, path: "namespace" }],
          },
        },
      ],
    });
    expect(body.spec.containers[0].volumeMounts).toEqual([
      { mountPath: "/var/run/secrets/kubernetes.io/serviceaccount", name: volume.name, readOnly: true },
    ]);
    const { serviceAccountName, serviceAccount, priority, preemptionPolicy, tolerations } = body.spec;
    expect({ serviceAccountName, serviceAccount, priority, preemptionPolicy }).toEqual({
      serviceAccountName: "default",
      serviceAccount: "default",
      priority: 0,
      preemptionPolicy: "PreemptLowerPriority",
    });
    expect(tolerations).toEqual([
      { effect: "NoExecute", key: "node.kubernetes.io/not-ready", operator: "Exists", tolerationSeconds: 300 },
      { effect: "NoExecute", key: "node.kubernetes.io/unreachable", operator: "Exists", tolerationSeconds: 300 },
    ]);
  });

  it("gets no token where none is wanted, its account's pull secrets, and its class's priority", async () => {
    const spec = {
      automountServiceAccountToken: false,
      serviceAccountName: "puller",
      priorityClassName: "system-node-critical",
    };
    const { body } = await post(PODS, pod("quiet", { ...spec, tolerations: [{ operator: "Exists" }] }));
    expect(body.spec.volumes).toBe(undefined);
    expect(body.spec.imagePullSecrets).toEqual([{ name: "registry" }]);
    expect(body.spec.priority).toBe(2_000_001_000);
    expect(body.spec.tolerations).toEqual([{ operator: "Exists" }]);
  });

  it.each([
    [
      "an account that is not there",
      { serviceAccountName: "nobody" },
      'pods "x" is forbidden: error looking up service account work/nobody: serviceaccount "nobody" not found',
    ],
    [
      "a class that is not there",
      { priorityClassName: "urgent" },
      'pods "x" is forbidden: no PriorityClass with name urgent was found',
    ],
    [
      "a priority of its own",
      { priority: 7 },
      'pods "x" is forbidden: the integer value of priority (7) must not be provided in pod spec; priority admission controller computed 0 from the given PriorityClass name',
    ],
  ])("is refused with %s", async (_what, spec, message) => {
    const { status, body } = await post(PODS, pod("x", spec));
    expect([status, body.message]).toEqual([403, message]);
  });

  it("is refused in a namespace that is not there or that is going", async () => {
    expect((await post("/api/v1/namespaces/nowhere/pods", pod("x"))).body).toMatchObject({
      code: 404,
      message: 'namespaces "nowhere" not found',
    });
    await post("/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name: "going" } });
    expect((await at.call(admin, "DELETE", "/api/v1/namespaces/going")).body.status.phase).toBe("Terminating");
    const config = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c" } };
    const { body } = await post("/api/v1/namespaces/going/configmaps", config);
    expect(body).toMatchObject({
      code: 403,
      message:
        'configmaps "c" is forbidden: unable to create new content in namespace going because it is being terminated',
      details: {
        causes: [
          {
            reason: "NamespaceTerminating",
            message: "namespace going is being terminated",
            field: "metadata.namespace",
          },
        ],
      },
    });
  });

  it("finds namespaces that cannot be deleted", async () => {
    const { status, body } = await at.call(admin, "DELETE", "/api/v1/namespaces/default");
    expect([status, body.message]).toEqual([
      403,
      'namespaces "default" is forbidden: this namespace may not be deleted',
    ]);
  });
});

it("leaves only one default priority class", async () => {
  const make = (name: string) => ({
    apiVersion: "scheduling.k8s.io/v1",
    kind: "PriorityClass",
    metadata: { name },
    value: 5,
    globalDefault: true,
  });
  expect((await post("/apis/scheduling.k8s.io/v1/priorityclasses", make("first"))).status).toBe(201);
  const { body } = await post("/apis/scheduling.k8s.io/v1/priorityclasses", make("second"));
  expect(body.message).toBe(
    'priorityclasses.scheduling.k8s.io "second" is forbidden: PriorityClass first is already marked as default. Only one default can exist',
  );
  const { body: own } = await post(PODS, pod("by-default"));
  expect([own.spec.priority, own.spec.priorityClassName]).toEqual([5, "first"]);
  await at.call(admin, "DELETE", "/apis/scheduling.k8s.io/v1/priorityclasses/first");
});

it("taints a new node until it is found ready", async () => {
  const { body } = await at.call(admin, "GET", "/api/v1/nodes/n1");
  expect(body.spec.taints).toEqual([{ effect: "NoSchedule", key: "node.kubernetes.io/not-ready" }]);
});

describe("binding", () => {
  const binding = (node: string, more: object = {}) => ({
    apiVersion: "v1",
    kind: "Binding",
    metadata: { name: "bound", annotations: { why: "fits" } },
    target: { kind: "Node", name: node },
    ...more,
  });
  it("puts a pod on a node once", async () => {
    await post(PODS, pod("bound"));
    const { status, body } = await post(`${PODS}/bound/binding`, binding("n1"));
    expect([status, body]).toEqual([
      201,
      { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", code: 201 },
    ]);
    const { body: bound } = await at.call(admin, "GET", `${PODS}/bound`);
    expect(bound.metadata.generation).toBe(1);
    expect([bound.spec.nodeName, bound.metadata.annotations, bound.status.conditions[0]]).toMatchObject([
      "n1",
      { why: "fits" },
      { type: "PodScheduled", status: "True" },
    ]);
    const again = await post("/api/v1/namespaces/work/bindings", binding("n2"));
    expect([again.status, again.body.message]).toEqual([
      409,
      'Operation cannot be fulfilled on pods/binding "bound": pod bound is already assigned to node "n1"',
    ]);
  });

  it("refuses other targets, other pods and pods that are gated", async () => {
    await post(PODS, pod("gated", { schedulingGates: [{ name: "example.com/wait" }] }));
    const gated = { ...binding("n1"), metadata: { name: "gated" } };
    expect((await post(`${PODS}/gated/binding`, gated)).body.message).toContain("has non-empty .spec.schedulingGates");
    const target = await post(`${PODS}/gated/binding`, { ...gated, target: { kind: "Pod", name: "x" } });
    expect([target.status, target.body.details.causes[0].field]).toEqual([422, "target.kind"]);
    const unknown = await post(`${PODS}/none/binding`, { ...gated, metadata: { name: "none" } });
    expect([unknown.status, unknown.body.message]).toEqual([404, 'pods "none" not found']);
    const stale = { ...gated, metadata: { name: "gated", uid: "other" } };
    expect((await post(`${PODS}/gated/binding`, stale)).body.message).toContain(
      "Precondition failed: UID in precondition: other",
    );
  });
});

describe("a kubelet", () => {
  beforeAll(async () => {
    const spec = {
      containers: [{ name: "main", image: "busybox", envFrom: [{ configMapRef: { name: "settings" } }] }],
      volumes: [{ name: "s", secret: { secretName: "key" } }],
      serviceAccountName: "puller",
      nodeName: "n1",
    };
    await post(PODS, pod("mine", spec));
    await post(PODS, pod("other", { nodeName: "n2" }));
    for (const name of ["key", "foreign"]) {
      await post("/api/v1/namespaces/work/secrets", { apiVersion: "v1", kind: "Secret", metadata: { name } });
    }
    await post("/api/v1/namespaces/work/configmaps", {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "settings" },
    });
  });

  it.each([
    ["GET", "/api/v1/nodes/n1", 200],
    ["GET", "/api/v1/nodes/n2", 403],
    ["GET", "/api/v1/nodes", 403],
    ["GET", "/api/v1/nodes?fieldSelector=metadata.name%3Dn1", 200],
    ["GET", "/api/v1/pods", 403],
    ["GET", "/api/v1/pods?fieldSelector=spec.nodeName%3Dn1", 200],
    ["GET", "/api/v1/pods?fieldSelector=spec.nodeName%3Dn2", 403],
    ["GET", "/api/v1/namespaces/work/pods/mine", 200],
    ["GET", "/api/v1/namespaces/work/pods/other", 403],
    ["GET", "/api/v1/namespaces/work/secrets/key", 200],
    ["GET", "/api/v1/namespaces/work/secrets/registry", 404],
    ["GET", "/api/v1/namespaces/work/secrets/foreign", 403],
    ["GET", "/api/v1/namespaces/work/secrets", 403],
    ["GET", "/api/v1/namespaces/work/configmaps/settings", 200],
    ["GET", "/api/v1/namespaces/work/configmaps?fieldSelector=metadata.name%3Dsettings", 200],
    ["GET", "/api/v1/services", 200],
    ["GET", "/api/v1/namespaces/kube-node-lease/configmaps/settings", 403],
    ["POST", "/api/v1/namespaces/work/serviceaccounts/unused/token", 403],
    ["DELETE", "/api/v1/namespaces/work/pods/other", 403],
    ["DELETE", "/api/v1/nodes/n1", 403],
  ])("asks %s %s and gets %d", async (method, path, expected) => {
    const body =
      method === "POST" ? { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: {} } : undefined;
    expect((await at.call(kubelet("n1"), method, path, body)).status).toBe(expected);
  });

  it("gets tokens only for pods of its node", async () => {
    const path = "/api/v1/namespaces/work/serviceaccounts/puller/token";
    const pod = (await at.call(kubelet("n1"), "GET", "/api/v1/namespaces/work/pods/mine")).body;
    const ask = async (boundObjectRef?: object) =>
      await at.call(kubelet("n1"), "POST", path, {
        apiVersion: "authentication.k8s.io/v1",
        kind: "TokenRequest",
        spec: { boundObjectRef },
      });
    const bound = { apiVersion: "v1", kind: "Pod", name: "mine", uid: pod.metadata.uid };
    expect((await ask(bound)).status).toBe(201);
    expect((await ask()).body.message).toContain("node requested token not bound to a pod");
    expect((await ask({ ...bound, uid: undefined })).body.message).toContain("with a pod binding without a uid");
    expect((await ask({ ...bound, name: "other" })).body.message).toContain("does not match the UID in record");
  });

  it("is told why not", async () => {
    const { body } = await at.call(kubelet("n1"), "GET", "/api/v1/namespaces/work/secrets/foreign");
    expect(body.message).toBe(
      'secrets "foreign" is forbidden: User "system:node:n1" cannot get resource "secrets" in API group "" in the namespace "work": no relationship found between node \'n1\' and this object',
    );
  });
});

it("evicts a pod, unless a budget selects it", async () => {
  await post(PODS, { ...pod("evicted"), metadata: { name: "evicted", labels: { app: "db" } } });
  const eviction = { apiVersion: "policy/v1", kind: "Eviction", metadata: { name: "evicted" } };
  await at.call(admin, "PATCH", `${PODS}/evicted/status`, {
    status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
  });
  const budget = {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name: "db" },
    spec: { minAvailable: 1, selector: { matchLabels: { app: "db" } } },
  };
  expect((await post("/apis/policy/v1/namespaces/work/poddisruptionbudgets", budget)).status).toBe(201);
  const refused = await post(`${PODS}/evicted/eviction`, eviction);
  expect([refused.status, refused.body.message]).toEqual([
    429,
    "Cannot evict pod as it would violate the pod's disruption budget.",
  ]);
  const other = { ...eviction, metadata: { name: "other" } };
  expect((await post(`${PODS}/evicted/eviction`, other)).status).toBe(400);
  const path = "/apis/policy/v1/namespaces/work/poddisruptionbudgets/db";
  const counts = {
    observedGeneration: 1,
    disruptionsAllowed: 1,
    currentHealthy: 2,
    desiredHealthy: 1,
    expectedPods: 2,
  };
  await at.call(admin, "PATCH", `${path}/status`, { status: counts });
  expect((await post(`${PODS}/evicted/eviction`, { ...eviction, deleteOptions: { dryRun: ["All"] } })).status).toBe(
    201,
  );
  expect((await at.call(admin, "GET", path)).body.status.disruptionsAllowed).toBe(1);
  await at.call(admin, "PATCH", `${PODS}/evicted`, { metadata: { finalizers: ["example.com/stay"] } });
  expect((await post(`${PODS}/evicted/eviction`, eviction)).status).toBe(201);
  const { metadata, status } = (await at.call(admin, "GET", `${PODS}/evicted`)).body;
  expect(metadata.deletionTimestamp).toBeDefined();
  expect(status.conditions).toContainEqual(
    expect.objectContaining({ type: "DisruptionTarget", status: "True", reason: "EvictionByEvictionAPI" }),
  );
  const after = (await at.call(admin, "GET", path)).body.status;
  expect([after.disruptionsAllowed, Object.keys(after.disruptedPods)]).toEqual([0, ["evicted"]]);
  await at.call(admin, "PATCH", `${PODS}/evicted`, { metadata: { finalizers: null } });
  expect((await at.call(admin, "GET", `${PODS}/evicted`)).status).toBe(404);
});

it("evicts only the pod that was meant, by its uid and its version", async () => {
  const created = await post(PODS, { ...pod("meant"), metadata: { name: "meant" } });
  const { uid, resourceVersion } = created.body.metadata;
  const evict = (preconditions: object) =>
    post(`${PODS}/meant/eviction`, {
      apiVersion: "policy/v1",
      kind: "Eviction",
      metadata: { name: "meant" },
      deleteOptions: { preconditions },
    });
  expect((await evict({ uid: "another" })).status).toBe(409);
  expect((await evict({ resourceVersion: "1" })).status).toBe(409);
  expect((await evict({ uid, resourceVersion })).status).toBe(201);
});
