import { labelSelector } from "@skates/apimachinery";
import {
  type Node,
  type PersistentVolumeClaim,
  storageClassNameOf,
  storageRequestOf,
  type TopologySelectorTerm,
} from "@skates/api/core/v1";
import type { CSIStorageCapacity, StorageClass } from "@skates/api/storage/v1";
import { valueOf } from "../snapshot/resources.ts";
import { type Volumes } from "./volumes.ts";

/** Why no volume can be made for a claim so that a node reaches it. `none`: nobody makes one; `space`: there is no room for it. */
export type ProvisioningProblem = "none" | "space";

/** Whether a volume could be made for the claim so that the node reaches it. */
export function provisioningProblem(
  claim: PersistentVolumeClaim,
  node: Node,
  volumes: Volumes,
): ProvisioningProblem | undefined {
  const storageClass = volumes.storageClass(storageClassNameOf(claim));
  if (storageClass === undefined) return "none";
  const { provisioner } = storageClass;
  if (provisioner === "" || provisioner === "kubernetes.io/no-provisioner") return "none";
  if (!inTopologies(storageClass.allowedTopologies ?? [], node)) return "none";
  return hasSpace(claim, { node, storageClass, volumes }) ? undefined : "space";
}

/** Any of the terms holds; without terms all nodes will do. */
function inTopologies(terms: readonly TopologySelectorTerm[], { metadata }: Node): boolean {
  if (terms.length === 0) return true;
  return terms.some(({ matchLabelExpressions = [] }) =>
    matchLabelExpressions.every(({ key, values }) => {
      const value = metadata.labels?.[key];
      return value !== undefined && values.includes(value);
    }),
  );
}

/** Drivers that do not report their capacity are trusted to have some. */
function hasSpace(
  claim: PersistentVolumeClaim,
  {
    node,
    storageClass,
    volumes,
  }: { readonly node: Node; readonly storageClass: StorageClass; readonly volumes: Volumes },
): boolean {
  if (claim.spec?.resources?.requests?.["storage"] === undefined) return true;
  if (volumes.csiDriver(storageClass.provisioner)?.spec.storageCapacity !== true) return true;
  const bytes = valueOf(storageRequestOf(claim));
  return volumes
    .capacitiesOf(storageClass.metadata.name)
    .some((capacity) => holds(capacity, bytes) && isReached(capacity, node));
}

function holds({ capacity, maximumVolumeSize }: CSIStorageCapacity, bytes: number): boolean {
  const limit = maximumVolumeSize ?? capacity;
  return limit !== undefined && valueOf(limit) >= bytes;
}

function isReached({ nodeTopology }: CSIStorageCapacity, { metadata }: Node): boolean {
  return nodeTopology !== undefined && labelSelector(nodeTopology).matches(metadata.labels);
}
