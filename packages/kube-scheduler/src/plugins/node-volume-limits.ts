import { type Pod, podClaims, storageClassNameOf } from "@skates/api/core/v1";
import type { SchedulerPlugin } from "../framework/plugin.ts";
import { type Rejection, unresolvable, unschedulable } from "../framework/verdict.ts";
import type { NodeInfo } from "../snapshot/node-info.ts";
import { isBound, type Volumes } from "../volumes/volumes.ts";

const REJECTION = unschedulable("node(s) exceed max volume count");

/** Keeps pods from nodes whose drivers can take no more volumes. */
export function nodeVolumeLimits(volumes: Volumes): SchedulerPlugin {
  return {
    name: "NodeVolumeLimits",
    judges: ["filter"],
    wakes: [
      { on: ["NodeAdded", "VolumesChanged"] },
      { on: ["AssignedPodDeleted"], helps: (_, event) => "pod" in event && podClaims(event.pod.pod).length > 0 },
    ],
    prepare({ pod, namespace }) {
      const missing = podClaims(pod).find(({ name }) => volumes.claim(namespace, name) === undefined);
      if (missing !== undefined) return notFound(missing.name);
      const wanted = drivenVolumes(pod, volumes);
      if (wanted.size === 0) return undefined;
      return {
        filter: (node) => {
          const limits = limitsOf(node, volumes);
          if (limits.size === 0) return undefined;
          const attached = attachedTo(node, volumes);
          const counts = new Map<string, number>();
          for (const driver of attached.values()) counts.set(driver, (counts.get(driver) ?? 0) + 1);
          const more = new Set<string>();
          for (const [id, driver] of wanted) {
            if (attached.has(id)) continue;
            counts.set(driver, (counts.get(driver) ?? 0) + 1);
            more.add(driver);
          }
          const full = [...more].some(
            (driver) => (counts.get(driver) ?? 0) > (limits.get(driver) ?? Number.POSITIVE_INFINITY),
          );
          return full ? REJECTION : undefined;
        },
      };
    },
  };
}

function notFound(name: string): Rejection {
  return unresolvable(`persistentvolumeclaim ${JSON.stringify(name)} not found`);
}

/** By driver, how many volumes it can attach to the node. */
function limitsOf({ name }: NodeInfo, volumes: Volumes): ReadonlyMap<string, number> {
  const limits = new Map<string, number>();
  for (const driver of volumes.csiNode(name)?.spec.drivers ?? []) {
    const count = driver.allocatable?.count;
    if (count !== undefined) limits.set(driver.name, count);
  }
  return limits;
}

/** Volumes that are attached to the node or about to be, with their drivers. */
function attachedTo(node: NodeInfo, volumes: Volumes): ReadonlyMap<string, string> {
  const out = new Map<string, string>();
  for (const { pod } of node.pods.values()) {
    if (pod.spec.volumes === undefined) continue;
    for (const [id, driver] of drivenVolumes(pod, volumes)) out.set(id, driver);
  }
  for (const { spec } of volumes.attachmentsOn(node.name)) {
    const csi = volumes.volume(spec.source.persistentVolumeName ?? "")?.spec?.csi;
    if (csi !== undefined) out.set(`${csi.driver}/${csi.volumeHandle}`, csi.driver);
  }
  return out;
}

/** The pod's volumes that a driver attaches; those that are not made yet stand under their claim. */
function drivenVolumes(pod: Pod, volumes: Volumes): ReadonlyMap<string, string> {
  const out = new Map<string, string>();
  const { namespace = "" } = pod.metadata;
  for (const { name } of podClaims(pod)) {
    const claim = volumes.claim(namespace, name);
    if (claim === undefined) continue;
    const csi = isBound(claim) ? volumes.volume(claim.spec?.volumeName ?? "")?.spec?.csi : undefined;
    if (csi !== undefined) out.set(`${csi.driver}/${csi.volumeHandle}`, csi.driver);
    else if (!isBound(claim)) {
      const driver = volumes.storageClass(storageClassNameOf(claim))?.provisioner;
      if (driver !== undefined) out.set(`${driver}/${namespace}/${name}`, driver);
    }
  }
  return out;
}
