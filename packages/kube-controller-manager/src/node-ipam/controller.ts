import { type Node, nodes } from "@skates/api/core/v1";
import { type Controller, type Lister, type Plan, watch } from "@skates/controller-runtime";
import { type Blocks, nodeBlocks } from "./blocks.ts";

export interface NodeIpamView {
  readonly nodes: Lister<Node>;
}

export interface NodeIpamOptions {
  /** Ranges of pods' addresses, at most one of each family: `10.244.0.0/16`. */
  readonly clusterCidrs: readonly string[];
  /** Length of the prefix that a node gets, by family. Defaults 24 and 64. */
  readonly maskSizes?: { readonly ipv4?: number | undefined; readonly ipv6?: number | undefined } | undefined;
}

/** Blocks are handed out one after another: all nodes have one key. */
const ALL = { name: "nodes" };
const NOT_AVAILABLE = "CIDRNotAvailable";

/** Gives each node that has none a part of the pods' addresses of its own. What nodes have is never taken from them. */
export function nodeIpamController({ clusterCidrs, maskSizes = {} }: NodeIpamOptions): Controller<NodeIpamView> {
  const blocks = clusterCidrs.map((cidr) => nodeBlocks(cidr, maskSizes));
  return {
    name: "node-ipam-controller",
    watches: [
      watch({
        resource: nodes,
        keys: ({ spec }, old) => (old !== undefined && old.spec?.podCIDR === spec?.podCIDR ? [] : [ALL]),
      }),
    ],
    view: (listers) => ({ nodes: listers.for(nodes) }),
    plan: (view) => planNodeBlocks(view, blocks),
  };
}

/** Chooses the first free block of each range for each node without one, oldest nodes first. */
export function planNodeBlocks({ nodes: lister }: NodeIpamView, ranges: readonly Blocks[]): Plan {
  const all = [...lister.list()].sort(byAge);
  const held = all.flatMap(({ spec }) => spec?.podCIDRs ?? (spec?.podCIDR === undefined ? [] : [spec.podCIDR]));
  const taken = ranges.map((blocks) => blocks.taken(held));
  const actions = all
    .filter(({ spec, metadata }) => spec?.podCIDR === undefined && metadata.deletionTimestamp === undefined)
    .map((node) => {
      const found = ranges.map((blocks, i) => blocks.firstFree(taken[i] ?? new Set()));
      const cidrs = found.flatMap((block) => block?.cidr ?? []);
      if (cidrs.length < ranges.length) {
        const message = `Node ${node.metadata.name} status is now: ${NOT_AVAILABLE}`;
        return { do: "event", about: node, type: "Normal", reason: NOT_AVAILABLE, message } as const;
      }
      for (const [i, block] of found.entries()) if (block !== undefined) taken[i]?.add(block.index);
      const [podCIDR] = cidrs;
      // No update: of a node that has just come, much is written by others, and what it has of addresses cannot be changed anyway.
      const patch = { type: "merge", body: { spec: { podCIDR, podCIDRs: cidrs } } } as const;
      return { do: "patch", resource: nodes, key: { name: node.metadata.name }, patch } as const;
    });
  return actions.length === 0 ? { stages: [] } : { stages: [actions] };
}

function byAge(a: Node, b: Node): number {
  const [x = "", y = ""] = [a.metadata.creationTimestamp, b.metadata.creationTimestamp];
  return x !== y ? (x < y ? -1 : 1) : a.metadata.name < b.metadata.name ? -1 : 1;
}
