import {
  isNodeReady,
  type Node,
  nodes,
  type PersistentVolumeClaim,
  persistentVolumeClaims,
  persistentVolumes,
  type Pod,
  podClaims,
  pods,
} from "@skates/api/core/v1";
import { csiDrivers, volumeAttachments } from "@skates/api/storage/v1";
import { equalValues, keyOf, type ObjectKey } from "@skates/apimachinery";
import { type Controller, type Listers, watch } from "@skates/controller-runtime";
import type { ControllerManagerOptions } from "../options.ts";
import { claimsOfPod } from "../persistent-volume/storage-view.ts";
import { byNode } from "../pod/pod-state.ts";
import { attachMemory } from "./attach-memory.ts";
import { type AttachView, holdsVolumes } from "./attach-view.ts";
import { planVolume } from "./plan.ts";

/** Attaches volumes of CSI drivers to the nodes whose pods want them, through VolumeAttachments. Keys are volumes. */
export function attachDetachController({
  keepAttached = false,
}: Pick<ControllerManagerOptions, "keepAttached">): Controller<AttachView> {
  return {
    name: "attachdetach-controller",
    watches: WATCHES,
    view: (listers) => ({
      volumes: listers.for(persistentVolumes),
      claims: listers.for(persistentVolumeClaims),
      pods: listers.for(pods),
      nodes: listers.for(nodes),
      drivers: listers.for(csiDrivers),
      attachments: listers.for(volumeAttachments),
      memory: attachMemory(),
      unmountMs: keepAttached ? undefined : UNMOUNT_MS,
    }),
    plan: planVolume,
  };
}

/** As upstream: so long a node may have a volume mounted that no pod wants; then it is taken from a node that is not well. */
const UNMOUNT_MS = 360_000;

const WATCHES: Controller<AttachView>["watches"] = [
  watch({
    resource: pods,
    keys: (pod, old, listers) => (sameNeed(pod, old) ? [] : volumesOf(pod, listers)),
    indexes: { claim: claimsOfPod, node: byNode },
  }),
  watch<PersistentVolumeClaim>({
    resource: persistentVolumeClaims,
    keys: (claim, old) => {
      const same = old?.spec.volumeName === claim.spec.volumeName && old?.status?.phase === claim.status?.phase;
      return same ? [] : named(claim.spec.volumeName);
    },
  }),
  watch({
    resource: persistentVolumes,
    keys: (volume) => (volume.spec.csi === undefined ? [] : [keyOf(volume)]),
    indexes: { driver: ({ spec }) => (spec.csi === undefined ? [] : [spec.csi.driver]) },
  }),
  watch({
    resource: volumeAttachments,
    keys: ({ spec }) => named(spec.source.persistentVolumeName),
    indexes: {
      volume: ({ spec }) => named(spec.source.persistentVolumeName).map(({ name }) => name),
      node: ({ spec }) => [spec.nodeName],
    },
  }),
  watch<Node>({ resource: nodes, keys: volumesOfNode }),
  watch({
    resource: csiDrivers,
    keys: ({ metadata }, _old, listers) => listers.for(persistentVolumes).by("driver", metadata.name).map(keyOf),
  }),
];

/** Nothing changed that bears on where volumes are to be; a pod that came or went always does. */
function sameNeed(pod: Pod, old: Pod | undefined): boolean {
  if ((pod.spec.nodeName ?? "") === "") return true;
  return old !== undefined && old.spec.nodeName === pod.spec.nodeName && holdsVolumes(old) === holdsVolumes(pod);
}

function volumesOf(pod: Pod, listers: Listers): readonly ObjectKey[] {
  const { namespace } = pod.metadata;
  return podClaims(pod).flatMap(({ name }) =>
    named(listers.for(persistentVolumeClaims).get({ namespace, name })?.spec.volumeName),
  );
}

/** Those that it has, and those that its pods want, when it came, went, or says something else of them or of itself. */
function volumesOfNode(node: Node, old: Node | undefined, listers: Listers): readonly ObjectKey[] {
  if (old !== undefined && equalValues(bearing(old), bearing(node))) return [];
  const { name } = node.metadata;
  const has = listers.for(volumeAttachments).by("node", name);
  return [
    ...has.flatMap(({ spec }) => named(spec.source.persistentVolumeName)),
    ...listers
      .for(pods)
      .by("node", name)
      .flatMap((pod) => volumesOf(pod, listers)),
  ];
}

function bearing(node: Node): unknown {
  const { metadata, spec, status } = node;
  const { volumesInUse = [], volumesAttached = [] } = status ?? {};
  return [metadata.uid, metadata.annotations, spec.taints ?? [], volumesInUse, volumesAttached, isNodeReady(node)];
}

function named(name = ""): readonly ObjectKey[] {
  return name === "" ? [] : [{ name }];
}
