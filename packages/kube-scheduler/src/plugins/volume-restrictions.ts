import { podClaims, type Volume } from "@skates/api/core/v1";
import type { SchedulerPlugin } from "../framework/plugin.ts";
import { unschedulable } from "../framework/verdict.ts";
import type { Snapshot } from "../snapshot/cluster.ts";
import type { NodeInfo } from "../snapshot/node-info.ts";
import type { PodInfo } from "../snapshot/pod-info.ts";
import { type Volumes } from "../volumes/volumes.ts";

const DISK = unschedulable("node(s) had no available disk");
const ONE_POD = unschedulable(
  "node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode",
);

/** Keeps disks that one node can mount only once from a second pod, and claims that only one pod may use from any other. */
export function volumeRestrictions(volumes: Volumes): SchedulerPlugin {
  return {
    name: "VolumeRestrictions",
    judges: ["filter"],
    wakes: [
      { on: ["NodeAdded", "VolumesChanged"] },
      { on: ["AssignedPodDeleted"], helps: (pod, event) => "pod" in event && shares(pod, event.pod) },
    ],
    prepare(pod, snapshot) {
      const disks = (pod.pod.spec.volumes ?? []).filter((volume) => diskOf(volume) !== undefined);
      const exclusive = podClaims(pod.pod)
        .map(({ name }) => name)
        .filter((name) => volumes.claim(pod.namespace, name)?.spec?.accessModes?.includes("ReadWriteOncePod") === true);
      if (disks.length + exclusive.length === 0) return undefined;
      const users = exclusive.length === 0 ? undefined : usersOf(pod.namespace, new Set(exclusive), snapshot);
      return {
        filter: (node) => {
          if (disks.some((disk) => isMounted(disk, node))) return DISK;
          if (users === undefined) return undefined;
          const here = users.on(node) - (users.byNode.get(node.name) ?? 0);
          return users.total + here > 0 ? ONE_POD : undefined;
        },
      };
    },
  };
}

function shares(a: PodInfo, b: PodInfo): boolean {
  const names = new Set(podClaims(a.pod).map(({ name }) => name));
  if (a.namespace === b.namespace && podClaims(b.pod).some(({ name }) => names.has(name))) return true;
  return (b.pod.spec.volumes ?? []).some((volume) => diskOf(volume) !== undefined);
}

interface Users {
  readonly total: number;
  readonly byNode: ReadonlyMap<string, number>;
  /** How many pods of a node use one, as it looks. */
  on(node: NodeInfo): number;
}

function usersOf(namespace: string, names: ReadonlySet<string>, snapshot: Snapshot): Users {
  const on = (node: NodeInfo): number => {
    let count = 0;
    for (const other of node.pods.values()) {
      if (other.namespace !== namespace || other.pod.spec.volumes === undefined) continue;
      if (podClaims(other.pod).some(({ name }) => names.has(name))) count++;
    }
    return count;
  };
  const byNode = new Map<string, number>();
  let total = 0;
  for (const node of snapshot.nodes) {
    const count = node === undefined ? 0 : on(node);
    if (node === undefined || count === 0) continue;
    byNode.set(node.name, count);
    total += count;
  }
  return { total, byNode, on };
}

function isMounted(disk: Volume, node: NodeInfo): boolean {
  for (const { pod } of node.pods.values()) {
    if ((pod.spec.volumes ?? []).some((other) => conflict(disk, other))) return true;
  }
  return false;
}

interface Disk {
  readonly ids: readonly string[];
  /** Two that only read get along. */
  readonly readOnly: boolean;
}

function conflict(a: Volume, b: Volume): boolean {
  const one = diskOf(a);
  const other = diskOf(b);
  if (one === undefined || other === undefined || !one.ids.some((id) => other.ids.includes(id))) return false;
  return !(one.readOnly && other.readOnly);
}

/** What tells one disk from another, for kinds that a node mounts once. */
function diskOf({ gcePersistentDisk, awsElasticBlockStore, iscsi, rbd }: Volume): Disk | undefined {
  if (gcePersistentDisk !== undefined) {
    return { ids: [`gce/${gcePersistentDisk.pdName}`], readOnly: gcePersistentDisk.readOnly === true };
  }
  if (awsElasticBlockStore !== undefined) return { ids: [`aws/${awsElasticBlockStore.volumeID}`], readOnly: false };
  if (iscsi !== undefined) return { ids: [`iscsi/${iscsi.iqn}`], readOnly: iscsi.readOnly === true };
  if (rbd !== undefined) {
    const image = `${rbd.pool ?? "rbd"}/${rbd.image}`;
    return { ids: rbd.monitors.map((monitor) => `rbd/${monitor}/${image}`), readOnly: rbd.readOnly === true };
  }
  return undefined;
}
