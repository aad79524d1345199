// What kubelets may write, over the server's own handler: their own node with its labels, leases, and mirror pods.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Answer, type Caller, startTestServer, type TestServer } from "./node/testing.ts";

const admin: Caller = { user: { name: "admin", groups: ["system:masters"] } };
const kubelet: Caller = { user: { name: "system:node:n1", groups: ["system:nodes"] } };
const node = (name: string, labels: Record<string, string> = {}) => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: { name, labels },
});
const MIRROR = { "kubernetes.io/config.mirror": "x" };

let at: TestServer;
let uid = "";
const as = async (who: Caller, method: string, path: string, body?: object): Promise<Answer> =>
  await at.call(who, method, path, body);

beforeAll(async () => {
  at = await startTestServer();
  await as(admin, "POST", "/api/v1/nodes", node("n2"));
  uid = (await as(kubelet, "POST", "/api/v1/nodes", node("n1", { "kubernetes.io/os": "linux", "example.com/a": "b" })))
    .body.metadata.uid;
  await as(admin, "POST", "/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name: "work" } });
  await as(admin, "POST", "/api/v1/namespaces/work/serviceaccounts", {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name: "default" },
  });
});
afterAll(async () => await at.stop());

describe("a kubelet", () => {
  it("does not get rid of its taints by an owner that is not there: the garbage collector would delete the node for it", async () => {
    const ownerReferences = [{ apiVersion: "v1", kind: "Namespace", name: "gone", uid: "gone" }];
    const who: Caller = { user: { name: "system:node:n9", groups: ["system:nodes"] } };
    const owned = { ...node("n9"), metadata: { name: "n9", ownerReferences } };
    const refused = await as(who, "POST", "/api/v1/nodes", owned);
    expect([refused.status, refused.body.message]).toEqual([
      403,
      expect.stringContaining("not allowed to set ownerReferences"),
    ]);
    expect((await as(kubelet, "PATCH", "/api/v1/nodes/n1", { metadata: { ownerReferences } })).status).toBe(403);
  });

  it("deletes no node, its own neither: it would come back without its taints and labels", async () => {
    expect((await as(kubelet, "DELETE", "/api/v1/nodes/n1")).status).toBe(403);
    expect((await as(kubelet, "DELETE", "/api/v1/nodes/n2")).status).toBe(403);
    expect((await as(kubelet, "DELETE", "/api/v1/nodes")).status).toBe(403);
  });

  it.each([
    ["a node of another name", node("n3"), 'node "n1" is not allowed to modify node "n3"'],
    [
      "labels that others trust",
      node("n1", { "node-restriction.kubernetes.io/a": "b", "node-role.kubernetes.io/x": "" }),
      'node "n1" is not allowed to set the following labels: node-restriction.kubernetes.io/a, node-role.kubernetes.io/x',
    ],
  ])("does not register %s", async (_what, body, message) => {
    const { status, body: answer } = await as(kubelet, "POST", "/api/v1/nodes", body);
    expect([status, answer.message]).toEqual([403, expect.stringContaining(message)]);
  });

  it.each([
    [{ metadata: { labels: { "node-restriction.kubernetes.io/a": "b" } } }, 403, "is not allowed to modify labels"],
    [{ spec: { taints: [] } }, 403, "is not allowed to modify taints"],
    [
      { metadata: { ownerReferences: [{ apiVersion: "v1", kind: "Node", name: "n2", uid: "u" }] } },
      403,
      "is not allowed to modify ownerReferences",
    ],
    [{ metadata: { labels: { "example.com/a": "c", "node.kubernetes.io/instance-type": "m" } } }, 200, undefined],
  ])("changes its node by %j: %d", async (patch, expected, message) => {
    const { status, body } = await as(kubelet, "PATCH", "/api/v1/nodes/n1", patch);
    expect(status).toBe(expected);
    if (message !== undefined) expect(body.message).toContain(message);
  });

  it("does not change another node", async () => {
    expect((await as(kubelet, "PATCH", "/api/v1/nodes/n2", { metadata: { labels: { a: "b" } } })).status).toBe(403);
  });

  it("keeps the lease of its own name only", async () => {
    const lease = (name: string) => ({ apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata: { name } });
    const path = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases";
    expect((await as(kubelet, "POST", path, lease("n1"))).status).toBe(201);
    const refused = await as(kubelet, "POST", path, lease("n2"));
    expect([refused.status, refused.body.message]).toEqual([
      403,
      expect.stringContaining("can only access node lease with the same name as the requesting node"),
    ]);
  });
});

