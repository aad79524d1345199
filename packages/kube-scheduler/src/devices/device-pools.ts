import { type Node, type NodeSelector, nodeSelectorMatches } from "@skates/api/core/v1";
import type { CounterSet, Device, ResourceSlice } from "@skates/api/resource/v1";
import { ALL_DEVICE_FEATURES, type DeviceFeatures } from "./device-features.ts";

/** A device that some node can use. */
export interface PoolDevice {
  /** `driver/pool/device`. */
  readonly id: string;
  readonly driver: string;
  readonly pool: string;
  readonly device: Device;
  /** Several claims can have a share of it. */
  readonly shareable: boolean;
  /** Where it can be used; the slice says it, or the device itself. */
  readonly nodeName: string | undefined;
  readonly nodeSelector: NodeSelector | undefined;
  readonly allNodes: boolean;
  /** Its place in the order in which devices are tried. */
  readonly order: number;
}

/** A pool of which nothing can be allocated now. */
export interface ClosedPool {
  /** `driver/pool`. */
  readonly id: string;
  /** Slices are missing, or what they say contradicts itself. */
  readonly why: "incomplete" | "invalid";
  readonly slices: readonly ResourceSlice[];
}

/** The devices of all pools that are completely known. */
export interface DevicePools {
  readonly byId: ReadonlyMap<string, PoolDevice>;
  /** Those of one node, by its name. */
  readonly byNode: ReadonlyMap<string, readonly PoolDevice[]>;
  /** Those that several nodes may be able to use. */
  readonly shared: readonly PoolDevice[];
  /** `driver/pool/set` to the amounts that devices of a pool share. */
  readonly counters: ReadonlyMap<string, CounterSet>;
  readonly closed: readonly ClosedPool[];
}

/**
 * Slices of former generations of a pool do not count, and of pools of which slices are missing nothing is given. Pools are tried by name,
 * those with devices that must become ready last; their slices by name.
 */
export function devicePools(
  slices: readonly ResourceSlice[],
  features: DeviceFeatures = ALL_DEVICE_FEATURES,
): DevicePools {
  const counters = new Map<string, CounterSet>();
  const closed: ClosedPool[] = [];
  const early: PoolDevice[][] = [];
  const late: PoolDevice[][] = [];
  for (const [id, ofPool] of newestByPool(slices, features)) {
    if (ofPool.length !== Number(ofPool[0]?.spec.pool.resourceSliceCount ?? 0)) {
      closed.push({ id, why: "incomplete", slices: ofPool });
      continue;
    }
    const devices = ofPool.flatMap(({ spec }) =>
      (spec.devices ?? []).map((device) => poolDevice(device, spec, features)),
    );
    const sets = ofPool.flatMap(({ spec }) => spec.sharedCounters ?? []);
    if (contradicts(devices, sets)) {
      closed.push({ id, why: "invalid", slices: ofPool });
      continue;
    }
    for (const set of sets) counters.set(`${id}/${set.name}`, set);
    const waits = devices.some(({ device }) => (device.bindingConditions ?? []).length > 0);
    (waits ? late : early).push(devices);
  }
  return { ...placed([...early, ...late].flat(), features), counters, closed };
}

/** By `driver/pool`, in order. */
function newestByPool(
  slices: readonly ResourceSlice[],
  { partitions }: DeviceFeatures,
): readonly (readonly [string, readonly ResourceSlice[]])[] {
  const pools = new Map<string, ResourceSlice[]>();
  for (const slice of slices) {
    const { driver, pool, perDeviceNodeSelection, sharedCounters = [] } = slice.spec;
    if (!partitions && (perDeviceNodeSelection !== undefined || sharedCounters.length > 0)) continue;
    const id = `${driver}/${pool.name}`;
    const known = pools.get(id);
    const newest = Number(known?.[0]?.spec.pool.generation ?? -1);
    if (known === undefined || Number(pool.generation) > newest) pools.set(id, [slice]);
    else if (Number(pool.generation) === newest) known.push(slice);
  }
  const byName = (a: ResourceSlice, b: ResourceSlice): number => (a.metadata.name < b.metadata.name ? -1 : 1);
  return [...pools].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([id, all]) => [id, all.toSorted(byName)] as const);
}

