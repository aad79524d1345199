import { parseQuantity } from "@skates/apimachinery";
import { isNodeReady, type Node, type Service } from "@skates/api/core/v1";
import type { Endpoint } from "@skates/api/discovery/v1";
import { ZONE } from "./endpoint.ts";

/** The part of the cluster's CPU that each zone has. */
export type ZoneShares = ReadonlyMap<string, number>;

/** What a slice is to hold; `changed` if it has to be written, whatever its hints. */
export interface Draft {
  readonly endpoints: readonly Endpoint[];
  readonly changed: boolean;
}

export interface HintedDrafts<D extends Draft> {
  readonly drafts: readonly D[];
  /** Why there are no hints, or that there are some now. */
  readonly told?:
    | { readonly type: "Normal" | "Warning"; readonly reason: string; readonly message: string }
    | undefined;
}

/** No zone may have to do with so much less than its part. */
const OVERLOAD = 0.2;
const EXCLUDED = ["node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master"];

/** True if the annotations of a service ask for hints by the size of zones. */
export function hintsByZoneSize({ metadata: { annotations = {} } }: Service): boolean {
  const old = annotations["service.kubernetes.io/topology-aware-hints"];
  return /^[Aa]uto$/.test(old ?? annotations["service.kubernetes.io/topology-mode"] ?? "");
}

/** The shares of zones, by their ready nodes; undefined if a node does not say enough, or there is no second zone. */
export function zoneShares(nodes: readonly Node[]): ZoneShares | undefined {
  const milli = new Map<string, number>();
  let total = 0;
  for (const node of nodes) {
    const { labels = {} } = node.metadata;
    if (EXCLUDED.some((label) => labels[label] !== undefined) || !isNodeReady(node)) continue;
    const cpu = milliCpuOf(node);
    const zone = labels[ZONE] ?? "";
    if (cpu === 0 || zone === "") return undefined;
    milli.set(zone, (milli.get(zone) ?? 0) + cpu);
    total += cpu;
  }
  if (milli.size < 2) return undefined;
  return new Map([...milli].sort(([a], [b]) => (a < b ? -1 : 1)).map(([zone, cpu]) => [zone, cpu / total]));
}

function milliCpuOf({ status }: Node): number {
  const cpu = status?.allocatable?.["cpu"];
  return cpu === undefined ? 0 : parseQuantity(cpu).milliValue();
}

/** True if a change of a node can change the shares of zones. */
export function changesShares(node: Node, old: Node): boolean {
  const shown = (one: Node): string => JSON.stringify([one.metadata.labels?.[ZONE], isNodeReady(one), milliCpuOf(one)]);
  return shown(node) !== shown(old);
}

/**
 * Gives endpoints of one family to zones so that each zone has as many as its part of the CPU asks for: those of its own first. Slices
 * that need not be written keep their hints as long as these leave every zone enough.
 */
export function hintedByZoneSize<D extends Draft>(
  drafts: readonly D[],
  shares: ZoneShares | undefined,
): HintedDrafts<D> {
  const ready = drafts.flatMap(({ endpoints }) => endpoints.filter(isReady));
  const allocations = allocate(ready.length, shares);
  if (typeof allocations === "string") return disabled(drafts, allocations);
  const given = new Map<string, number>();
  const kept = new Set(drafts.filter((draft) => !draft.changed && keepsHints(draft.endpoints, allocations, given)));
  const open = drafts.filter((draft) => !kept.has(draft)).flatMap(({ endpoints }) => endpoints.filter(isReady));
  if (open.some(({ zone = "" }) => zone === "")) return disabled(drafts, NO_ZONE);
  for (const { zone = "" } of open) add(given, zone, 1);
  const moved = moves(open, transfers(allocations, given));
  const hint = (endpoint: Endpoint): Endpoint => {
    if (!isReady(endpoint)) return withoutHints(endpoint);
    return { ...endpoint, hints: { forZones: [{ name: moved.get(endpoint) ?? endpoint.zone ?? "" }] } };
  };
  const before = drafts.some(({ endpoints }) => endpoints.some(({ hints }) => hints !== undefined));
  return {
    drafts: drafts.map((draft) => (kept.has(draft) ? draft : { ...draft, endpoints: draft.endpoints.map(hint) })),
    told: before ? undefined : { type: "Normal", reason: "TopologyAwareHintsEnabled", message: ENABLED },
  };
}

