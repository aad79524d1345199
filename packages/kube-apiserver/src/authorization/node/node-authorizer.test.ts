// What a kubelet may: each edge of the graph from its node, made and cut, on a server in process.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ADMIN, type Caller, startTestServer, type TestServer } from "../../node/testing.ts";

const admin: Caller = { user: ADMIN };
const node = (name: string): Caller => ({ user: { name: `system:node:${name}`, groups: ["system:nodes"] } });
let at: TestServer;
const post = async (path: string, body: object) => {
  const answer = await at.call(admin, "POST", path, body);
  if (answer.status >= 300) throw new Error(JSON.stringify(answer.body));
};
const NAMESPACE = "/api/v1/namespaces/default";

/** Whether nodes n1 and n2 may, and what n2 is told otherwise. */
async function may(verb: string, group: string, resource: string, more: object = {}) {
  const ask = async (name: string) =>
    (
      await at.call(admin, "POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", {
        apiVersion: "authorization.k8s.io/v1",
        kind: "SubjectAccessReview",
        spec: {
          user: `system:node:${name}`,
          groups: ["system:nodes", "system:authenticated"],
          resourceAttributes: { verb, group, resource, namespace: "default", ...more },
        },
      })
    ).body.status;
  const [one, two] = [await ask("n1"), await ask("n2")];
  return [one.allowed, two.allowed, two.reason];
}
const FOREIGN = "no relationship found between node 'n2' and this object";

beforeAll(async () => {
  at = await startTestServer();
  const meta = (name: string) => ({ apiVersion: "v1", metadata: { name } });
  await post(`${NAMESPACE}/serviceaccounts`, { ...meta("robot"), kind: "ServiceAccount" });
  for (const name of ["n1", "n2"]) await post("/api/v1/nodes", { ...meta(name), kind: "Node" });
  await post("/api/v1/persistentvolumes", {
    ...meta("volume"),
    kind: "PersistentVolume",
    spec: {
      capacity: { storage: "1Gi" },
      accessModes: ["ReadWriteOnce"],
      claimRef: { namespace: "default", name: "claim" },
      csi: {
        driver: "d",
        volumeHandle: "h",
        nodeStageSecretRef: { name: "stage", namespace: "storage" },
        controllerPublishSecretRef: { name: "controller", namespace: "storage" },
      },
    },
  });
  const claim = (name: string, volumeName: string) => ({
    ...meta(name),
    kind: "PersistentVolumeClaim",
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } }, volumeName },
  });
  await post(`${NAMESPACE}/persistentvolumeclaims`, claim("claim", "volume"));
  await post(`${NAMESPACE}/persistentvolumeclaims`, claim("thief", "volume"));
  const pod = (name: string, nodeName: string, spec: object) => ({
    ...meta(name),
    kind: "Pod",
    spec: { nodeName, serviceAccountName: "robot", containers: [{ name: "c", image: "i" }], ...spec },
  });
  await post(
    `${NAMESPACE}/pods`,
    pod("p1", "n1", {
      imagePullSecrets: [{ name: "pull" }],
      resourceClaims: [{ name: "d", resourceClaimName: "devices" }],
      containers: [
        {
          name: "c",
          image: "i",
          env: [{ name: "A", valueFrom: { secretKeyRef: { name: "env", key: "k" } } }],
          envFrom: [{ configMapRef: { name: "all" } }],
        },
      ],
      volumes: [
        { name: "a", secret: { secretName: "mounted" } },
        { name: "b", projected: { sources: [{ configMap: { name: "projected" } }] } },
        { name: "v", persistentVolumeClaim: { claimName: "claim" } },
        { name: "r", rbd: { monitors: ["m"], image: "i", secretRef: { name: "old" } } },
      ],
    }),
  );
  const thief = { volumes: [{ name: "v", persistentVolumeClaim: { claimName: "thief" } }] };
  await post(`${NAMESPACE}/serviceaccounts`, { ...meta("default"), kind: "ServiceAccount" });
  await post(`${NAMESPACE}/pods`, pod("p2", "n2", { ...thief, serviceAccountName: "default" }));
  await post("/apis/storage.k8s.io/v1/volumeattachments", {
    apiVersion: "storage.k8s.io/v1",
    kind: "VolumeAttachment",
    metadata: { name: "attached" },
    spec: { attacher: "d", nodeName: "n1", source: { persistentVolumeName: "volume" } },
  });
});
afterAll(() => at.stop());

