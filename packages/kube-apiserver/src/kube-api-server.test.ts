// The server in process over a store in memory, called as transport calls it: what there is from the start, and who may what.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ADMIN, type Caller, startTestServer, type TestServer } from "./node/testing.ts";

const admin: Caller = { user: ADMIN };
let at: TestServer;
beforeAll(async () => {
  at = await startTestServer();
});
afterAll(() => at.stop());

describe("from the start there", () => {
  it.each(["default", "kube-system", "kube-public", "kube-node-lease"])("is the namespace %s", async (name) => {
    const { body } = await at.call(admin, "GET", `/api/v1/namespaces/${name}`);
    expect(body.status).toEqual({ phase: "Active" });
    expect(body.metadata.labels).toEqual({ "kubernetes.io/metadata.name": name });
  });

  it("is the Service of the API with the first address, and its endpoints", async () => {
    const { body: service } = await at.call(admin, "GET", "/api/v1/namespaces/default/services/kubernetes");
    expect(service.spec).toEqual({
      clusterIP: "10.96.0.1",
      clusterIPs: ["10.96.0.1"],
      internalTrafficPolicy: "Cluster",
      ipFamilies: ["IPv4"],
      ipFamilyPolicy: "SingleStack",
      ports: [{ name: "https", port: 443, protocol: "TCP", targetPort: 6443 }],
      sessionAffinity: "None",
      type: "ClusterIP",
    });
    const slice = await at.call(admin, "GET", "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/kubernetes");
    expect(slice.body.endpoints).toEqual([{ addresses: ["192.0.2.10"], conditions: { ready: true } }]);
    const endpoints = await at.call(admin, "GET", "/api/v1/namespaces/default/endpoints/kubernetes");
    expect(endpoints.body.subsets[0].addresses).toEqual([{ ip: "192.0.2.10" }]);
    const address = await at.call(admin, "GET", "/apis/networking.k8s.io/v1/ipaddresses/10.96.0.1");
    expect(address.body.spec.parentRef).toEqual({ name: "kubernetes", namespace: "default", resource: "services" });
  });

  it("are the priority classes of the system and the range of addresses", async () => {
    const { body } = await at.call(admin, "GET", "/apis/scheduling.k8s.io/v1/priorityclasses");
    expect(body.items.map((item: any) => [item.metadata.name, item.value])).toEqual([
      ["system-cluster-critical", 2000000000],
      ["system-node-critical", 2000001000],
    ]);
    const range = await at.call(admin, "GET", "/apis/networking.k8s.io/v1/servicecidrs/kubernetes");
    expect(range.body.spec.cidrs).toEqual(["10.96.0.0/16"]);
    expect(range.body.status.conditions[0]).toMatchObject({ type: "Ready", status: "True" });
  });

  it("is the status of the store, as a component", async () => {
    const { status, body } = await at.call(admin, "GET", "/api/v1/componentstatuses");
    expect([status, body.kind, body.metadata]).toEqual([200, "ComponentStatusList", {}]);
    expect(body.items).toEqual([
      { metadata: { name: "etcd-0" }, conditions: [{ type: "Healthy", status: "True", message: "ok" }] },
    ]);
    const one = await at.call(admin, "GET", "/api/v1/componentstatuses/etcd-0");
    expect([one.status, one.body.metadata.name]).toEqual([200, "etcd-0"]);
    expect((await at.call(admin, "GET", "/api/v1/componentstatuses/none")).status).toBe(404);
  });

  it("is a sign of readiness, also for nobody", async () => {
    expect(await at.call("nobody", "GET", "/readyz")).toEqual({ status: 200, body: "ok" });
    expect((await at.call("nobody", "GET", "/readyz?verbose")).body).toContain(
      "[+]poststarthook/bootstrap-system-objects ok",
    );
    expect((await at.call("nobody", "GET", "/version")).body.gitVersion).toBe("v1.36.0+skates.test");
  });
});