function poolDevice(device: Device, spec: ResourceSlice["spec"], { shares, taints }: DeviceFeatures): PoolDevice {
  const { taints: _taints, ...untainted } = device;
  const place = spec.perDeviceNodeSelection === true ? device : spec;
  return {
    id: `${spec.driver}/${spec.pool.name}/${device.name}`,
    driver: spec.driver,
    pool: spec.pool.name,
    device: taints ? device : untainted,
    shareable: shares && device.allowMultipleAllocations === true,
    nodeName: place.nodeName,
    nodeSelector: place.nodeSelector,
    allNodes: place.allNodes === true,
    order: 0,
  };
}

/** Two devices have one name, or a device takes from what is not there. */
function contradicts(devices: readonly PoolDevice[], sets: readonly CounterSet[]): boolean {
  if (new Set(devices.map(({ id }) => id)).size < devices.length) return true;
  const known = new Map(sets.map((set) => [set.name, set]));
  if (known.size < sets.length) return true;
  return devices.some(({ device }) =>
    (device.consumesCounters ?? []).some(({ counterSet, counters }) =>
      Object.keys(counters).some((name) => !Object.hasOwn(known.get(counterSet)?.counters ?? {}, name)),
    ),
  );
}

/** Devices that use up resources of the node itself (behind a gate) are left alone: that is not counted here. */
function usable(device: Device, { readiness, partitions }: DeviceFeatures): boolean {
  const { bindingConditions = [], consumesCounters = [], nodeAllocatableResourceMappings } = device;
  if (nodeAllocatableResourceMappings !== undefined) return false;
  return (readiness || bindingConditions.length === 0) && (partitions || consumesCounters.length === 0);
}

function placed(
  devices: readonly PoolDevice[],
  features: DeviceFeatures,
): Pick<DevicePools, "byId" | "byNode" | "shared"> {
  const byId = new Map<string, PoolDevice>();
  const byNode = new Map<string, PoolDevice[]>();
  const shared: PoolDevice[] = [];
  for (const [order, unordered] of devices.entries()) {
    const device = { ...unordered, order };
    byId.set(device.id, device);
    if (!usable(device.device, features)) continue;
    if (device.nodeName === undefined) shared.push(device);
    else if (byNode.get(device.nodeName)?.push(device) === undefined) byNode.set(device.nodeName, [device]);
  }
  return { byId, byNode, shared };
}

/** Devices that the node can use, in the order in which they are tried. */
export function devicesFor(node: Node, { byNode, shared }: DevicePools): readonly PoolDevice[] {
  const own = byNode.get(node.metadata.name) ?? [];
  const others = shared.filter((device) => reaches(device, node));
  if (others.length === 0) return own;
  return [...own, ...others].toSorted((a, b) => a.order - b.order);
}

/** The first pool with devices for the node of which nothing can be given. */
export function closedPoolFor(node: Node, { closed }: DevicePools): ClosedPool | undefined {
  return closed.find(({ slices }) =>
    slices.some(({ spec }) => {
      if (spec.perDeviceNodeSelection !== true) return reaches(spec, node);
      return (spec.devices ?? []).some((device) => reaches(device, node));
    }),
  );
}

function reaches(
  { nodeName, nodeSelector, allNodes }: Pick<Device, "nodeName" | "nodeSelector" | "allNodes">,
  node: Node,
): boolean {
  if (nodeName !== undefined && nodeName !== "") return nodeName === node.metadata.name;
  return allNodes === true || (nodeSelector !== undefined && nodeSelectorMatches(nodeSelector, node));
}
