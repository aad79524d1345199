import { renameSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { systemClock, systemRandom } from "@skates/component-base/node";
import { renderKubeconfig } from "@skates/pki";
import { type ClusterPki, ensureClusterPki } from "@skates/pki/node";
import type { ClusterConfig } from "./config.ts";
import type { Paths } from "./data-dir.ts";

/** The first address of the services' range: the API server's own Service. */
export function apiServiceAddress(config: ClusterConfig): string {
  return config.serviceCidr.replace(/\.0\/\d+$/, ".1");
}

/** The cluster's certificates; what is missing or about to expire is made. */
export function openPki(paths: Paths, config: ClusterConfig, nodeAddress: string): Promise<ClusterPki> {
  const service = "kubernetes.default.svc";
  return ensureClusterPki({
    directory: paths.pki,
    clock: systemClock(),
    random: systemRandom(),
    apiServer: {
      dnsNames: [
        "localhost",
        hostname().toLowerCase(),
        "kubernetes",
        "kubernetes.default",
        service,
        `${service}.${config.clusterDomain}`,
      ],
      ipAddresses: ["127.0.0.1", nodeAddress, apiServiceAddress(config)],
    },
  });
}

/** Makes the certificates of all processes before they start, and the administrator's kubeconfig. */
export async function preparePki(paths: Paths, config: ClusterConfig, nodeAddress: string): Promise<void> {
  const pki = await openPki(paths, config, nodeAddress);
  await pki.node({ name: config.nodeName, ipAddresses: [nodeAddress] });
  await dnsIdentity(pki);
  const text = renderKubeconfig({
    server: `https://127.0.0.1:${config.apiPort}`,
    ca: pki.ca.cert,
    cluster: "skates",
    user: "skates",
    context: "skates",
    credentials: pki.admin,
  });
  const draft = `${paths.kubeconfig}.new`;
  writeFileSync(draft, text, { mode: 0o600 });
  renameSync(draft, paths.kubeconfig);
}

/** Who cluster DNS is: it reads services and slices, and announces itself. */
export function dnsIdentity(pki: ClusterPki): ReturnType<ClusterPki["client"]> {
  return pki.client("cluster-dns", { name: "system:cluster-dns", groups: [] });
}
