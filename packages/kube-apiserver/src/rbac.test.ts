// Roles and bindings over the server's own handler: who may do what, who may grant what, and what default roles there are.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type Answer, type Caller, startTestServer, type TestServer } from "./node/testing.ts";

const RBAC = "/apis/rbac.authorization.k8s.io/v1";
const admin: Caller = { user: { name: "admin", groups: ["system:masters"] } };
const user = (name: string, ...groups: string[]): Caller => ({ user: { name, groups } });
const role = (name: string, rules: readonly object[], more: object = {}) => ({
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "ClusterRole",
  metadata: { name },
  rules,
  ...more,
});
const subject = (kind: string, name: string) =>
  kind === "ServiceAccount"
    ? { kind, name, namespace: "default" }
    : { kind, name, apiGroup: "rbac.authorization.k8s.io" };
const binding = (name: string, of: string, subjects: readonly object[]) => ({
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "ClusterRoleBinding",
  metadata: { name },
  roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: of },
  subjects,
});

let at: TestServer;
const make = async (as: Caller, path: string, body: object): Promise<Answer> => await at.call(as, "POST", path, body);
const status = async (as: Caller, path: string): Promise<number> => (await at.call(as, "GET", path)).status;

async function eventually(check: () => Promise<void>): Promise<void> {
  await vi.waitFor(check, { interval: 10, timeout: 3000 });
}

beforeAll(async () => {
  at = await startTestServer();
  await eventually(async () => {
    expect(await status(admin, `${RBAC}/namespaces/kube-public/rolebindings/system:controller:bootstrap-signer`)).toBe(
      200,
    );
  });
});
afterAll(async () => await at.stop());

describe("rights", () => {
  it("come with a binding and go with it", async () => {
    const reader = user("reader");
    expect(await status(reader, "/api/v1/nodes")).toBe(403);
    await make(
      admin,
      `${RBAC}/clusterroles`,
      role("see-nodes", [{ verbs: ["list"], apiGroups: [""], resources: ["nodes"] }]),
    );
    await make(admin, `${RBAC}/clusterrolebindings`, binding("b1", "see-nodes", [subject("User", "reader")]));
    await eventually(async () => expect(await status(reader, "/api/v1/nodes")).toBe(200));
    await at.call(admin, "DELETE", `${RBAC}/clusterrolebindings/b1`);
    await eventually(async () => expect(await status(reader, "/api/v1/nodes")).toBe(403));
  });

  it.each([
    ["*/scale", "get", "apps", "deployments", "scale", "", true],
    ["pods", "get", "", "pods", "log", "", false],
    ["pods/log", "get", "", "pods", "log", "", true],
    ["*", "get", "apps", "deployments", "status", "x", true],
  ])("to %s: %s of group %j on %s/%s %s: %s", async (resource, verb, group, plural, subresource, name, allowed) => {
    const id = `r-${resource.replaceAll(/\W/gu, "-")}-${subresource}`;
    await make(admin, `${RBAC}/clusterroles`, role(id, [{ verbs: [verb], apiGroups: [group], resources: [resource] }]));
    await make(admin, `${RBAC}/clusterrolebindings`, binding(id, id, [subject("Group", id)]));
    const resourceAttributes = { verb, group, resource: plural, subresource, name, namespace: "default" };
    const review = {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SubjectAccessReview",
      spec: { user: "u", groups: [id], resourceAttributes },
    };
    await eventually(async () => {
      const { body } = await make(admin, "/apis/authorization.k8s.io/v1/subjectaccessreviews", review);
      expect(body.status.allowed).toBe(allowed);
      if (allowed) {
        expect(body.status.reason).toBe(
          `RBAC: allowed by ClusterRoleBinding "${id}" of ClusterRole "${id}" to Group "${id}"`,
        );
      }
    });
  });

  it("in a namespace end there", async () => {
    const path = `${RBAC}/namespaces/default/rolebindings`;
    const own = {
      ...binding("viewers", "system:aggregate-to-view", [subject("ServiceAccount", "bot")]),
      kind: "RoleBinding",
    };
    await make(admin, path, own);
    const bot = user("system:serviceaccount:default:bot");
    await eventually(async () => expect(await status(bot, "/api/v1/namespaces/default/pods")).toBe(200));
    expect(await status(bot, "/api/v1/namespaces/kube-system/pods")).toBe(403);
    expect(await status(bot, "/api/v1/pods")).toBe(403);
    expect(await status(bot, "/api/v1/namespaces/default/secrets")).toBe(403);
  });

  it("name the role that is missing", async () => {
    await make(admin, `${RBAC}/clusterrolebindings`, binding("dangling", "no-such-role", [subject("User", "lost")]));
    await eventually(async () => {
      const { body } = await at.call(user("lost"), "GET", "/api/v1/nodes");
      expect(body.message).toBe(
        'nodes is forbidden: User "lost" cannot list resource "nodes" in API group "" at the cluster scope: RBAC: clusterrole.rbac.authorization.k8s.io "no-such-role" not found',
      );
    });
  });
});

