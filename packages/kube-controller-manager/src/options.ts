import type { Client } from "@skates/client";
import type { Env } from "@skates/component-base";
import type { TokenSigner } from "@skates/pki";
import type { ClusterInfoOptions } from "./bootstrap-signer/controller.ts";
import type { ReadCertificate } from "./certificate-cleaner/controller.ts";
import type { CertificateSigner } from "./certificate-signing/controller.ts";
import type { EvictionRates } from "./node-lifecycle/zones.ts";
import type { NodeIpamOptions } from "./node-ipam/controller.ts";
import type { ServiceLbOptions } from "./service-lb/controller.ts";

/** What certificates are read and signed with. */
export interface CertificateOptions extends CertificateSigner {
  readonly readCertificate: ReadCertificate;
}

export interface ControllerManagerOptions {
  /**
   * The client of an identity: `system:kube-controller-manager` for the shared caches,
   * `system:serviceaccount:kube-system:<controller>` for each controller's own calls.
   */
  readonly clientAs: (user: string) => Client;
  readonly env: Env;
  /** Certificates in PEM by which pods verify the API server, as they are at the moment: authorities may be replaced. */
  readonly caBundle: () => string;
  /** Signs tokens that live in Secrets; absent: those Secrets stay empty. */
  readonly tokenSigner?: TokenSigner | undefined;
  /** Absent: certificate signing requests wait for somebody else. */
  readonly certificates?: CertificateOptions | undefined;
  /** What nodes that join are told; absent: nothing. */
  readonly clusterInfo?: ClusterInfoOptions | undefined;
  /** Absent: nodes bring their own part of the pods' addresses. */
  readonly nodeIpam?: NodeIpamOptions | undefined;
  /** How fast pods are driven from nodes that fall silent, where that is not as upstream does. */
  readonly evictionRates?: Partial<EvictionRates> | undefined;
  /** Absent: services of type LoadBalancer wait for somebody else. */
  readonly serviceLb?: ServiceLbOptions | undefined;
  /** After how long without use a legacy token is ended, and then deleted; default a year. */
  readonly legacyTokenUnusedMs?: number | undefined;
  /** How many pods that have ended are kept; default 12500, 0 keeps all. */
  readonly endedPodsMax?: number | undefined;
  /** A volume stays on a node that is not well until it is said to be out of service; default: six minutes after no pod wants it. */
  readonly keepAttached?: boolean | undefined;
  /** As `--controllers`; default `*`. */
  readonly controllers?: readonly string[] | undefined;
}
