// Requests for certificates in a world with the real API server and a real CA: who is approved, what is signed, what fails, what goes.
import {
  type CertificateSigningRequest,
  type CertificateSigningRequestSpec,
  certificateSigningRequests,
} from "@skates/api/certificates/v1";
import { seededRandom, virtualClock } from "@skates/component-base";
import type { RequestSubject } from "@skates/pki";
import { nodePki } from "@skates/pki/node";
import { afterEach, beforeEach, expect, it } from "vitest";
import { validFor } from "../certificate-signing/controller.ts";
import { startWorld, type World } from "../testing/world.ts";
import { recognize } from "./recognize.ts";

const clock = virtualClock(undefined);
const pki = nodePki({ clock, random: seededRandom(3) });
const ca = await pki.createCa("kubernetes", 9e10);
const DAY_MS = 86_400_000;

let world: World;
beforeEach(async () => {
  const { readRequest, readCertificate } = pki;
  const { sign } = pki.authority(ca);
  world = await startWorld({ certificates: { readRequest, readCertificate, sign, validMs: 30 * DAY_MS } });
});
afterEach(async () => await world.stop());

const NODE: RequestSubject = { commonName: "system:node:n1", organizations: ["system:nodes"] };
const CLIENT = ["digital signature", "client auth"] as const;

async function ask(name: string, subject: RequestSubject, spec: Partial<CertificateSigningRequestSpec>) {
  const { request } = await pki.createRequest(subject);
  return await world.create(certificateSigningRequests, {
    apiVersion: "certificates.k8s.io/v1",
    kind: "CertificateSigningRequest",
    metadata: { name },
    spec: {
      request: btoa(request),
      signerName: "kubernetes.io/kube-apiserver-client-kubelet",
      usages: [...CLIENT],
      ...spec,
    },
  });
}

/** Real signatures take real time. */
async function settled(name: string): Promise<CertificateSigningRequest["status"]> {
  for (let i = 0; i < 100; i++) {
    await world.pass(1);
    const { status } = await world.get(certificateSigningRequests, { name });
    if (status?.certificate !== undefined || status?.conditions?.some(({ type }) => type === "Failed")) return status;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return (await world.get(certificateSigningRequests, { name })).status;
}

it("approves and signs the client certificate of a node for one who may ask, and deletes the request an hour later", async () => {
  await ask("n1", NODE, {});
  const status = await settled("n1");
  expect(status?.conditions).toMatchObject([
    {
      type: "Approved",
      status: "True",
      reason: "AutoApproved",
      message: "Auto approving kubelet client certificate after SubjectAccessReview.",
    },
  ]);
  expect(pki.readCertificate(atob(status?.certificate ?? ""))).toMatchObject(NODE);
  await world.pass(3_590);
  expect(await world.list(certificateSigningRequests)).toHaveLength(1);
  await world.pass(30);
  expect(await world.list(certificateSigningRequests)).toEqual([]);
});

it("fails for good what was approved but is no request that the signer signs", async () => {
  await ask("odd", { commonName: "jane" }, { signerName: "kubernetes.io/kubelet-serving", usages: ["server auth"] });
  await world.pass(2);
  const asked = await world.get(certificateSigningRequests, { name: "odd" });
  expect(asked.status?.conditions).toBeUndefined();
  const condition = { type: "Approved", status: "True", reason: "KubectlApprove", message: "by hand" };
  const approved = { ...asked, status: { conditions: [condition] } };
  await world.client
    .resource(certificateSigningRequests)
    .sub("approval")
    .update({ name: "odd" }, approved, {}, world.signal);
  expect((await settled("odd"))?.conditions).toMatchObject([
    condition,
    { type: "Failed", reason: "SignerValidationFailure", message: "subject organization is not system:nodes" },
  ]);
});

it("leaves a node's serving certificate for an address, another name or another node to people", () => {
  const of = (username: string, dnsNames: readonly string[], ipAddresses: readonly string[] = []) =>
    recognize(
      {
        apiVersion: "certificates.k8s.io/v1",
        kind: "CertificateSigningRequest",
        metadata: { name: "x" },
        spec: {
          request: "",
          username,
          signerName: "kubernetes.io/kubelet-serving",
          usages: ["digital signature", "server auth"],
        },
      },
      { ...NODE, organizations: ["system:nodes"], dnsNames, ipAddresses, emailAddresses: [], uris: [] },
    ).map(({ subresource }) => subresource);
  expect([
    of("system:node:n1", ["n1"]),
    of("system:node:n1", ["n1"], ["10.0.0.9"]),
    of("system:node:n1", ["n1", "kubernetes"]),
    of("system:node:n1", ["n2"]),
    of("system:node:n1", [], ["10.0.0.9"]),
    of("system:bootstrap:abcdef", ["n1"]),
  ]).toEqual([["selfnodeserver"], [], [], [], [], []]);
});

it("lasts as long as was asked for, within limits", () => {
  expect([
    validFor(undefined, DAY_MS),
    validFor(3_600, DAY_MS),
    validFor(60, DAY_MS),
    validFor(999_999, DAY_MS),
  ]).toEqual([DAY_MS - 300_000, 3_600_000, 600_000, DAY_MS - 300_000]);
});
