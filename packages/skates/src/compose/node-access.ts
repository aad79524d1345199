import type { Client } from "@skates/client";
import type { Component } from "@skates/component-base";
import type { ServerTls } from "@skates/transport/node";

/** As whom the parts of a node work with their cluster: one whose server is on this machine, or one that the node has joined. */
export interface NodeAccess extends AsyncDisposable {
  readonly kubelet: Client;
  readonly kubeProxy: Client;
  /** Tells the cluster where this node's DNS answers; absent: only this node asks it. */
  readonly dns?: Client | undefined;
  /** What the kubelet shows, and whom it lets in. */
  tls(): ServerTls;
  /** `apply` is called after each change of `tls`. */
  onTls(apply: () => void): void;
  /** The node's part of the pods' addresses. Resolves when the node has one. */
  podCidr(signal: AbortSignal): Promise<string>;
  /** Whether the node tells the cluster its part; else the cluster tells the node. */
  readonly choosesPodCidr: boolean;
  untilReachable(signal: AbortSignal): Promise<void>;
  /** What keeps all of this current. */
  readonly upkeep: readonly Component[];
}
