import { clientFor } from "@skates/client";
import type { Component, Env } from "@skates/component-base";
import type { KubeApiServer } from "@skates/kube-apiserver";
import { type CertificateOptions, createControllerManager } from "@skates/kube-controller-manager";
import { renderClusterInfo, type TokenSigner } from "@skates/pki";
import { type ClusterPki, detachedSignature, nodePki } from "@skates/pki/node";
import { flagsFrom } from "../cli/flags.ts";
import type { ClusterConfig } from "../cluster/config.ts";
import { nodeConfigMap } from "../cluster/join/node-config.ts";
import { clusterSigningMs, controllersFrom } from "../component-flags/controllers.ts";
import { evictionRatesFrom } from "../component-flags/node-lifecycle.ts";
import { legacyTokenUnusedMs } from "../component-flags/service-accounts.ts";
import { NODE_PORTS, nodePortsFrom } from "../component-flags/services.ts";

export interface ControllersOptions {
  readonly api: KubeApiServer;
  readonly config: ClusterConfig;
  readonly env: Env;
  /** For tokens that live in Secrets. */
  readonly signer: TokenSigner;
  /** The cluster's CA signs requests for certificates. */
  readonly pki: () => ClusterPki;
  /** Of this machine. */
  readonly address: string;
}

/** Ports that a machine needs for itself, whatever services ask for: remote shell, kubelet, etcd, kube-proxy. */
const MACHINE_PORTS = [22, 2379, 2380, 10_250, 10_256, 10_257, 10_259];

/** The cluster's controllers, each under an identity of its own. */
export function controllers({ api, config, env, signer, pki, address }: ControllersOptions): Component {
  const flags = flagsFrom(config.flags ?? {});
  return createControllerManager({
    ...controllersFrom(flags),
    env,
    caBundle: () => pki().ca.cert,
    tokenSigner: signer,
    clusterInfo: {
      kubeconfig: () => renderClusterInfo({ server: `https://${address}:${config.apiPort}`, ca: pki().ca.cert }),
      node: nodeConfigMap(config),
      sign: detachedSignature,
    },
    legacyTokenUnusedMs: legacyTokenUnusedMs(flags),
    certificates: certificates(pki, env, clusterSigningMs(flags)),
    evictionRates: evictionRatesFrom(flags),
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

/** By the CA as it is at the moment. An external CA signs elsewhere. */
function certificates(current: () => ClusterPki, env: Env, validMs: number): CertificateOptions | undefined {
  if (current().ca.key === "") return undefined;
  const pki = nodePki(env);
  return {
    validMs,
    readRequest: pki.readRequest,
    readCertificate: pki.readCertificate,
    sign: (request, options) => pki.authority(current().ca).sign(request, options),
  };
}

/** Controllers act as service accounts of kube-system, which have these groups. */
function groupsOf(user: string): readonly string[] {
  return user.startsWith("system:serviceaccount:")
    ? ["system:serviceaccounts", "system:serviceaccounts:kube-system"]
    : [];
}
