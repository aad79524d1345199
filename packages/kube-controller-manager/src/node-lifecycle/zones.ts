import { isNodeReady, type Node } from "@skates/api/core/v1";
import type { KeysOf, Lister } from "@skates/controller-runtime";

/** How fast pods are driven from nodes that fall silent. */
export interface EvictionRates {
  /** Nodes of a zone per second whose pods are driven away. */
  readonly perSecond: number;
  /** The same in a large zone of which much is not ready; in a small one, none are then. */
  readonly secondaryPerSecond: number;
  /** A zone with more nodes is large. */
  readonly largeZoneNodes: number;
  /** Part of a zone's nodes from which on too many are not ready to be a matter of single nodes. */
  readonly unhealthyPart: number;
}

/** Upstream's. */
export const EVICTION_RATES: EvictionRates = {
  perSecond: 0.1,
  secondaryPerSecond: 0.01,
  largeZoneNodes: 50,
  unhealthyPart: 0.55,
};

/** So few nodes that are not ready are never too many. */
const FEW = 2;
const IN_ZONE = "node-lifecycle/zone";
const READY_IN_ZONE = "node-lifecycle/ready-zone";
const UNREADY_IN_ZONE = "node-lifecycle/unready-zone";

/** A node with this label says nothing of its zone. */
const EXCLUDED = "node.kubernetes.io/exclude-disruption";

/** Indexes of nodes by zone. */
export const ZONE_INDEXES: Readonly<Record<string, KeysOf<Node>>> = {
  [IN_ZONE]: (node) => (isCounted(node) ? [zoneKey(node)] : []),
  [READY_IN_ZONE]: (node) => (isCounted(node) && isNodeReady(node) ? [zoneKey(node)] : []),
  [UNREADY_IN_ZONE]: (node) => (isNodeReady(node) ? [] : [zoneKey(node)]),
};

function isCounted({ metadata: { labels } }: Node): boolean {
  return labels?.[EXCLUDED] === undefined;
}

/** Region and zone; the same for all nodes that tell neither. */
function zoneKey({ metadata: { labels = {} } }: Node): string {
  const region = labels["topology.kubernetes.io/region"] ?? "";
  return `${region}/${labels["topology.kubernetes.io/zone"] ?? ""}`;
}

/** How many nodes per second pods may be driven from in the zone of this one; undefined: from none at all, as no node is ready anywhere. */
export function evictionRate(nodes: Lister<Node>, node: Node, rates: EvictionRates): number | undefined {
  if (nodes.values(READY_IN_ZONE).length === 0) return undefined;
  const zone = zoneKey(node);
  return rateOf({ all: nodes.count(IN_ZONE, zone), ready: nodes.count(READY_IN_ZONE, zone) }, rates);
}

interface ZoneCounts {
  readonly all: number;
  readonly ready: number;
}

function rateOf({ all, ready }: ZoneCounts, rates: EvictionRates): number {
  const silent = all - ready;
  // A zone of which nothing is left is down, and its pods are better off elsewhere.
  if (ready <= 0 || silent <= FEW || silent / all < rates.unhealthyPart) return rates.perSecond;
  return all > rates.largeZoneNodes ? rates.secondaryPerSecond : 0;
}

/** Other nodes for which it matters that this one came, went, became ready or ceased to be: few but where the pace of a zone changes. */
export function concernedNodes(
  nodes: Lister<Node>,
  { node, old }: { readonly node: Node; readonly old: Node | undefined },
  rates: EvictionRates,
): readonly Node[] {
  const unready = nodes.values(UNREADY_IN_ZONE);
  if (unready.length === 0 || !isCounted(node)) return [];
  const zone = zoneKey(node);
  const zones = nodes.values(READY_IN_ZONE);
  const now: ZoneCounts = { all: nodes.count(IN_ZONE, zone), ready: nodes.count(READY_IN_ZONE, zone) };
  const sign = isNodeReady(node) ? 1 : -1;
  const gone = nodes.get({ name: node.metadata.name }) === undefined;
  const moved = old !== undefined ? 0 : gone ? -1 : 1;
  const readyMoved = old !== undefined ? sign : isNodeReady(node) ? moved : 0;
  const before: ZoneCounts = { all: now.all - moved, ready: now.ready - readyMoved };
  const otherZones = zones.filter((other) => other !== zone).length;
  // Whether pods are driven away at all.
  const all = otherZones === 0 && now.ready > 0 !== before.ready > 0;
  if (all) return unready.flatMap((each) => nodes.by(UNREADY_IN_ZONE, each));
  return rateOf(now, rates) === rateOf(before, rates) ? [] : nodes.by(UNREADY_IN_ZONE, zone);
}

/** Lets nodes of a zone go one after another. */
export interface EvictionPace {
  /** How long this node still has to wait; 0: its pods may be driven away, now and until `settle`. */
  waitMs(node: Node, perSecond: number, elapsedMs: number): number;
  /** The node is well again, or gone. */
  settle(uid: string): void;
}

/** Nothing has been let go yet. */
export function createEvictionPace(): EvictionPace {
  const lastMs = new Map<string, number>();
  const granted = new Set<string>();
  return {
    waitMs(node, perSecond, elapsedMs) {
      const { uid = "" } = node.metadata;
      if (granted.has(uid)) return 0;
      if (perSecond <= 0) return Number.POSITIVE_INFINITY;
      const zone = zoneKey(node);
      const between = 1000 / perSecond;
      const last = lastMs.get(zone);
      // A clock that was set back makes nobody wait for longer than one turn.
      const wait = last === undefined ? 0 : Math.min(last + between - elapsedMs, between);
      if (wait > 0) return Math.ceil(wait);
      lastMs.set(zone, elapsedMs);
      granted.add(uid);
      return 0;
    },
    settle: (uid) => void granted.delete(uid),
  };
}