describe("a pod that a kubelet creates", () => {
  const pod = (metadata: object, spec: object = {}) => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "static-n1", annotations: MIRROR, ...metadata },
    spec: { nodeName: "n1", containers: [{ name: "c", image: "i" }], ...spec },
  });
  const owner = () => ({ apiVersion: "v1", kind: "Node", name: "n1", uid, controller: true });
  const PATH = "/api/v1/namespaces/work/pods";

  it.each([
    ["has no mirror annotation", { annotations: {} }, {}, "can only create mirror pods"],
    ["is for another node", {}, { nodeName: "n2" }, "can only create pods with spec.nodeName set to itself"],
    ["has no owner", {}, {}, "can only create pods with an owner reference set to itself"],
  ])("is refused when it %s", async (_why, metadata, spec, message) => {
    const { status, body } = await as(kubelet, "POST", PATH, pod(metadata, spec));
    expect([status, body.message]).toEqual([403, expect.stringContaining(message)]);
  });

  it("is refused when it borrows another node's identity, blocks a deletion or reads secrets", async () => {
    const message = async (metadata: object, spec: object = {}) =>
      (await as(kubelet, "POST", PATH, pod(metadata, spec))).body.message;
    expect(await message({ ownerReferences: [{ ...owner(), name: "n2" }] })).toContain("owner reference set to itself");
    expect(await message({ ownerReferences: [{ ...owner(), uid: "other" }] })).toContain("UID mismatch");
    expect(await message({ ownerReferences: [{ ...owner(), blockOwnerDeletion: true }] })).toContain(
      "blockOwnerDeletion",
    );
    const env = [{ name: "A", valueFrom: { secretKeyRef: { name: "s", key: "k" } } }];
    const reads = { containers: [{ name: "c", image: "i", env }] };
    expect(await message({ ownerReferences: [owner()] }, reads)).toContain("that reference secrets");
    const envFrom = [{ configMapRef: { name: "s" } }];
    const from = { initContainers: [{ name: "c0", image: "i", envFrom }] };
    expect(await message({ ownerReferences: [owner()] }, from)).toContain("that reference configmaps");
  });

  it("is accepted when it shows a static pod of the node", async () => {
    const made = await as(kubelet, "POST", PATH, pod({ ownerReferences: [owner()] }));
    expect([made.status, made.body.message]).toEqual([201, undefined]);
  });
});

describe("kube-proxy's token on a node that joined", () => {
  const PATH = "/api/v1/namespaces/kube-system/serviceaccounts/kube-proxy/token";
  const spec = (bound: object, more: object = {}) => ({
    apiVersion: "authentication.k8s.io/v1",
    kind: "TokenRequest",
    spec: { boundObjectRef: { apiVersion: "v1", kind: "Node", ...bound }, ...more },
  });

  it("lets its holder see services, endpoints and nodes, and ends with the node", async () => {
    const made = await as(kubelet, "POST", PATH, spec({ name: "n1", uid }));
    expect(made.status).toBe(201);
    const holder: Caller = { token: made.body.status.token };
    const ways = [
      ["GET", "/api/v1/services"],
      ["GET", "/apis/discovery.k8s.io/v1/endpointslices"],
      ["GET", "/api/v1/nodes"],
      ["GET", "/api/v1/pods"],
      ["GET", "/api/v1/namespaces/kube-system/secrets"],
      ["POST", PATH],
      ["POST", "/apis/discovery.k8s.io/v1/namespaces/kube-system/endpointslices"],
    ] as const;
    const codes = [];
    for (const [method, path] of ways)
      codes.push((await as(holder, method, path, method === "POST" ? {} : undefined)).status);
    expect(codes).toEqual([200, 200, 200, 403, 403, 403, 403]);
    const other: Caller = { user: { name: "system:node:n5", groups: ["system:nodes"] } };
    const node5 = (await as(other, "POST", "/api/v1/nodes", node("n5"))).body.metadata.uid;
    const brief: Caller = {
      token: (await as(other, "POST", PATH, spec({ name: "n5", uid: node5 }))).body.status.token,
    };
    expect((await as(brief, "GET", "/api/v1/services")).status).toBe(200);
    await as(admin, "DELETE", "/api/v1/nodes/n5");
    expect((await as(brief, "GET", "/api/v1/services")).status).toBe(401);
  });

  it.each([
    ["another node's", PATH, spec({ name: "n2", uid: "any" }), "bound to a different node"],
    ["one of an earlier node of this name", PATH, spec({ name: "n1", uid: "old" }), "the UID of the node"],
    ["one that outlives the node", PATH, spec({ kind: "Pod", name: "", uid: "" }), "not bound to a pod"],
    [
      "one for others than the API",
      PATH,
      spec({ name: "n1" }, { audiences: ["vault"] }),
      "for other audiences than the API",
    ],
    [
      "one of another account",
      PATH.replace("kube-proxy", "default"),
      spec({ name: "n1" }),
      "can only create tokens|no relationship found",
    ],
  ])("is not given when it is %s", async (_what, path, body, message) => {
    const { status, body: answer } = await as(kubelet, "POST", path, body);
    expect([status, answer.message]).toEqual([403, expect.stringMatching(message)]);
  });
});
