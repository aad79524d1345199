import { type CertificateSigningRequest, certificateSigningRequests } from "@skates/api/certificates/v1";
import type { Client } from "@skates/client";
import { type Clock, OperatingError } from "@skates/component-base";
import type { KeyPair, Pki } from "@skates/pki";

/** Which of a node's two certificates. */
export type NodeCertificate = "client" | "server";

export interface CertificateRequest {
  readonly client: Client;
  readonly pki: Pki;
  readonly clock: Clock;
  readonly nodeName: string;
  readonly which: NodeCertificate;
}

const POLL_MS = 200;
const WAIT_MS = 60_000;

/** A certificate for a new key, by a CertificateSigningRequest. Throws `CertificateRefused` when it is denied, fails or is not answered. */
export async function requestCertificate(request: CertificateRequest, signal: AbortSignal): Promise<KeyPair> {
  const { client, pki, clock, nodeName, which } = request;
  const { request: pem, key } = await pki.createRequest({
    commonName: `system:node:${nodeName}`,
    organizations: ["system:nodes"],
    ...(which === "server" ? { dnsNames: [nodeName] } : {}),
  });
  const requests = client.resource(certificateSigningRequests);
  const made = await requests.create(
    {
      apiVersion: "certificates.k8s.io/v1",
      kind: "CertificateSigningRequest",
      metadata: { name: "", generateName: which === "client" ? "node-csr-" : "csr-" },
      spec: {
        request: Buffer.from(pem).toString("base64"),
        signerName:
          which === "client" ? "kubernetes.io/kube-apiserver-client-kubelet" : "kubernetes.io/kubelet-serving",
        usages: ["digital signature", which === "client" ? "client auth" : "server auth"],
      },
    },
    {},
    signal,
  );
  const { name } = made.metadata;
  for (const untilMs = clock.monotonicMs() + WAIT_MS; clock.monotonicMs() < untilMs; ) {
    const cert = certificateOf(await requests.get({ name }, {}, signal));
    if (cert !== undefined) return { cert, key };
    await clock.sleep(POLL_MS, signal);
  }
  throw new OperatingError(
    "CertificateRefused",
    `request ${name} was not signed within ${WAIT_MS / 1000} s: approve it with 'kubectl certificate approve ${name}', then try again`,
  );
}

function certificateOf({ metadata, status }: CertificateSigningRequest): string | undefined {
  const refused = status?.conditions?.find(({ type }) => type === "Denied" || type === "Failed");
  if (refused !== undefined) {
    const why = `${refused.reason ?? refused.type}: ${refused.message ?? "no reason was given"}`;
    throw new OperatingError("CertificateRefused", `request ${metadata.name} was refused: ${why}`);
  }
  const { certificate = "" } = status ?? {};
  return certificate === "" ? undefined : Buffer.from(certificate, "base64").toString("utf8");
}
