import { type PersistentVolumeClaim, persistentVolumeClaims } from "@skates/api/core/v1";
import { keyOf, parseQuantity } from "@skates/apimachinery";
import type { Client } from "@skates/client";
import type { VolumeSize } from "./csi-volume.ts";

/** Conditions that tell of a growth that is under way. */
const PASSING: readonly string[] = ["FileSystemResizePending", "Resizing", "ControllerResizeError", "NodeResizeError"];

/** Whether a volume is larger than its claim knows: then its file system is to grow on the node. */
export function hasGrown({ claim, storage }: VolumeSize): boolean {
  const known = claim.status?.capacity?.["storage"];
  return known !== undefined && parseQuantity(storage).compare(parseQuantity(known)) > 0;
}

/** The change of a claim's status once its volume has grown. */
function grownStatus({ claim, storage }: VolumeSize): object {
  const conditions = (claim.status?.conditions ?? []).filter(({ type }) => !PASSING.includes(type));
  return { capacity: { storage }, conditions, allocatedResourceStatuses: { storage: null } };
}

/** Tells a claim that its volume has grown. */
export async function writeGrown(client: Client, size: VolumeSize, signal: AbortSignal): Promise<void> {
  const { uid, resourceVersion } = size.claim.metadata;
  const body = { metadata: { uid, resourceVersion }, status: grownStatus(size) };
  const api = client.resource<PersistentVolumeClaim>(persistentVolumeClaims).sub("status");
  await api.patch(keyOf(size.claim), { type: "merge", body }, {}, signal);
}
