import { createHash, X509Certificate } from "node:crypto";
import { configMaps } from "@skates/api/core/v1";
import { isRecord, isStatus } from "@skates/apimachinery";
import { clientFor } from "@skates/client";
import { systemClock, systemRandom } from "@skates/component-base/node";
import { pemCertificates } from "@skates/pki";
import { type SharedSecret, signatureFits } from "@skates/pki/node";
import { httpsHandler } from "@skates/transport/node";
import { load } from "js-yaml";
import { failure, usageError } from "../../cli/errors.ts";

/** What a cluster tells everybody of itself. */
export const CLUSTER_INFO = { namespace: "kube-public", name: "cluster-info" } as const;

/** Where its signature with a token stands. */
export function signatureKey(tokenId: string): string {
  return `jws-kubeconfig-${tokenId}`;
}

const REMEDY = "make a new one on the server with 'skates token create'";

/** The two parts of `ID.SECRET`. Throws a usage error. */
export function parseToken(text: string): SharedSecret {
  const [, id, secret] = /^([a-z0-9]{6})\.([a-z0-9]{16})$/.exec(text) ?? [];
  if (id === undefined || secret === undefined)
    throw usageError(
      "invalid token: six and sixteen letters and digits with a dot between, as 'skates token create' prints",
    );
  return { id, secret };
}

export interface Discovery {
  readonly server: string;
  readonly token: SharedSecret;
  /** `sha256:<hex>` of CAs that may be the cluster's; empty: whichever the holder of the token's secret names. */
  readonly hashes: readonly string[];
}

/** The CA (PEM) of the cluster, from what it publishes to everybody, once that is known to be meant: by signature, and by hash. */
export async function discoverCa({ server, token, hashes }: Discovery, signal: AbortSignal): Promise<string> {
  // Anybody may answer here: nothing of it counts before its signature has been checked.
  const https = httpsHandler({ server, insecure: true });
  let data: Readonly<Record<string, string>>;
  try {
    const retry = { unanswered: 1 }; // an address that is wrong is told at once
    const client = clientFor(https.handler, {
      userAgent: "skates",
      clock: systemClock(),
      random: systemRandom(),
      retry,
    });
    data = (await client.resource(configMaps).get(CLUSTER_INFO, {}, signal)).data ?? {};
  } catch (error) {
    signal.throwIfAborted();
    const cause = `${server} does not say whom to trust`;
    if (isStatus(error, "NotFound"))
      throw failure(cause, "it has no ConfigMap kube-public/cluster-info: is it Skates or kubeadm?");
    throw failure(cause, "check the address, and that the cluster runs", error);
  } finally {
    await https.close();
  }
  return trustedCa(data, { server, token, hashes });
}

/** The CA that cluster-info names. Throws a failure that says what does not fit. */
export function trustedCa(data: Readonly<Record<string, string>>, { token, hashes }: Discovery): string {
  const { kubeconfig = "", [signatureKey(token.id)]: signature } = data;
  if (signature === undefined) {
    throw failure(`the cluster does not know a token ${token.id}: it is wrong, expired or deleted`, REMEDY);
  }
  if (!signatureFits(signature, kubeconfig, token)) {
    throw failure(
      `what the cluster says of itself is not signed with token ${token.id}`,
      "the token's second part is wrong, or somebody between has changed the answer",
    );
  }
  const ca = authoritiesOf(kubeconfig);
  if (hashes.length > 0 && !pemCertificates(ca).some((pem) => hashes.includes(hashOf(pem)))) {
    throw failure(
      `the cluster's CA has the hash ${pemCertificates(ca).map(hashOf).join(", ")}, and not one of those given`,
      "take --ca-cert-hash from 'skates token create' on the server",
    );
  }
  return ca;
}

/** `sha256:<hex>` of the public key of a certificate, as kubeadm writes it. */
export function hashOf(pem: string): string {
  const key = new X509Certificate(pem).publicKey.export({ type: "spki", format: "der" });
  return `sha256:${createHash("sha256").update(key).digest("hex")}`;
}

/** The authorities (PEM) that the kubeconfig of `kube-public/cluster-info` names. */
export function authoritiesOf(kubeconfig: string): string {
  const config: unknown = load(kubeconfig);
  const clusters = isRecord(config) ? config["clusters"] : undefined;
  const first: unknown = Array.isArray(clusters) ? clusters[0] : undefined;
  const cluster = isRecord(first) ? first["cluster"] : undefined;
  const data = isRecord(cluster) ? cluster["certificate-authority-data"] : undefined;
  if (typeof data !== "string")
    throw failure("the cluster names no CA", "its ConfigMap kube-public/cluster-info is not whole");
  return Buffer.from(data, "base64").toString("utf8");
}
