import { X509Certificate } from "node:crypto";
import { configMaps, type Node, nodes } from "@skates/api/core/v1";
import { isStatus } from "@skates/apimachinery";
import { type Component, messageOf } from "@skates/component-base";
import { pemCertificates } from "@skates/pki";
import { nodePki } from "@skates/pki/node";
import { CERTIFIED_BY, TRUSTED_AUTHORITIES } from "../cluster/authority-rollout.ts";
import type { Paths } from "../cluster/data-dir.ts";
import { authoritiesOf, CLUSTER_INFO, hashOf } from "../cluster/join/discover.ts";
import { type NodeFiles, writeNodeCa, writeNodePair } from "../cluster/join/node-files.ts";
import { type NodeCertificate, requestCertificate } from "../cluster/join/request-certificate.ts";
import type { OwnNode } from "./joined-access.ts";

/** So often the node looks what the cluster's authorities are, and at its own certificates. */
const LOOK_MS = 15_000;
/** Certificates are renewed when less than a fifth of their time is left, or their authority is not the newest any more. */
const LEFT_PART = 0.2;

export interface JoinedUpkeepOptions extends OwnNode {
  readonly paths: Paths;
  readonly files: () => NodeFiles;
  readonly use: (next: NodeFiles) => void;
}

/**
 * Keeps a joined node in step with its cluster: takes over the authorities that the cluster publishes (over a connection that the present
 * ones vouch for), renews its certificates by requests under its own name, and says in annotations of its Node how far it is, for
 * which a rotation of the authorities waits.
 */
export function joinedUpkeep(options: JoinedUpkeepOptions): Component {
  const { env } = options;
  const attempt = async (what: string, signal: AbortSignal, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      signal.throwIfAborted();
      env.log.error("the node could not be kept in step with its cluster", { what, cause: messageOf(error) });
    }
  };
  return {
    name: "joined-node",
    ready: () => true,
    async run(signal) {
      for (;;) {
        await attempt("authorities", signal, () => followAuthorities(options, signal));
        for (const which of ["client", "server"] as const)
          await attempt(`${which} certificate`, signal, () => renew(options, which, signal));
        await attempt("annotations", signal, () => report(options, signal));
        await env.clock.sleep(LOOK_MS, signal);
      }
    },
  };
}

async function followAuthorities(
  { paths, client, env, files, use }: JoinedUpkeepOptions,
  signal: AbortSignal,
): Promise<void> {
  const { data } = await client.resource(configMaps).get(CLUSTER_INFO, {}, signal);
  const certs = pemCertificates(authoritiesOf(data?.["kubeconfig"] ?? ""));
  const ca = certs.join("");
  // Nobody is the authority of a cluster: then something is wrong there, and what was known stays.
  if (certs.length === 0 || ca === files().ca) return;
  writeNodeCa(paths, ca);
  use({ ...files(), ca });
  env.log.info("the cluster's authorities have changed", { hashes: certs.map(hashOf).join(" ") });
}

async function renew(
  { paths, client, env, nodeName, files, use }: JoinedUpkeepOptions,
  which: NodeCertificate,
  signal: AbortSignal,
): Promise<void> {
  const pki = nodePki(env);
  const { cert } = files()[which];
  const { notBeforeMs, notAfterMs } = pki.readCertificate(cert);
  const lasts = notAfterMs - env.clock.nowMs() >= LEFT_PART * (notAfterMs - notBeforeMs);
  if (lasts && signerOf(cert, files().ca) === 0) return;
  const pair = await requestCertificate({ client, pki, clock: env.clock, nodeName, which }, signal);
  writeNodePair(paths, which, pair);
  use({ ...files(), [which]: pair });
  env.log.info("certificate renewed", { which });
}

async function report({ client, nodeName, files }: JoinedUpkeepOptions, signal: AbortSignal): Promise<void> {
  const authorities = pemCertificates(files().ca).map(hashOf);
  // The older of the two, where they differ: it is the one that still needs its authority.
  const oldest = Math.max(...[files().client, files().server].map(({ cert }) => signerOf(cert, files().ca)));
  const annotations = {
    [TRUSTED_AUTHORITIES]: authorities.join(","),
    [CERTIFIED_BY]: authorities[oldest] ?? "unknown",
  };
  const typed = client.resource<Node>(nodes);
  const found = await typed.get({ name: nodeName }, {}, signal).catch((error: unknown) => {
    if (isStatus(error, "NotFound")) return undefined;
    throw error;
  });
  if (found === undefined) return; // not registered yet, or deleted: the kubelet registers it again
  if (Object.entries(annotations).every(([name, value]) => found.metadata.annotations?.[name] === value)) return;
  await typed.patch({ name: nodeName }, { type: "merge", body: { metadata: { annotations } } }, {}, signal);
}

/** Which authority of the bundle has signed a certificate; past the last one: none of them. */
function signerOf(cert: string, bundle: string): number {
  const leaf = new X509Certificate(cert);
  const authorities = pemCertificates(bundle);
  const found = authorities.findIndex((pem) => leaf.verify(new X509Certificate(pem).publicKey));
  return found < 0 ? authorities.length : found;
}
