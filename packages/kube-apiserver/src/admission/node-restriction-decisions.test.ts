// Each decision about what a kubelet writes, in upstream's words: on a server whose authorizer lets everything through, so that
// admission alone decides; tokens on one with the authorizers of every cluster.
import { systemClock } from "@skates/component-base/node";
import { createEnv, featureGates, seededRandom } from "@skates/component-base";
import { nodePki } from "@skates/pki/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ADMIN, type Answer, type Caller, startTestServer, type TestServer } from "../node/testing.ts";

const admin: Caller = { user: ADMIN };
const kubelet = (name: string): Caller => ({ user: { name: `system:node:${name}`, groups: ["system:nodes"] } });
const SPACE = "/api/v1/namespaces/work";
let at: TestServer;
let uid = "";

async function start(options: Parameters<typeof startTestServer>[0] = {}): Promise<TestServer> {
  const server = await startTestServer(options);
  const make = (path: string, kind: string, metadata: object, more: object = {}) =>
    server.call(admin, "POST", path, { apiVersion: "v1", kind, metadata, ...more });
  await make("/api/v1/namespaces", "Namespace", { name: "work" });
  for (const name of ["default", "robot"]) await make(`${SPACE}/serviceaccounts`, "ServiceAccount", { name });
  for (const name of ["n1", "n2"])
    await make("/api/v1/nodes", "Node", { name, labels: { "kubernetes.io/os": "linux" } });
  uid = (await server.call(admin, "GET", "/api/v1/nodes/n1")).body.metadata.uid;
  return server;
}

beforeAll(async () => {
  // Pods with trust bundles lose them otherwise.
  const gates = featureGates({ ClusterTrustBundleProjection: true });
  const env = createEnv({ clock: systemClock(), random: seededRandom(1), gates });
  at = await start({ env, authorization: () => [{ type: "AlwaysAllow" }] });
});
afterAll(() => at.stop());

/** Upstream says so of the object; the sentence after it. */
function told({ status, body }: Answer): unknown {
  return status < 300 ? status : [status, String(body.message).replace(/^.*? is forbidden: /, "")];
}
const as = async (name: string, method: string, path: string, body?: object): Promise<unknown> =>
  told(await at.call(kubelet(name), method, path, body));
const self = 'node "n1"';

