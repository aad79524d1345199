import type { Node } from "@skates/api/core/v1";
import type { CSINode, CSINodeDriver } from "@skates/api/storage/v1";

/** What a driver says of its node when it is registered. */
export interface DriverOnNode {
  readonly name: string;
  readonly nodeId: string;
  /** 0: no limit that it knows of. */
  readonly maxVolumes: number;
  /** Where volumes can be reached from: labels of the node. */
  readonly topology: Readonly<Record<string, string>>;
}

const NODE_ID_ANNOTATION = "csi.volume.kubernetes.io/nodeid";
const INT32_MAX = 2 ** 31 - 1;

/** The node's CSINode as it is before the first driver comes. */
export function emptyCsiNode({ metadata: { name, uid = "" } }: Node): CSINode {
  return {
    apiVersion: "storage.k8s.io/v1",
    kind: "CSINode",
    metadata: { name, ownerReferences: [{ apiVersion: "v1", kind: "Node", name, uid }] },
    spec: { drivers: [] },
  };
}

/** The drivers of a node with this one; the very same list when it is there already. */
export function withDriver(drivers: readonly CSINodeDriver[], driver: DriverOnNode): readonly CSINodeDriver[] {
  const next = nodeDriver(driver);
  const index = drivers.findIndex(({ name }) => name === driver.name);
  if (index < 0) return [...drivers, next];
  const known = drivers[index];
  return JSON.stringify(known) === JSON.stringify(next) ? drivers : drivers.with(index, next);
}

/** The drivers of a node without this one; the very same list when it is not there. */
export function withoutDriver(drivers: readonly CSINodeDriver[], name: string): readonly CSINodeDriver[] {
  return drivers.some((driver) => driver.name === name) ? drivers.filter((driver) => driver.name !== name) : drivers;
}

function nodeDriver({ name, nodeId, maxVolumes, topology }: DriverOnNode): CSINodeDriver {
  const topologyKeys = Object.keys(topology).sort();
  const count = Math.min(maxVolumes, INT32_MAX);
  return { name, nodeID: nodeId, topologyKeys, ...(count > 0 ? { allocatable: { count } } : {}) };
}

export type MetadataPatch = {
  readonly annotations?: Readonly<Record<string, string | null>>;
  readonly labels?: Readonly<Record<string, string>>;
};

/**
 * What is to be changed of the node's metadata for a driver that came; undefined: nothing. Throws with upstream's words when the driver
 * says that the node is elsewhere than its labels do.
 */
export function nodeWithDriver(node: Node, { name, nodeId, topology }: DriverOnNode): MetadataPatch | undefined {
  const { labels = {} } = node.metadata;
  for (const [key, value] of Object.entries(topology)) {
    const has = labels[key];
    if (has !== undefined && has !== value) {
      const reported = `driver reported ${JSON.stringify(key)}:${JSON.stringify(value)}`;
      const existing = `existing label is ${JSON.stringify(key)}:${JSON.stringify(has)}`;
      throw new Error(`detected topology value collision: ${reported} but ${existing}`);
    }
  }
  const added = Object.fromEntries(Object.entries(topology).filter(([key]) => labels[key] === undefined));
  const ids = nodeIds(node);
  const idPatch = ids[name] === nodeId ? {} : { annotations: annotation({ ...ids, [name]: nodeId }) };
  const labelPatch = Object.keys(added).length === 0 ? {} : { labels: added };
  const patch = { ...idPatch, ...labelPatch };
  return Object.keys(patch).length === 0 ? undefined : patch;
}

/** Likewise for a driver that went. Its labels stay, as upstream: volumes and pods may be bound to them. */
export function nodeWithoutDriver(node: Node, name: string): MetadataPatch | undefined {
  const { [name]: gone, ...ids } = nodeIds(node);
  return gone === undefined ? undefined : { annotations: annotation(ids) };
}

function annotation(ids: Readonly<Record<string, string>>): Readonly<Record<string, string | null>> {
  const names = Object.keys(ids).sort();
  const text = JSON.stringify(Object.fromEntries(names.map((name) => [name, ids[name]])));
  return { [NODE_ID_ANNOTATION]: names.length === 0 ? null : text };
}

/** Ids by driver; what is no such map counts as none, and is written anew. */
function nodeIds({ metadata }: Node): Readonly<Record<string, string>> {
  try {
    const found: unknown = JSON.parse(metadata.annotations?.[NODE_ID_ANNOTATION] ?? "{}");
    if (typeof found !== "object" || found === null) return {};
    return Object.fromEntries(
      Object.entries(found).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
    );
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return {};
  }
}
