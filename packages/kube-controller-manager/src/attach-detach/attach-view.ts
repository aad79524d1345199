import {
  isPodTerminal,
  type Node,
  type PersistentVolume,
  type PersistentVolumeClaim,
  type Pod,
  podClaims,
} from "@skates/api/core/v1";
import { attachmentName, type CSIDriver, uniqueVolumeName, type VolumeAttachment } from "@skates/api/storage/v1";
import { controls, type Lister } from "@skates/controller-runtime";
import { claimId } from "../persistent-volume/storage-view.ts";

/**
 * What attaching looks at. Indexes: pods `claim` (the claims that they use), attachments `volume` (the persistent volume's name) and
 * `node`.
 */
export interface AttachView {
  readonly volumes: Lister<PersistentVolume>;
  readonly claims: Lister<PersistentVolumeClaim>;
  readonly pods: Lister<Pod>;
  readonly nodes: Lister<Node>;
  readonly drivers: Lister<CSIDriver>;
  readonly attachments: Lister<VolumeAttachment>;
  /** What is known only from having been here; a controller that starts anew begins to count again. */
  readonly memory: AttachMemory;
  /** How long a node that is not well may keep what no pod wants; undefined: for ever. */
  readonly unmountMs: number | undefined;
}

export interface AttachMemory {
  /** Since when nobody wants a volume on a node; asked with false when somebody does. */
  unwantedSinceMs(id: string, unwanted: boolean, nowMs: number): number;
  /** Whether this is news: it was not told under this id since that was forgotten. */
  tell(id: string, message: string): boolean;
  forget(id: string): void;
}

/** A volume that is attached before it is mounted, under the names that node statuses and attachments have for it. */
export interface Attachable {
  readonly volume: PersistentVolume;
  readonly driver: string;
  /** `kubernetes.io/csi/<driver>^<handle>`. */
  readonly uniqueName: string;
  attachmentOn(node: string): string;
}

/** undefined: the volume needs no attaching, or is of a kind that nobody here attaches. */
export function attachable(volume: PersistentVolume | undefined): Attachable | undefined {
  const csi = volume?.spec.csi;
  if (volume === undefined || csi === undefined) return undefined;
  return {
    volume,
    driver: csi.driver,
    uniqueName: uniqueVolumeName(csi),
    attachmentOn: (node) => attachmentName(csi, node),
  };
}

/** Whether volumes of this driver are attached at all; a driver that nobody describes is taken to need it. */
export function needsAttach({ drivers }: AttachView, { driver }: Attachable): boolean {
  return drivers.get({ name: driver })?.spec.attachRequired !== false;
}

/** The pods on nodes that want a volume, by node. */
export function podsWanting(view: AttachView, { volume }: Attachable): ReadonlyMap<string, readonly Pod[]> {
  const byNode = new Map<string, Pod[]>();
  const { namespace, name = "", uid } = volume.spec.claimRef ?? {};
  const claim = view.claims.get({ namespace, name });
  const bound = claim?.spec.volumeName === volume.metadata.name && claim.status?.phase === "Bound";
  if (claim === undefined || !bound || claim.metadata.uid !== uid) return byNode;
  for (const pod of view.pods.by("claim", claimId({ namespace, name }))) {
    const { nodeName = "" } = pod.spec;
    if (nodeName === "" || !holdsVolumes(pod)) continue;
    const mine = podClaims(pod).some((wanted) => wanted.name === name && (!wanted.own || controls(pod, claim)));
    if (mine) byNode.set(nodeName, [...(byNode.get(nodeName) ?? []), pod]);
  }
  return byNode;
}

/** Until a pod has ended, or is being deleted and runs no container any more. */
export function holdsVolumes(pod: Pod): boolean {
  if (isPodTerminal(pod)) return false;
  if (pod.metadata.deletionTimestamp === undefined) return true;
  const { initContainerStatuses = [], containerStatuses = [], ephemeralContainerStatuses = [] } = pod.status ?? {};
  const statuses = [...initContainerStatuses, ...containerStatuses, ...ephemeralContainerStatuses];
  return statuses.some(({ state }) => state?.running !== undefined);
}

/** Several nodes may have it at once. */
export function isShared({ spec }: PersistentVolume): boolean {
  const modes = spec.accessModes ?? [];
  return modes.length === 0 || modes.some((mode) => mode === "ReadWriteMany" || mode === "ReadOnlyMany");
}
