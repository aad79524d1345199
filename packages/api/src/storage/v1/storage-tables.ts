import type { Column, ObjectMeta } from "@skates/apimachinery";
import { ageColumn, column, nameColumn } from "../../table.ts";
import type { CSIDriver, CSIDriverSpec } from "./csi-driver.ts";
import type { CSINode } from "./csi-node.ts";
import type { CSIStorageCapacity } from "./csi-storage-capacity.ts";
import type { StorageClass } from "./storage-class.ts";
import type { VolumeAttachment } from "./volume-attachment.ts";
import type { VolumeAttributesClass } from "./volume-attributes-class.ts";

const DEFAULT_ANNOTATIONS = [
  "storageclass.kubernetes.io/is-default-class",
  "storageclass.beta.kubernetes.io/is-default-class",
];
const boolean = { type: "boolean" } as const;

/** Volumes of a driver are kept unless it says otherwise. */
export function csiDriverSpecDefaults(spec: CSIDriverSpec): CSIDriverSpec {
  const modes = (spec.volumeLifecycleModes ?? []).length > 0;
  if (modes && spec.seLinuxMount !== undefined) return spec;
  return {
    ...spec,
    seLinuxMount: spec.seLinuxMount ?? false,
    volumeLifecycleModes: modes ? spec.volumeLifecycleModes : ["Persistent"],
  };
}

function nameWithDefault({ name, annotations }: ObjectMeta): string {
  return DEFAULT_ANNOTATIONS.some((key) => annotations?.[key] === "true") ? `${name} (default)` : name;
}

/** The table of `kubectl get storageclasses`. */
export const storageClassColumns: readonly Column<StorageClass>[] = [
  column("Name", "Name of the class, and whether it is the default.", (c) => nameWithDefault(c.metadata), {
    format: "name",
  }),
  column("Provisioner", "Who makes the volumes.", (c) => c.provisioner),
  column("ReclaimPolicy", "What becomes of volumes whose claim goes.", (c) => c.reclaimPolicy ?? "Delete"),
  column("VolumeBindingMode", "When volumes are bound.", (c) => c.volumeBindingMode ?? "<unset>"),
  column("AllowVolumeExpansion", "Whether claims may grow.", (c) => c.allowVolumeExpansion ?? false),
  ageColumn,
];

/** The table of `kubectl get csidrivers`. */
export const csiDriverColumns: readonly Column<CSIDriver>[] = [
  nameColumn,
  column("AttachRequired", "Whether volumes are attached to nodes.", (d) => d.spec.attachRequired ?? true, boolean),
  column("PodInfoOnMount", "Whether mounts are told of the pod.", (d) => d.spec.podInfoOnMount ?? false, boolean),
  column("StorageCapacity", "Whether capacity counts in scheduling.", (d) => d.spec.storageCapacity ?? false, boolean),
  column("TokenRequests", "Audiences of tokens for the driver.", (d) =>
    d.spec.tokenRequests === undefined ? "<unset>" : d.spec.tokenRequests.map((one) => one.audience ?? "").join(","),
  ),
  column("RequiresRepublish", "Whether mounts are refreshed.", (d) => d.spec.requiresRepublish ?? false, boolean),
  column("Modes", "Lives that volumes may have.", (d) => (d.spec.volumeLifecycleModes ?? []).join(",") || "<unset>"),
  ageColumn,
];

/** The table of `kubectl get csinodes`. */
export const csiNodeColumns: readonly Column<CSINode>[] = [
  nameColumn,
  column("Drivers", "Number of drivers on the node.", (n) => n.spec.drivers.length, { type: "integer" }),
  ageColumn,
];

/** The table of `kubectl get csistoragecapacities`. */
export const csiStorageCapacityColumns: readonly Column<CSIStorageCapacity>[] = [
  nameColumn,
  column("StorageClassName", "Class the capacity is of.", (c) => c.storageClassName),
  column("Capacity", "What is free.", (c) => c.capacity ?? "<unset>"),
];

/** The table of `kubectl get volumeattachments`. */
export const volumeAttachmentColumns: readonly Column<VolumeAttachment>[] = [
  nameColumn,
  column("Attacher", "Driver that attaches.", (a) => a.spec.attacher, { format: "name" }),
  column("PV", "Volume.", (a) => a.spec.source.persistentVolumeName ?? ""),
  column("Node", "Node it is attached to.", (a) => a.spec.nodeName),
  column("Attached", "Whether it is attached now.", (a) => a.status?.attached ?? false, boolean),
  ageColumn,
];

/** The table of `kubectl get volumeattributesclasses`. */
export const volumeAttributesClassColumns: readonly Column<VolumeAttributesClass>[] = [
  nameColumn,
  column("DriverName", "Driver that knows the attributes.", (c) => c.driverName),
  ageColumn,
];
