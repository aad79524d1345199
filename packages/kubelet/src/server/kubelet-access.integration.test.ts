// A kubelet's access on the real API server in this process: tokens and certificates are judged by it, under the node's own identity.
import type { ApiRequest, PeerCertificate } from "@skates/apimachinery";
import { type TokenRequest } from "@skates/api/authentication/v1";
import { namespaces, type ServiceAccount, serviceAccounts } from "@skates/api/core/v1";
import { clusterRoleBindings, clusterRoles } from "@skates/api/rbac/v1";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestCluster, type TestCluster } from "../testing/test-cluster.ts";
import { apiReviews, type KubeletAccess, kubeletAccess } from "./kubelet-access.ts";

let cluster: TestCluster;
let access: KubeletAccess;
let token = "";
const group = "rbac.authorization.k8s.io";
beforeAll(async () => {
  cluster = await startTestCluster();
  const { admin, signal } = cluster;
  const namespace = "default";
  await cluster.until("the namespace", () =>
    admin
      .resource(namespaces)
      .get({ name: namespace }, {}, signal)
      .catch(() => undefined),
  );
  access = kubeletAccess({ reviews: apiReviews(cluster.node("n1"), "n1"), clock: cluster.env.clock });
  const accounts = admin.resource<ServiceAccount>(serviceAccounts);
  await accounts.create({ apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "m", namespace } }, {}, signal);
  await admin.resource(clusterRoles).create(
    {
      apiVersion: `${group}/v1`,
      kind: "ClusterRole",
      metadata: { name: "stats" },
      rules: [{ apiGroups: [""], resources: ["nodes/stats"], verbs: ["get"] }],
    } as never,
    {},
    signal,
  );
  await admin.resource(clusterRoleBindings).create(
    {
      apiVersion: `${group}/v1`,
      kind: "ClusterRoleBinding",
      metadata: { name: "stats" },
      roleRef: { apiGroup: group, kind: "ClusterRole", name: "stats" },
      subjects: [{ kind: "ServiceAccount", name: "m", namespace }],
    } as never,
    {},
    signal,
  );
  const asked = {
    apiVersion: "authentication.k8s.io/v1",
    kind: "TokenRequest",
    metadata: { name: "" },
    spec: { audiences: [] },
  };
  const given = await accounts.sub("token").create<TokenRequest>({ name: "m", namespace }, asked as never, {}, signal);
  token = given.status?.token ?? "";
});
afterAll(() => cluster.stop());

async function ask(
  page: string,
  by: { readonly token?: string; readonly certificate?: Pick<PeerCertificate, "commonName" | "organizations"> },
): Promise<string> {
  const certificate =
    by.certificate === undefined
      ? undefined
      : { ...by.certificate, serialNumber: "1", fingerprint: "f", notAfterMs: 0 };
  const request: ApiRequest = {
    method: "GET",
    path: `/${page}`,
    query: new URLSearchParams(),
    headers: by.token === undefined ? {} : { authorization: `Bearer ${by.token}` },
    body: { kind: "none" },
    peer: { tls: { remoteAddress: "", certificate } },
    signal: cluster.signal,
  };
  try {
    await access(request, page);
    return "allowed";
  } catch (error) {
    return error instanceof Error ? error.message : "";
  }
}

test("a service account's token opens what its roles say", async () => {
  await cluster.until("the role works", async () => ((await ask("stats", { token })) === "allowed" ? true : undefined));
  expect(await ask("exec", { token })).toBe(
    "Forbidden (user=system:serviceaccount:default:m, verb=create, resource=nodes, subresource(s)=[proxy])",
  );
  expect(await ask("pods", { token })).toContain("subresource(s)=[pods proxy]");
});

test("a forged token, and none, are nobody's", async () => {
  const forged = `${token.slice(0, -8)}AAAAAAAA`;
  expect([await ask("stats", { token: forged }), await ask("stats", {})]).toEqual(["Unauthorized", "Unauthorized"]);
});

test("certificates: the API server's and the administrator's open everything, another node's nothing", async () => {
  const masters = ["system:masters"];
  expect([
    await ask("exec", { certificate: { commonName: "kube-apiserver-kubelet-client", organizations: [] } }),
    await ask("healthz", { certificate: { commonName: "kubernetes-admin", organizations: masters } }),
    await ask("exec", { certificate: { commonName: "system:node:n2", organizations: ["system:nodes"] } }),
  ]).toEqual([
    "allowed",
    "allowed",
    "Forbidden (user=system:node:n2, verb=create, resource=nodes, subresource(s)=[proxy])",
  ]);
});
