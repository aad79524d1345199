// CertificateApproval, CertificateSigning, CertificateSubjectRestriction: rights on signers, and the group that nobody asks for.
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Caller } from "../node/testing.ts";
import { type PluginServer, refusal, startPluginServer } from "./testing.ts";

let server: PluginServer;
const PATH = "/apis/certificates.k8s.io/v1/certificatesigningrequests";
const RBAC = "/apis/rbac.authorization.k8s.io/v1";
const clerk: Caller = { user: { name: "clerk", groups: [] } };

/** Made by openssl for /O=dev, and for /O=dev/O=system:masters. */
const pem = (...lines: readonly string[]): string =>
  ["-----BEGIN CERTIFICATE REQUEST-----", ...lines, "-----END CERTIFICATE REQUEST-----", ""].join("\n");
const DEV = pem(
  "MIHWMH8CAQAwHTENMAsGA1UEAwwEamFuZTEMMAoGA1UECgwDZGV2MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEDPTmIF+JNpOg",
  "cxpY4uOQerMGmtwVt78/xlFESEoGlNpOCQnBm/KE0y6OKS14go4aQBcdG6SFqCIClF+JgYlXAKAAMAoGCCqGSM49BAMCA0cAMEQC",
  "IFpWhWBGovi+Z016gYFVq32R1vGEKvU+ET/2WcQ8TPM/AiBtMeVR/JBINnp7E5JVW42Od+cRPI63sfd/PwwOemRs4g==",
);
const ROOT = pem(
  "MIHyMIGYAgEAMDYxDTALBgNVBAMMBGphbmUxDDAKBgNVBAoMA2RldjEXMBUGA1UECgwOc3lzdGVtOm1hc3RlcnMwWTATBgcqhkjO",
  "PQIBBggqhkjOPQMBBwNCAATvsxxwnyFLl/GDiFPsVRROD4l3y6WFGyLwtTKpxg8BbxUEpLFmNse6CX2LcQISaB7RcBtKmOxItwbc",
  "nLem05rCoAAwCgYIKoZIzj0EAwIDSQAwRgIhALT6lUCXFWXTa+qLFNKMlasXhwlQOMA3cFeD7pkY15qtAiEAhCicOizbCL0+oLMT",
  "1Y5z6wbpRpW53Dz/lQfMq0Y/8K4=",
);

beforeAll(async () => {
  server = await startPluginServer();
  const rules = [
    {
      apiGroups: ["certificates.k8s.io"],
      resources: ["certificatesigningrequests/approval", "certificatesigningrequests/status"],
      verbs: ["update", "patch"],
    },
    {
      apiGroups: ["certificates.k8s.io"],
      resources: ["signers"],
      resourceNames: ["example.com/*"],
      verbs: ["approve"],
    },
  ];
  const apiVersion = "rbac.authorization.k8s.io/v1";
  await server.post(`${RBAC}/clusterroles`, { apiVersion, kind: "ClusterRole", metadata: { name: "clerk" }, rules });
  await server.post(`${RBAC}/clusterrolebindings`, {
    apiVersion,
    kind: "ClusterRoleBinding",
    metadata: { name: "clerk" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "clerk" },
    subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "clerk" }],
  });
  for (const [name, signerName] of [
    ["ours", "example.com/web"],
    ["theirs", "other.example.org/web"],
  ] as const) {
    expect((await post(name, { signerName })).status).toBe(201);
  }
});
afterAll(() => server.at.stop());

async function post(name: string, { signerName, request = DEV }: { signerName: string; request?: string }) {
  return await server.post(PATH, {
    apiVersion: "certificates.k8s.io/v1",
    kind: "CertificateSigningRequest",
    metadata: { name },
    spec: { request: btoa(request), signerName, usages: ["client auth"] },
  });
}
const approved = { status: { conditions: [{ type: "Approved", status: "True", reason: "x", message: "x" }] } };

it("asks for the right to approve for the signer or its domain", async () => {
  expect((await server.patch(`${PATH}/ours/approval`, approved, clerk)).status).toBe(200);
  expect(refusal(await server.patch(`${PATH}/theirs/approval`, approved, clerk))).toEqual([
    403,
    'certificatesigningrequests.certificates.k8s.io "theirs" is forbidden: user not permitted to approve requests with signerName "other.example.org/web"',
  ]);
});

it("asks for the right to sign", async () => {
  const certificate = { status: { conditions: [{ type: "Failed", status: "True", reason: "x", message: "x" }] } };
  expect(refusal(await server.patch(`${PATH}/theirs/status`, certificate, clerk))).toEqual([
    403,
    'certificatesigningrequests.certificates.k8s.io "theirs" is forbidden: user not permitted to sign requests with signerName "other.example.org/web"',
  ]);
  expect((await server.patch(`${PATH}/theirs/status`, { metadata: { labels: { a: "b" } } }, clerk)).status).toBe(200);
});

it("refuses certificates of the group that may do everything", async () => {
  const signerName = "kubernetes.io/kube-apiserver-client";
  expect((await post("dev", { signerName })).status).toBe(201);
  expect(refusal(await post("root", { signerName, request: ROOT }))).toEqual([
    403,
    'certificatesigningrequests.certificates.k8s.io "root" is forbidden: use of kubernetes.io/kube-apiserver-client signer with system:masters group is not allowed',
  ]);
});