describe("pods", () => {
  const container = { name: "c", image: "i" };
  const owner = () => ({ apiVersion: "v1", kind: "Node", name: "n1", uid, controller: true });
  const mirror = (metadata: object = {}, spec: object = {}) => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: "static",
      annotations: { "kubernetes.io/config.mirror": "x" },
      ownerReferences: [owner()],
      ...metadata,
    },
    spec: { nodeName: "n1", containers: [container], ...spec },
  });
  const claims = { resourceClaims: [{ name: "gpu", resourceClaimName: "gpu" }] };

  it.each<[string, () => object, string]>([
    [
      "that mirrors nothing",
      () => mirror({ annotations: {} }),
      `pod does not have "kubernetes.io/config.mirror" annotation, ${self} can only create mirror pods`,
    ],
    [
      "of another node",
      () => mirror({}, { nodeName: "n2" }),
      `${self} can only create pods with spec.nodeName set to itself`,
    ],
    [
      "with two owners",
      () => mirror({ ownerReferences: [owner(), { ...owner(), uid: "other", controller: false }] }),
      `${self} can only create pods with a single owner reference set to itself`,
    ],
    [
      "without an owner",
      () => mirror({ ownerReferences: [] }),
      `${self} can only create pods with an owner reference set to itself`,
    ],
    [
      "of another owner",
      () => mirror({ ownerReferences: [{ ...owner(), name: "n2" }] }),
      `${self} can only create pods with an owner reference set to itself`,
    ],
    [
      "of an owner of another kind",
      () => mirror({ ownerReferences: [{ ...owner(), kind: "Pod" }] }),
      `${self} can only create pods with an owner reference set to itself`,
    ],
    [
      "of an owner that does not control it",
      () => mirror({ ownerReferences: [{ ...owner(), controller: false }] }),
      `${self} can only create pods with a controller owner reference set to itself`,
    ],
    [
      "that blocks its owner's deletion",
      () => mirror({ ownerReferences: [{ ...owner(), blockOwnerDeletion: true }] }),
      `${self} must not set blockOwnerDeletion on an owner reference`,
    ],
    [
      "of an earlier node of that name",
      () => mirror({ ownerReferences: [{ ...owner(), uid: "earlier" }] }),
      "node n1 UID mismatch: expected earlier got UID",
    ],
    [
      "with an account",
      () => mirror({}, { serviceAccountName: "robot" }),
      "a mirror pod may not reference service accounts",
    ],
    [
      "with a pull secret",
      () => mirror({}, { imagePullSecrets: [{ name: "s" }] }),
      `${self} can not create pods that reference secrets`,
    ],
    [
      "with a secret in a volume of an old kind",
      () => mirror({}, { volumes: [{ name: "v", cephfs: { monitors: ["m"], path: "/", secretRef: { name: "s" } } }] }),
      `${self} can not create pods that reference secrets`,
    ],
    [
      "with a config map",
      () => mirror({}, { volumes: [{ name: "v", configMap: { name: "c" } }] }),
      `${self} can not create pods that reference configmaps`,
    ],
    [
      "with a trust bundle",
      () =>
        mirror(
          {},
          {
            volumes: [{ name: "v", projected: { sources: [{ clusterTrustBundle: { name: "b", path: "ca.crt" } }] } }],
          },
        ),
      `${self} can not create pods that reference clustertrustbundles`,
    ],
    [
      "with a claim",
      () => mirror({}, { volumes: [{ name: "v", persistentVolumeClaim: { claimName: "c" } }] }),
      `${self} can not create pods that reference persistentvolumeclaims`,
    ],
    [
      "with a driver",
      () => mirror({}, { volumes: [{ name: "v", csi: { driver: "d.example.com" } }] }),
      `${self} can not create pods that reference csidrivers (via CSI volumes)`,
    ],
    [
      "with a claim that is made for it",
      () =>
        mirror(
          {},
          {
            volumes: [
              {
                name: "v",
                ephemeral: {
                  volumeClaimTemplate: {
                    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Mi" } } },
                  },
                },
              },
            ],
          },
        ),
      `${self} can not create pods that reference persistentvolumeclaims (via ephemeral volumes)`,
    ],
    [
      "with endpoints",
      () => mirror({}, { volumes: [{ name: "v", glusterfs: { endpoints: "e", path: "/" } }] }),
      `${self} can not create pods that reference endpoints (via glusterFS volumes)`,
    ],
    // CVE-2025-4563: a mirror pod that names a claim opened the claim to the node.
    ["with devices", () => mirror({}, claims), `${self} can not create pods that reference resourceclaims`],
  ])("%s are not created", async (_what, pod, message) => {
    expect(await as("n1", "POST", `${SPACE}/pods`, pod())).toEqual([403, message.replace(/got UID$/, `got ${uid}`)]);
  });

  it("of a node that is not there are not created", async () => {
    const pod = { ...mirror(), spec: { nodeName: "n9", containers: [container] } };
    const metadata = { ...pod.metadata, ownerReferences: [{ ...owner(), name: "n9" }] };
    expect(await as("n9", "POST", `${SPACE}/pods`, { ...pod, metadata })).toEqual([404, 'nodes "n9" not found']);
  });

  it("are written, evicted and deleted by their own node, in their status, without what names others' objects", async () => {
    const pod = (name: string, nodeName: string) => ({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, labels: { app: "a" } },
      spec: { nodeName, ...claims, containers: [container] },
    });
    for (const [name, node] of [
      ["p1", "n1"],
      ["p2", "n2"],
    ] as const) {
      expect(told(await at.call(admin, "POST", `${SPACE}/pods`, pod(name, node)))).toBe(201);
    }
    const status = (name: string, body: object) => as("n1", "PATCH", `${SPACE}/pods/${name}/status`, body);
    const change = { status: { phase: "Running" } };
    const resourceClaimStatuses = [{ name: "gpu", resourceClaimName: "other" }];
    const extended = {
      resourceClaimName: "other",
      requestMappings: [{ containerName: "c", resourceName: "example.com/gpu", requestName: "r" }],
    };
    const eviction = (name: string) => ({ apiVersion: "policy/v1", kind: "Eviction", metadata: { name } });
    expect([
      await status("p1", change),
      await status("p2", change),
      await status("p1", { metadata: { labels: { app: "b" } } }),
      await status("p1", { status: { resourceClaimStatuses } }),
      await status("p1", { status: { extendedResourceClaimStatus: extended } }),
      await as("n1", "PATCH", `${SPACE}/pods/p1`, { metadata: { annotations: { a: "b" } } }),
      await as("n1", "PATCH", `${SPACE}/pods/p1/ephemeralcontainers`, {
        spec: { ephemeralContainers: [{ ...container, name: "late" }] },
      }),
      await as("n1", "POST", `${SPACE}/pods/p2/eviction`, eviction("p2")),
      await as("n1", "DELETE", `${SPACE}/pods/p2`),
      await as("n1", "DELETE", `${SPACE}/pods/p1?gracePeriodSeconds=0`),
    ]).toEqual([
      200,
      [403, `${self} can only update pod status for pods with spec.nodeName set to itself`],
      [403, `${self} cannot update labels through pod status`],
      [403, `${self} cannot update resource claim statues`],
      [403, `${self} cannot update extended resource claim status`],
      [403, `unexpected operation "UPDATE", ${self} can only create and delete mirror pods`],
      [403, "unexpected pod subresource \"ephemeralcontainers\", only 'status' and 'eviction' are allowed"],
      [403, "node n1 can only evict pods with spec.nodeName set to itself"],
      [403, `${self} can only delete pods with spec.nodeName set to itself`],
      200,
    ]);
  });

  it("keep their owners whatever a status says: an owner that is gone would have the collector delete them", async () => {
    const pod = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "owned" },
      spec: { nodeName: "n1", containers: [container] },
    };
    await at.call(admin, "POST", `${SPACE}/pods`, pod);
    const ownerReferences = [{ apiVersion: "v1", kind: "Node", name: "gone", uid: "gone" }];
    await as("n1", "PATCH", `${SPACE}/pods/owned/status`, {
      metadata: { ownerReferences },
      status: { phase: "Running" },
    });
    const { body } = await at.call(admin, "GET", `${SPACE}/pods/owned`);
    expect([body.status.phase, body.metadata.ownerReferences]).toEqual(["Running", undefined]);
  });
});

