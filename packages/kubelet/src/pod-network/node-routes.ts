import type { Node } from "@skates/api/core/v1";
import { equalValues } from "@skates/apimachinery";
import { type Component, type Env, isAbort, messageOf } from "@skates/component-base";
import type { Informer } from "@skates/controller-runtime";
import ipaddr from "ipaddr.js";
import { Wakeup } from "../worker/wakeup.ts";

/** A part of the pods' addresses, and the node that has it. */
export interface NodeRoute {
  /** `10.244.1.0/24` */
  readonly to: string;
  /** An address of the node. */
  readonly via: string;
}

/** The routes of a machine to pods of other nodes: those that we made. Others' are neither told nor touched. */
export interface RouteTable {
  list(signal: AbortSignal): Promise<readonly NodeRoute[]>;
  /** Also in the place of ours to the same addresses. Rejects when somebody else has such a route. */
  add(route: NodeRoute, signal: AbortSignal): Promise<void>;
  remove(route: NodeRoute, signal: AbortSignal): Promise<void>;
  /** Where packets for a machine go: straight onto a link, to a router first, or it is this very machine. */
  reach(address: string, signal: AbortSignal): Promise<"link" | "router" | "self">;
  /** Whether pods are connected by our own network plugin; another's makes its own routes. */
  ours(signal: AbortSignal): Promise<boolean>;
}

export interface NodeRoutesOptions {
  readonly env: Pick<Env, "clock" | "log">;
  readonly nodes: Informer<Node>;
  readonly nodeName: string;
  /** The pods of the whole cluster: routes to anything else are never made, whatever a node says of itself. */
  readonly clusterCidr: string;
  readonly table: RouteTable;
}

/** So often the table is compared though no node has changed: somebody may have flushed it, or a link may have come. */
const LOOK_MS = 30_000;

/**
 * Keeps routes to the pods of all other nodes that are on a link with this machine, as upstream leaves it to a cloud or a network plugin.
 * Nodes behind a router are told once in the log: the routers must know, or a plugin that tunnels must be used.
 */
export function createNodeRoutes(options: NodeRoutesOptions): Component {
  const { env, nodes } = options;
  const wakeup = new Wakeup();
  const told = new Set<string>();
  let ready = false;
  const tell = (message: string, pairs: Readonly<Record<string, string>>): void => {
    const key = JSON.stringify([message, pairs]);
    if (told.has(key)) return;
    told.add(key);
    env.log.warn(message, pairs);
  };
  return {
    name: "node-routes",
    ready: () => ready,
    async run(signal) {
      await nodes.whenSynced(signal);
      // Nodes report something all the time, and hardly ever what matters here.
      const end = nodes.subscribe((delta) => {
        if (delta.type !== "updated" || !equalValues(wayTo(delta.old), wayTo(delta.object))) wakeup.notify();
      });
      try {
        while (!signal.aborted) {
          try {
            await sync(options, tell, signal);
            ready = true;
          } catch (error) {
            if (isAbort(error, signal)) return;
            tell("routes to pods of other nodes could not be made", { error: messageOf(error) });
          }
          await wakeup.wait(env.clock, env.clock.nowMs() + LOOK_MS, signal);
        }
      } finally {
        end();
      }
    },
  };
}

type Tell = (message: string, pairs: Readonly<Record<string, string>>) => void;

async function sync(options: NodeRoutesOptions, tell: Tell, signal: AbortSignal): Promise<void> {
  const { table } = options;
  const present = await table.list(signal);
  const wanted: NodeRoute[] = [];
  const same = (a: NodeRoute, b: NodeRoute): boolean => a.to === b.to && a.via === b.via;
  const isPresent = (route: NodeRoute): boolean => present.some((each) => same(each, route));
  if (await table.ours(signal)) {
    for (const route of podRoutes(options)) {
      // The system keeps a route only as long as its link: asking costs a process for each node.
      const reach = isPresent(route) ? "link" : await table.reach(route.via, signal);
      if (reach === "link") wanted.push(route);
      if (reach === "router")
        tell("pods of a node are out of reach: it is on no link of this machine, so that routers must know the way", {
          ...route,
        });
    }
  }
  for (const route of present) {
    if (!wanted.some(({ to }) => to === route.to)) await table.remove(route, signal);
  }
  for (const route of wanted) {
    if (isPresent(route)) continue;
    try {
      await table.add(route, signal);
    } catch (error) {
      if (isAbort(error, signal)) throw error;
      tell("a route to pods of a node could not be made", { ...route, error: messageOf(error) });
    }
  }
}

/** The routes that other nodes ask for: each part of the pods' addresses once, and by the node that has it longest. */
export function podRoutes({
  nodes,
  nodeName,
  clusterCidr,
}: Pick<NodeRoutesOptions, "nodes" | "nodeName" | "clusterCidr">): readonly NodeRoute[] {
  const cluster = ipaddr.parseCIDR(clusterCidr);
  const taken = new Map<string, NodeRoute | undefined>();
  for (const { metadata, spec, status } of nodes.list().toSorted(ownThenOldest(nodeName))) {
    const to = spec?.podCIDR;
    if (to === undefined || taken.has(to) || !isPartOf(to, cluster)) continue;
    const via = status?.addresses?.find(({ type, address }) => type === "InternalIP" && isIpv4(address))?.address;
    if (metadata.name === nodeName) taken.set(to, undefined);
    else if (via !== undefined) taken.set(to, { to, via });
  }
  return [...taken.values()].filter((route) => route !== undefined);
}

function wayTo({ spec, status }: Node): unknown {
  return [spec?.podCIDR, status?.addresses ?? []];
}

function ownThenOldest(own: string): (a: Node, b: Node) => number {
  const rank = ({ metadata: { name, creationTimestamp = "" } }: Node): string =>
    `${name === own ? 0 : 1}${creationTimestamp}/${name}`;
  return (a, b) => (rank(a) < rank(b) ? -1 : 1);
}

function isIpv4(address: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(address) && ipaddr.IPv4.parse(address).toString() === address;
}

/** Whether a range lies in the cluster's, and is not the whole of it. */
function isPartOf(range: string, [base, length]: ReturnType<typeof ipaddr.parseCIDR>): boolean {
  if (!ipaddr.IPv4.isValidCIDR(range) || base.kind() !== "ipv4") return false;
  const [address, bits] = ipaddr.IPv4.parseCIDR(range);
  if (`${address.toString()}/${bits}` !== range) return false;
  return bits > length && address.match(ipaddr.IPv4.parse(base.toString()), length);
}
