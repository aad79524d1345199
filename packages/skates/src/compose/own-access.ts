import type { Env } from "@skates/component-base";
import type { ClusterConfig } from "../cluster/config.ts";
import type { Paths } from "../cluster/data-dir.ts";
import { dnsIdentity } from "../cluster/pki.ts";
import { apiClients } from "./api-clients.ts";
import { openLivePki } from "./live-pki.ts";
import type { NodeAccess } from "./node-access.ts";
import { reloading } from "./reload.ts";

export interface AccessOptions {
  readonly paths: Paths;
  readonly config: ClusterConfig;
  readonly env: Env;
  /** Of this machine. */
  readonly address: string;
}

/** The node beside the cluster's server: its certificates are in the same directory, and it has the first part of the addresses. */
export async function ownAccess({ paths, config, env, address }: AccessOptions): Promise<NodeAccess> {
  const pki = await openLivePki({ paths, config, address, process: "agent" }, env);
  const clients = apiClients(config, () => pki.current().ca.cert, env);
  const identity = await pki.follow((at) => at.node({ name: config.nodeName, ipAddresses: [address] }));
  return {
    kubelet: clients.as("kubelet", () => identity().client),
    kubeProxy: clients.as("kube-proxy", () => pki.current().kubeProxy),
    dns: clients.as("cluster-dns", await pki.follow(dnsIdentity)),
    tls: () => ({ ...identity().server, clientCas: [pki.current().ca.cert] }),
    onTls: (apply) => pki.onChange(apply),
    podCidr: () => Promise.resolve(firstPodCidr(config)),
    choosesPodCidr: true,
    untilReachable: (signal) => clients.untilReachable(signal),
    upkeep: [pki.renewal, reloading(env, pki.files)],
    [Symbol.asyncDispose]: () => clients[Symbol.asyncDispose](),
  };
}

/** The first /24 of the pods' range. */
function firstPodCidr(config: ClusterConfig): string {
  return config.podCidr.replace(/\/\d+$/, "/24");
}
