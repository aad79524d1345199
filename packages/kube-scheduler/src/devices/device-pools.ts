import { type Node, type NodeSelector, nodeSelectorMatches } from "@skates/api/core/v1";
import type { CounterSet, Device, ResourceSlice } from "@skates/api/resource/v1";

/** A device that some node can use. */
export interface PoolDevice {
  /** `driver/pool/device`. */
  readonly id: string;
  readonly driver: string;
  readonly pool: string;
  readonly device: Device;
  /** Where it can be used; the slice says it, or the device itself. */
  readonly nodeName: string | undefined;
  readonly nodeSelector: NodeSelector | undefined;
  readonly allNodes: boolean;
}

/** The devices of all pools that are completely known. */
export interface DevicePools {
  readonly devices: readonly PoolDevice[];
  /** Those of one node, by its name. */
  readonly byNode: ReadonlyMap<string, readonly PoolDevice[]>;
  /** Those that several nodes may be able to use. */
  readonly shared: readonly PoolDevice[];
  /** `driver/pool/set` to the amounts that devices of a pool share. */
  readonly counters: ReadonlyMap<string, CounterSet>;
}

/** Slices of former generations of a pool do not count, and pools of which slices are missing not at all. */
export function devicePools(slices: readonly ResourceSlice[]): DevicePools {
  const pools = new Map<string, ResourceSlice[]>();
  for (const slice of slices) {
    const { driver, pool } = slice.spec;
    const id = `${driver}/${pool.name}`;
    const known = pools.get(id);
    const newest = Number(known?.[0]?.spec.pool.generation ?? -1);
    if (known === undefined || Number(pool.generation) > newest) pools.set(id, [slice]);
    else if (Number(pool.generation) === newest) known.push(slice);
  }
  const devices: PoolDevice[] = [];
  const counters = new Map<string, CounterSet>();
  for (const [id, ofPool] of [...pools].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    if (ofPool.length !== Number(ofPool[0]?.spec.pool.resourceSliceCount ?? 0)) continue;
    for (const { spec } of ofPool) {
      for (const set of spec.sharedCounters ?? []) counters.set(`${id}/${set.name}`, set);
      for (const device of spec.devices ?? []) {
        const place = spec.perDeviceNodeSelection === true ? device : spec;
        devices.push({
          id: `${id}/${device.name}`,
          driver: spec.driver,
          pool: spec.pool.name,
          device,
          nodeName: place.nodeName,
          nodeSelector: place.nodeSelector,
          allNodes: place.allNodes === true,
        });
      }
    }
  }
  const byNode = new Map<string, PoolDevice[]>();
  const shared: PoolDevice[] = [];
  for (const device of devices) {
    if (device.nodeName === undefined) shared.push(device);
    else if (byNode.get(device.nodeName)?.push(device) === undefined) byNode.set(device.nodeName, [device]);
  }
  return { devices, byNode, shared, counters };
}

/** Devices that the node can use: its own first. */
export function devicesFor(node: Node, { byNode, shared }: DevicePools): readonly PoolDevice[] {
  const usable = shared.filter(
    ({ allNodes, nodeSelector }) => allNodes || (nodeSelector !== undefined && nodeSelectorMatches(nodeSelector, node)),
  );
  return [...(byNode.get(node.metadata.name) ?? []), ...usable];
}