describe("the node's own objects", () => {
  const LEASES = "/apis/coordination.k8s.io/v1/namespaces";
  const lease = (metadata: object) => ({ apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata });
  const csiNode = (name: string) => ({
    apiVersion: "storage.k8s.io/v1",
    kind: "CSINode",
    metadata: { name },
    spec: { drivers: [] },
  });
  const configSource = { configMap: { name: "c", namespace: "work", kubeletConfigKey: "k" } };

  it("are those of its name", async () => {
    const sameLease = "can only access node lease with the same name as the requesting node";
    const sameNode = "can only access CSINode with the same name as the requesting node";
    expect([
      await as("n1", "POST", `${LEASES}/kube-node-lease/leases`, lease({ name: "n1" })),
      await as("n1", "POST", `${LEASES}/kube-node-lease/leases`, lease({ name: "n2" })),
      await as("n1", "POST", `${LEASES}/kube-node-lease/leases`, lease({ generateName: "n1-" })),
      await as("n1", "POST", `${LEASES}/work/leases`, lease({ name: "n1" })),
      await as("n2", "PATCH", `${LEASES}/kube-node-lease/leases/n1`, { spec: { holderIdentity: "n2" } }),
      await as("n2", "DELETE", `${LEASES}/kube-node-lease/leases/n1`),
      await as("n1", "POST", "/apis/storage.k8s.io/v1/csinodes", csiNode("n1")),
      await as("n1", "POST", "/apis/storage.k8s.io/v1/csinodes", csiNode("n2")),
      await as("n2", "DELETE", "/apis/storage.k8s.io/v1/csinodes/n1"),
    ]).toEqual([
      201,
      [403, sameLease],
      [403, sameLease],
      [403, 'can only access leases in the "kube-node-lease" system namespace'],
      [403, sameLease],
      [403, sameLease],
      201,
      [403, sameNode],
      [403, sameNode],
    ]);
  });

  it("do not steer others' pods to it", async () => {
    const node = (name: string, metadata: object = {}, spec: object = {}) => ({
      apiVersion: "v1",
      kind: "Node",
      metadata: { name, ...metadata },
      spec,
    });
    const patch = (body: object) => as("n1", "PATCH", "/api/v1/nodes/n1", body);
    const patchStatus = (body: object) => as("n1", "PATCH", "/api/v1/nodes/n1/status", body);
    const trusted = {
      "node-restriction.kubernetes.io/a": "b",
      "x.node-restriction.kubernetes.io/c": "d",
      "k8s.io/e": "f",
    };
    const names = Object.keys(trusted).sort().join(", ");
    expect([
      await as("n3", "POST", "/api/v1/nodes", node("n4")),
      await as("n3", "POST", "/api/v1/nodes", node("n3", { labels: trusted })),
      await as("n3", "POST", "/api/v1/nodes", node("n3", {}, { configSource })),
      await as(
        "n3",
        "POST",
        "/api/v1/nodes",
        node("n3", { labels: { "node.kubernetes.io/a": "b", "example.com/c": "d" } }),
      ),
      await patch({ metadata: { labels: trusted } }),
      await patchStatus({ metadata: { labels: trusted } }),
      await patch({ metadata: { labels: { "kubernetes.io/os": null } } }),
      await patch({ spec: { taints: [{ key: "a", effect: "NoSchedule" }] } }),
      await patch({ spec: { configSource } }),
      await patch({ metadata: { ownerReferences: [{ apiVersion: "v1", kind: "Node", name: "n2", uid: "u" }] } }),
      await as("n1", "PATCH", "/api/v1/nodes/n2", { metadata: { labels: { a: "b" } } }),
      await as("n1", "PATCH", "/api/v1/nodes/n2/status", { status: { phase: "Running" } }),
    ]).toEqual([
      [403, 'node "n3" is not allowed to modify node "n4"'],
      [403, `node "n3" is not allowed to set the following labels: ${names}`],
      [403, 'node "n3" is not allowed to create pods with a non-nil configSource'],
      201,
      [403, `is not allowed to modify labels: ${names}`],
      [403, `is not allowed to modify labels: ${names}`],
      200,
      [403, `${self} is not allowed to modify taints`],
      [403, `${self} is not allowed to update configSource to a new non-nil configSource`],
      [403, `${self} is not allowed to modify ownerReferences`],
      [403, `${self} is not allowed to modify node "n2"`],
      [403, `${self} is not allowed to modify node "n2"`],
    ]);
  });

  it("and a user who is a node without a name writes nothing", async () => {
    expect(
      await as("", "POST", `${SPACE}/configmaps`, { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c" } }),
    ).toEqual([403, 'could not determine node from user "system:node:"']);
  });
});

it("of claims it tells what came of resizing, and nothing else", async () => {
  const claim = {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name: "c" },
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
  };
  const PATH = `${SPACE}/persistentvolumeclaims`;
  await at.call(admin, "POST", PATH, claim);
  const status = (body: object) => as("n1", "PATCH", `${PATH}/c/status`, body);
  const beyond = `${self} is not allowed to update fields other than status.quantity and status.conditions`;
  expect([
    await as("n1", "POST", PATH, claim),
    await as("n1", "PATCH", `${PATH}/c`, { metadata: { labels: { a: "b" } } }),
    await status({ status: { capacity: { storage: "2Gi" }, allocatedResources: { storage: "2Gi" } } }),
    await status({ status: { conditions: [{ type: "FileSystemResizePending", status: "True" }] } }),
    await status({ status: { allocatedResourceStatuses: { storage: "NodeResizeInProgress" } } }),
    await status({ status: { phase: "Lost" } }),
    await status({ metadata: { finalizers: ["example.com/x"] } }),
  ]).toEqual([
    [403, "may only update PVC status"],
    [403, "may only update PVC status"],
    200,
    200,
    200,
    [403, beyond],
    [403, beyond],
  ]);
});

it("asks the signers of nodes for certificates in its own name only", async () => {
  const pki = nodePki({ clock: systemClock(), random: seededRandom(1) });
  const request = async (commonName: string, signerName: string) => {
    const { request: pem } = await pki.createRequest({ commonName, organizations: ["system:nodes"] });
    return csr(pem, signerName);
  };
  const csr = (pem: string, signerName: string) => ({
    apiVersion: "certificates.k8s.io/v1",
    kind: "CertificateSigningRequest",
    metadata: { generateName: "csr-" },
    spec: {
      request: btoa(pem),
      signerName,
      usages: ["digital signature", signerName.endsWith("serving") ? "server auth" : "client auth"],
    },
  });
  const ask = async (body: object) =>
    await as("n1", "POST", "/apis/certificates.k8s.io/v1/certificatesigningrequests", body);
  const [client, serving] = ["kubernetes.io/kube-apiserver-client-kubelet", "kubernetes.io/kubelet-serving"];
  const only = "can only create a node CSR with CN=system:node:n1";
  expect([
    await ask(await request("system:node:n1", client)),
    await ask(await request("system:node:n1", serving)),
    await ask(await request("system:node:n2", client)),
    await ask(await request("system:node:n2", serving)),
    await ask(await request("somebody", serving)),
    await ask(await request("somebody", "example.com/signer")),
  ]).toEqual([201, 201, [403, only], [403, only], [403, only], 201]);
});

describe("tokens", () => {
  let server: TestServer;
  let podUid = "";
  beforeAll(async () => {
    server = await start();
    const post = (path: string, body: object) => server.call(admin, "POST", path, body);
    const token = (audience?: string) => ({ serviceAccountToken: { path: `t-${audience ?? ""}`, audience } });
    await post("/apis/storage.k8s.io/v1/csidrivers", {
      apiVersion: "storage.k8s.io/v1",
      kind: "CSIDriver",
      metadata: { name: "csi.example.com" },
      spec: { tokenRequests: [{ audience: "driver" }] },
    });
    await post("/apis/storage.k8s.io/v1/csidrivers", {
      apiVersion: "storage.k8s.io/v1",
      kind: "CSIDriver",
      metadata: { name: "disk.example.com" },
      spec: { tokenRequests: [{ audience: "disk" }] },
    });
    await post("/api/v1/persistentvolumes", {
      apiVersion: "v1",
      kind: "PersistentVolume",
      metadata: { name: "v" },
      spec: {
        capacity: { storage: "1Gi" },
        accessModes: ["ReadWriteOnce"],
        csi: { driver: "disk.example.com", volumeHandle: "h" },
      },
    });
    await post(`${SPACE}/persistentvolumeclaims`, {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: "c" },
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } }, volumeName: "v" },
    });
    const made = await post(`${SPACE}/pods`, {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "p" },
      spec: {
        nodeName: "n1",
        serviceAccountName: "robot",
        automountServiceAccountToken: false,
        containers: [{ name: "c", image: "i" }],
        volumes: [
          { name: "t", projected: { sources: [token(), token("vault")] } },
          { name: "i", csi: { driver: "csi.example.com" } },
          { name: "d", persistentVolumeClaim: { claimName: "c" } },
        ],
      },
    });
    podUid = made.body.metadata.uid;
  });
  afterAll(() => server.stop());

  async function ask(spec: object, name = "n1", account = "robot"): Promise<unknown> {
    const body = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec };
    return told(await server.call(kubelet(name), "POST", `${SPACE}/serviceaccounts/${account}/token`, body));
  }
  const bound = (more: object = {}) => ({ apiVersion: "v1", kind: "Pod", name: "p", uid: podUid, ...more });

  it("are bound to a pod of the node", async () => {
    const mismatch =
      "the UID in the bound object reference (other) does not match the UID in record. The object might have been deleted and then recreated";
    expect([
      await ask({}),
      await ask({ boundObjectRef: { apiVersion: "v1", kind: "Secret", name: "p", uid: podUid } }),
      await ask({ boundObjectRef: bound({ uid: "" }) }),
      await ask({ boundObjectRef: bound({ uid: "other" }) }),
      await ask({ boundObjectRef: bound() }, "n2"),
      await ask({ boundObjectRef: bound() }),
    ]).toEqual([
      [403, "node requested token not bound to a pod"],
      [403, "node requested token not bound to a pod"],
      [403, "node requested token with a pod binding without a uid"],
      [403, mismatch],
      [403, expect.stringContaining("no relationship found between node 'n2' and this object")],
      201,
    ]);
  });

  it("are for those to whom the pod speaks: by its volumes, their drivers, or a right of the node", async () => {
    const audiences = (...names: readonly string[]) => ask({ audiences: names, boundObjectRef: bound() });
    const foreign =
      'audience "foreign" not found in pod spec volume, system:node:n1 is not authorized to request tokens for this audience';
    expect([
      await audiences("vault"),
      await audiences("driver"),
      await audiences("disk"),
      await audiences("vault", "driver"),
      await audiences("foreign"),
    ]).toEqual([201, 201, 201, [403, "node may only request 0 or 1 audiences"], [403, foreign]]);
    const RBAC = "/apis/rbac.authorization.k8s.io/v1";
    const role = { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", metadata: { name: "foreign" } };
    const rules = [
      {
        apiGroups: [""],
        resources: ["foreign"],
        verbs: ["request-serviceaccounts-token-audience"],
        resourceNames: ["robot"],
      },
    ];
    await server.call(admin, "POST", `${RBAC}/clusterroles`, { ...role, rules });
    await server.call(admin, "POST", `${RBAC}/clusterrolebindings`, {
      ...role,
      kind: "ClusterRoleBinding",
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "foreign" },
      subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "Group", name: "system:nodes" }],
    });
    expect(await audiences("foreign")).toBe(201);
  });
});
