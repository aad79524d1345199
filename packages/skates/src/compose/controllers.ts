import { clientFor } from "@skates/client";
import type { Component, Env } from "@skates/component-base";
import type { KubeApiServer } from "@skates/kube-apiserver";
import { createControllerManager } from "@skates/kube-controller-manager";
import type { TokenSigner } from "@skates/pki";
import { flagsFrom } from "../cli/flags.ts";
import type { ClusterConfig } from "../cluster/config.ts";
import { controllersFrom } from "../component-flags/controllers.ts";
import { NODE_PORTS, nodePortsFrom } from "../component-flags/services.ts";

export interface ControllersOptions {
  readonly api: KubeApiServer;
  readonly config: ClusterConfig;
  readonly env: Env;
  /** For tokens that live in Secrets. */
  readonly signer: TokenSigner;
  /** PEM; pods verify the API server by it. */
  readonly caBundle: string;
}

/** Ports that a machine needs for itself, whatever services ask for: remote shell, kubelet, etcd, kube-proxy. */
const MACHINE_PORTS = [22, 2379, 2380, 10_250, 10_256, 10_257, 10_259];

/** The cluster's controllers, each under an identity of its own. */
export function controllers({ api, config, env, signer, caBundle }: ControllersOptions): Component {
  const flags = flagsFrom(config.flags ?? {});
  return createControllerManager({
    ...controllersFrom(flags),
    env,
    caBundle,
    tokenSigner: signer,
    nodeIpam: { clusterCidrs: [config.podCidr] },
    serviceLb: {
      reservedPorts: [...MACHINE_PORTS, config.apiPort],
      nodePorts: nodePortsFrom(flags) ?? NODE_PORTS,
    },
    clientAs: (user) =>
      clientFor(api.loopback({ name: user, groups: groupsOf(user) }), {
        userAgent: "kube-controller-manager",
        clock: env.clock,
        random: env.random,
      }),
  });
}

/** Controllers act as service accounts of kube-system, which have these groups. */
function groupsOf(user: string): readonly string[] {
  return user.startsWith("system:serviceaccount:")
    ? ["system:serviceaccounts", "system:serviceaccounts:kube-system"]
    : [];
}