describe("identity", () => {
  it("refuses those without credentials, and wrong ones even where none are needed", async () => {
    const refusal = {
      status: 401,
      body: {
        kind: "Status",
        apiVersion: "v1",
        metadata: {},
        status: "Failure",
        message: "Unauthorized",
        reason: "Unauthorized",
        code: 401,
      },
    };
    expect(await at.call("nobody", "GET", "/api/v1/namespaces")).toEqual(refusal);
    expect(await at.call({ token: "nonsense" }, "GET", "/healthz")).toEqual(refusal);
  });

  it("refuses in upstream's words what somebody may not do", async () => {
    const { status, body } = await at.call(
      { user: { name: "jane", groups: [] } },
      "GET",
      "/api/v1/namespaces/default/pods",
    );
    expect(status).toBe(403);
    expect(body.message).toBe(
      'pods is forbidden: User "jane" cannot list resource "pods" in API group "" in the namespace "default"',
    );
    expect(body.details).toEqual({ kind: "pods" });
  });

  it("tells everybody who they are", async () => {
    const review = { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" };
    const { status, body } = await at.call(
      { user: { name: "jane", groups: ["dev"] } },
      "POST",
      "/apis/authentication.k8s.io/v1/selfsubjectreviews",
      review,
    );
    expect(status).toBe(201);
    expect(body.status.userInfo).toEqual({
      username: "jane",
      groups: ["dev", "system:authenticated"],
      extra: { "authentication.kubernetes.io/credential-id": ["X509SHA256=f1"] },
    });
  });

  it.each([
    ["system:kube-scheduler", "list", "", "pods", true],
    ["system:kube-scheduler", "create", "", "pods/binding", true],
    ["system:kube-scheduler", "create", "", "pods", false],
    ["system:kube-scheduler", "get", "", "secrets", false],
    ["system:kube-proxy", "watch", "discovery.k8s.io", "endpointslices", true],
    ["system:kube-proxy", "get", "", "secrets", false],
    ["system:kube-controller-manager", "list", "example.com", "widgets", true],
    ["system:kube-controller-manager", "create", "apps", "replicasets", false],
    ["system:serviceaccount:kube-system:deployment-controller", "create", "apps", "replicasets", true],
    ["system:serviceaccount:kube-system:deployment-controller", "create", "", "pods", false],
    ["system:serviceaccount:kube-system:replicaset-controller", "create", "", "pods", true],
    ["system:serviceaccount:kube-system:namespace-controller", "deletecollection", "apps", "deployments", true],
    ["system:serviceaccount:kube-system:generic-garbage-collector", "create", "", "pods", false],
    ["system:serviceaccount:default:replicaset-controller", "create", "", "pods", false],
    ["system:cluster-dns", "list", "", "services", true],
    ["system:cluster-dns", "delete", "", "services", false],
    ["system:serviceaccount:default:default", "get", "", "pods", false],
  ])("%s: %s %s %s: %s", async (user, verb, group, what, allowed) => {
    const [resource, subresource] = what.split("/");
    const spec = { user, resourceAttributes: { verb, group, resource, subresource, namespace: "default" } };
    const review = { apiVersion: "authorization.k8s.io/v1", kind: "SubjectAccessReview", spec };
    const { body } = await at.call(admin, "POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", review);
    expect(body.status.allowed).toBe(allowed);
    expect(body.status.reason ?? "").toMatch(allowed ? /^RBAC: allowed by ClusterRoleBinding "/ : /^$/);
  });

  it("lists what somebody may do", async () => {
    const review = {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SelfSubjectRulesReview",
      spec: { namespace: "default" },
    };
    const path = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews";
    const { body } = await at.call({ user: { name: "system:kube-proxy", groups: [] } }, "POST", path, review);
    expect(body.status.incomplete).toBe(false);
    expect(body.status.resourceRules).toContainEqual({
      verbs: ["get", "list", "watch"],
      apiGroups: ["discovery.k8s.io"],
      resources: ["endpointslices"],
    });
    const all = await at.call(admin, "POST", path, review);
    expect(all.body.status.resourceRules).toContainEqual({ verbs: ["*"], apiGroups: ["*"], resources: ["*"] });
  });

  it("answers a review without a subject as invalid", async () => {
    const review = { apiVersion: "authorization.k8s.io/v1", kind: "SubjectAccessReview", spec: {} };
    const { status, body } = await at.call(admin, "POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", review);
    expect(status).toBe(422);
    expect(body.message).toContain("at least one of user or group must be specified");
  });
});