describe("objects that pods name", () => {
  it.each([
    ["get", "", "secrets", { name: "pull" }],
    ["watch", "", "secrets", { name: "env" }],
    ["list", "", "secrets", { name: "mounted" }],
    ["get", "", "secrets", { name: "old" }],
    ["get", "", "secrets", { name: "stage", namespace: "storage" }],
    ["get", "", "configmaps", { name: "all" }],
    ["get", "", "configmaps", { name: "projected" }],
    ["get", "", "persistentvolumeclaims", { name: "claim" }],
    ["update", "", "persistentvolumeclaims", { name: "claim", subresource: "status" }],
    ["get", "", "persistentvolumes", { name: "volume", namespace: "" }],
    ["get", "resource.k8s.io", "resourceclaims", { name: "devices" }],
    ["get", "storage.k8s.io", "volumeattachments", { name: "attached", namespace: "" }],
    ["create", "", "serviceaccounts", { name: "robot", subresource: "token" }],
    ["get", "", "pods", { name: "p1" }],
    ["watch", "", "pods", { name: "p1" }],
  ])("may %s %s %s %j on their node only", async (verb, group, resource, more) => {
    expect(await may(verb, group, resource, more)).toEqual([true, false, FOREIGN]);
  });

  it("secrets for a driver's controllers are no node's, nor those of a volume that only the claim names", async () => {
    expect(await may("get", "", "secrets", { name: "controller", namespace: "storage" })).toEqual([
      false,
      false,
      FOREIGN,
    ]);
  });

  it("may not be listed, written or read as subresources", async () => {
    expect(await may("list", "", "secrets")).toEqual([false, false, "No Object name found"]);
    expect(await may("update", "", "secrets", { name: "pull" })).toEqual([
      false,
      false,
      "can only read resources of this type",
    ]);
    expect(await may("list", "", "persistentvolumes", { namespace: "" })).toEqual([
      false,
      false,
      "can only get individual resources of this type",
    ]);
  });
});

describe("what is the node's own", () => {
  it.each([
    ["get", "", "nodes", { name: "n1", namespace: "" }, "node 'n2' cannot read 'n1', only its own Node object"],
    [
      "update",
      "coordination.k8s.io",
      "leases",
      { name: "n1", namespace: "kube-node-lease" },
      "can only access node lease with the same name as the requesting node",
    ],
    [
      "patch",
      "storage.k8s.io",
      "csinodes",
      { name: "n1", namespace: "" },
      "can only access CSINode with the same name as the requesting node",
    ],
    [
      "list",
      "",
      "pods",
      { fieldSelector: { rawSelector: "spec.nodeName=n1" } },
      "can only list/watch pods with spec.nodeName field selector",
    ],
    [
      "deletecollection",
      "resource.k8s.io",
      "resourceslices",
      { namespace: "", fieldSelector: { requirements: [{ key: "spec.nodeName", operator: "In", values: ["n1"] }] } },
      "can only list/watch/deletecollection resourceslices with spec.nodeName field selector",
    ],
  ])("%s %s/%s %j", async (verb, group, resource, more, reason) => {
    expect(await may(verb, group, resource, more)).toEqual([true, false, reason]);
  });

  it("all nodes cannot be read", async () => {
    expect(await may("list", "", "nodes", { namespace: "" })).toEqual([
      false,
      false,
      "node 'n2' cannot read all nodes, only its own Node object",
    ]);
  });

  it("a user in the group of nodes without a node's name is none", async () => {
    const ask = async (name: string) => {
      const odd: Caller = { user: { name, groups: ["system:nodes"] } };
      const { status, body } = await at.call(odd, "GET", `${NAMESPACE}/secrets/pull`);
      return [status, body.message];
    };
    expect(await ask("jane")).toEqual([403, expect.stringMatching(/in the namespace "default"$/)]);
    expect(await ask("system:node:")).toEqual([403, expect.stringContaining('unknown node for user "system:node:"')]);
  });
});

it("what a pod named is out of reach once the pod is gone", async () => {
  const own = node("n1");
  await at.call(admin, "DELETE", `${NAMESPACE}/pods/p1?gracePeriodSeconds=0`);
  const after = await at.call(own, "GET", `${NAMESPACE}/secrets/pull`);
  expect([after.status, after.body.message]).toEqual([
    403,
    'secrets "pull" is forbidden: User "system:node:n1" cannot get resource "secrets" in API group "" in the namespace "default": no relationship found between node \'n1\' and this object',
  ]);
});

it("lets a node follow the volumes that are its directories, and take only its finalizer from deleted ones", async () => {
  const path = "/api/v1/persistentvolumes/local";
  const finalizers = ["skates.io/local-path", "example.com/other"];
  await post("/api/v1/persistentvolumes", {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name: "local", labels: { "skates.io/node": "n1" }, finalizers },
    spec: { capacity: { storage: "1Gi" }, accessModes: ["ReadWriteOnce"], hostPath: { path: "/x" } },
  });
  const list = async (name: string, selector: string) =>
    (await at.call(node(name), "GET", `/api/v1/persistentvolumes${selector}`)).status;
  const own = "?labelSelector=skates.io/node%3Dn1";
  expect([await list("n1", own), await list("n2", own), await list("n1", "")]).toEqual([200, 403, 403]);
  const patch = async (name: string, body: object) => (await at.call(node(name), "PATCH", path, body)).status;
  const left = { metadata: { finalizers: ["example.com/other", "kubernetes.io/pv-protection"] } };
  expect(await patch("n1", left)).toBe(403); // it is not being deleted
  await at.call(admin, "DELETE", path);
  const without = (await at.call(admin, "GET", path)).body.metadata.finalizers.filter(
    (one: string) => one !== "skates.io/local-path",
  );
  expect(await patch("n2", { metadata: { finalizers: without } })).toBe(403);
  expect(await patch("n1", { metadata: { finalizers: [] } })).toBe(403);
  expect(await patch("n1", { metadata: { finalizers: without }, spec: { storageClassName: "x" } })).toBe(403);
  expect(await patch("n1", { metadata: { finalizers: without } })).toBe(200);
});
