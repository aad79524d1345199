import { type Node, nodes } from "@skates/api/core/v1";
import { isStatus } from "@skates/apimachinery";
import { type Client, clientFor } from "@skates/client";
import { type Env, messageOf } from "@skates/component-base";
import { readNodeFiles } from "../cluster/join/node-files.ts";
import { GIT_VERSION } from "../version.ts";
import { joinedUpkeep } from "./joined-upkeep.ts";
import { liveHttps } from "./live-https.ts";
import type { NodeAccess } from "./node-access.ts";
import { nodeProxyTokens } from "./node-proxy-tokens.ts";
import type { AccessOptions } from "./own-access.ts";

const POLL_MS = 500;

/**
 * A node of a cluster whose server is elsewhere: certificates that it renews itself, and for kube-proxy tokens of the account that
 * kubeadm gives it, bound to this node.
 */
export function joinedAccess({ paths, config, env }: AccessOptions, server: string): NodeAccess {
  let files = readNodeFiles(paths);
  const listeners: (() => void)[] = [];
  const common = { clock: env.clock, random: env.random, wire: true } as const;
  const kubeletHttps = liveHttps(() => ({ server, ca: files.ca, ...files.client }));
  const kubelet = clientFor(kubeletHttps.handler, { ...common, userAgent: `kubelet/${GIT_VERSION}` });
  const tokens = nodeProxyTokens({ client: kubelet, clock: env.clock, nodeName: config.nodeName });
  const proxyHttps = liveHttps(() => ({ server, ca: files.ca, token: tokens.current }));
  const own = { client: kubelet, env, nodeName: config.nodeName };
  return {
    kubelet,
    kubeProxy: clientFor(tokens.watched(proxyHttps.handler), { ...common, userAgent: `kube-proxy/${GIT_VERSION}` }),
    tls: () => ({ ...files.server, clientCas: [files.ca] }),
    onTls: (apply) => void listeners.push(apply),
    podCidr: (signal) => assignedPodCidr(own, signal),
    choosesPodCidr: false,
    untilReachable: () => Promise.resolve(), // `podCidr` has waited for it
    upkeep: [
      joinedUpkeep({
        ...own,
        paths,
        files: () => files,
        use: (next) => {
          files = next;
          for (const apply of listeners) apply();
        },
      }),
    ],
    async [Symbol.asyncDispose]() {
      await Promise.all([kubeletHttps.close(), proxyHttps.close()]);
    },
  };
}

export interface OwnNode {
  /** Under the node's identity. */
  readonly client: Client;
  readonly env: Env;
  readonly nodeName: string;
}

/** Registers the node, and waits for the part of the pods' addresses that the cluster gives it. */
async function assignedPodCidr({ client, env, nodeName }: OwnNode, signal: AbortSignal): Promise<string> {
  const typed = client.resource(nodes);
  const node: Node = {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: nodeName },
    spec: { taints: [{ key: "node.kubernetes.io/not-ready", effect: "NoSchedule" }] },
  };
  for (;;) {
    try {
      await typed.create(node, {}, signal).catch((error: unknown) => {
        if (!isStatus(error, "AlreadyExists")) throw error;
      });
      const { podCIDR } = (await typed.get({ name: nodeName }, {}, signal)).spec;
      if (podCIDR !== undefined) return podCIDR;
    } catch (error) {
      signal.throwIfAborted();
      env.log.warn("the node could not be registered", { cause: messageOf(error) });
    }
    await env.clock.sleep(POLL_MS, signal);
  }
}