describe("granting", () => {
  beforeAll(async () => {
    const own = { apiGroups: ["rbac.authorization.k8s.io"], resources: ["clusterroles", "clusterrolebindings"] };
    const rules = [
      { verbs: ["create", "update", "get"], ...own },
      { verbs: ["get"], apiGroups: [""], resources: ["pods"] },
    ];
    await make(admin, `${RBAC}/clusterroles`, role("granter", rules));
    await make(admin, `${RBAC}/clusterrolebindings`, binding("granter", "granter", [subject("User", "granter")]));
    await eventually(async () => expect(await status(user("granter"), `${RBAC}/clusterroles/granter`)).toBe(200));
  });
  const granter = user("granter", "staff");

  it("is refused for rights that one does not hold", async () => {
    const rules = [{ verbs: ["get", "list"], apiGroups: [""], resources: ["pods"] }];
    const refused = await make(granter, `${RBAC}/clusterroles`, role("more", rules));
    expect(refused.status).toBe(403);
    expect(refused.body.message).toBe(
      'clusterroles.rbac.authorization.k8s.io "more" is forbidden: user "granter" (groups=["staff" "system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["pods"], Verbs:["list"]}',
    );
    const held = [{ verbs: ["get"], apiGroups: [""], resources: ["pods"], resourceNames: ["one"] }];
    expect((await make(granter, `${RBAC}/clusterroles`, role("held", held))).status).toBe(201);
    expect((await at.call(granter, "PUT", `${RBAC}/clusterroles/held`, role("held", rules))).status).toBe(403);
  });

  it("by binding or by aggregation is refused alike", async () => {
    const bound = await make(
      granter,
      `${RBAC}/clusterrolebindings`,
      binding("me", "cluster-admin", [subject("User", "granter")]),
    );
    expect([bound.status, bound.body.message]).toEqual([
      403,
      expect.stringContaining('{APIGroups:["*"], Resources:["*"], Verbs:["*"]}'),
    ]);
    const collecting = role("sum", [], { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: "b" } }] } });
    const summed = await make(granter, `${RBAC}/clusterroles`, collecting);
    expect(summed.body.message).toContain("must have cluster-admin privileges to use the aggregationRule");
  });

  it("is allowed with the verb bind", async () => {
    const rules = [
      {
        verbs: ["bind"],
        apiGroups: ["rbac.authorization.k8s.io"],
        resources: ["clusterroles"],
        resourceNames: ["view"],
      },
    ];
    await make(admin, `${RBAC}/clusterroles`, role("binder", rules));
    await make(admin, `${RBAC}/clusterrolebindings`, binding("binder", "binder", [subject("User", "granter")]));
    await eventually(async () => {
      const made = await make(granter, `${RBAC}/clusterrolebindings`, binding("v", "view", [subject("User", "x")]));
      expect([201, 409]).toContain(made.status);
    });
    const other = await make(
      granter,
      `${RBAC}/clusterrolebindings`,
      binding("e", "system:aggregate-to-edit", [subject("User", "x")]),
    );
    expect(other.status).toBe(403);
  });
});

describe("the defaults", () => {
  it("are stored, marked, and give everybody what upstream gives", async () => {
    const { body } = await at.call(admin, "GET", `${RBAC}/clusterroles/system:discovery`);
    expect(body.metadata.annotations).toEqual({ "rbac.authorization.kubernetes.io/autoupdate": "true" });
    expect(body.metadata.labels).toEqual({ "kubernetes.io/bootstrapping": "rbac-defaults" });
    expect(await status(user("anybody"), "/api")).toBe(200);
    expect(await status("nobody", "/version")).toBe(200);
    expect(await status("nobody", "/api")).toBe(401);
    expect(await status(user("anybody"), "/metrics")).toBe(403);
    expect(await status(user("prom", "system:monitoring"), "/metrics")).toBe(200);
  });

  it("are repaired at the next start, but for those that somebody keeps for himself", async () => {
    const path = `${RBAC}/clusterroles`;
    const patch = async (name: string, body: object) => await at.call(admin, "PATCH", `${path}/${name}`, body);
    await patch("system:basic-user", { rules: [] });
    await patch("system:kube-dns", {
      rules: [],
      metadata: { annotations: { "rbac.authorization.kubernetes.io/autoupdate": "false" } },
    });
    await patch("system:monitoring", { metadata: { labels: { mine: "yes" } } });
    await at.call(admin, "DELETE", `${RBAC}/clusterrolebindings/system:monitoring`);
    const { store } = at;
    await at.stop();
    at = await startTestServer({ store });
    await eventually(async () => {
      expect((await at.call(admin, "GET", `${path}/system:basic-user`)).body.rules).toHaveLength(2);
      expect(await status(admin, `${RBAC}/clusterrolebindings/system:monitoring`)).toBe(200);
    });
    expect((await at.call(admin, "GET", `${path}/system:kube-dns`)).body.rules ?? []).toEqual([]);
    expect((await at.call(admin, "GET", `${path}/system:monitoring`)).body.metadata.labels.mine).toBe("yes");
  });
});