const ENABLED = "Topology Aware Hints has been enabled";
const NO_ZONE = "One or more endpoints do not have a zone specified";
const NO_NODES = "Insufficient Node information: allocatable CPU or zone not specified on one or more nodes";
const TOO_FEW = "Insufficient number of endpoints";
const OVERLOADED = "Unable to allocate minimum required endpoints to each zone without exceeding overload threshold";

function disabled<D extends Draft>(drafts: readonly D[], message: string): HintedDrafts<D> {
  return {
    drafts: drafts.map((draft) => ({ ...draft, endpoints: draft.endpoints.map(withoutHints) })),
    told: { type: "Warning", reason: "TopologyAwareHintsDisabled", message },
  };
}

/** The endpoint without hints; the same one if it has none. */
function withoutHints(endpoint: Endpoint): Endpoint {
  if (endpoint.hints === undefined) return endpoint;
  const { hints: _hints, ...rest } = endpoint;
  return rest;
}

function isReady({ conditions }: Endpoint): boolean {
  return conditions?.ready === true;
}

interface Allocation {
  readonly desired: number;
  readonly maximum: number;
}

/** How many of so many endpoints each zone is to have, or why that cannot be said. */
function allocate(count: number, shares: ZoneShares | undefined): ReadonlyMap<string, Allocation> | string {
  if (shares === undefined) return NO_NODES;
  const counts = `(${count} endpoints, ${shares.size} zones)`;
  if (shares.size > count) return `${TOO_FEW} ${counts}`;
  const least = new Map([...shares].map(([zone, share]) => [zone, Math.ceil((share * count) / (1 + OVERLOAD))]));
  const spare = count - [...least.values()].reduce((sum, one) => sum + one, 0);
  if (spare < 0) return `${OVERLOADED} ${counts}`;
  return new Map(
    [...shares].map(([zone, share]) => {
      const minimum = least.get(zone) ?? 0;
      return [zone, { desired: Math.max(share * count, minimum), maximum: minimum + spare }];
    }),
  );
}

/** True if a slice's hints still fit; then they are counted in `given`. */
function keepsHints(
  endpoints: readonly Endpoint[],
  allocations: ReadonlyMap<string, Allocation>,
  given: Map<string, number>,
): boolean {
  const own = new Map<string, number>();
  for (const { hints } of endpoints.filter(isReady)) {
    const zones = hints?.forZones ?? [];
    if (zones.length === 0) return false;
    for (const { name } of zones) add(own, name, 1);
  }
  for (const [zone, count] of own) {
    const allocation = allocations.get(zone);
    if (allocation === undefined || count + (given.get(zone) ?? 0) > allocation.maximum) return false;
  }
  for (const [zone, count] of own) add(given, zone, count);
  return true;
}

interface Transfers {
  readonly from: Map<string, number>;
  readonly to: Map<string, number>;
}

/** How many endpoints zones give away and get, so that what is given comes as near to what is desired as whole endpoints can. */
function transfers(allocations: ReadonlyMap<string, Allocation>, given: ReadonlyMap<string, number>): Transfers {
  const over = new Map<string, number>();
  const under = new Map<string, number>();
  for (const [zone, { desired }] of allocations) {
    const difference = (given.get(zone) ?? 0) - desired;
    if (difference > 0) over.set(zone, difference);
    else if (difference < 0) under.set(zone, -difference);
  }
  const out: Transfers = { from: new Map(), to: new Map() };
  for (;;) {
    const [from, surplus] = most(over);
    const [to, lack] = most(under);
    if (surplus < 0.5 || lack < 0.5 || (surplus < 1 && lack < 1)) return out;
    add(out.from, from, 1);
    add(out.to, to, 1);
    add(over, from, -1);
    add(under, to, -1);
  }
}

function most(amounts: ReadonlyMap<string, number>): readonly [string, number] {
  let best: readonly [string, number] = ["", 0];
  for (const one of amounts) if (one[1] > best[1]) best = one;
  return best;
}

/** Which endpoints go to another zone than their own. */
function moves(endpoints: readonly Endpoint[], { from, to }: Transfers): ReadonlyMap<Endpoint, string> {
  const out = new Map<Endpoint, string>();
  for (const endpoint of endpoints) {
    const { zone = "" } = endpoint;
    if ((from.get(zone) ?? 0) <= 0) continue;
    const target = [...to].find(([, count]) => count > 0)?.[0];
    if (target === undefined) break;
    out.set(endpoint, target);
    add(from, zone, -1);
    add(to, target, -1);
  }
  return out;
}

function add(counts: Map<string, number>, key: string, count: number): void {
  counts.set(key, (counts.get(key) ?? 0) + count);
}
