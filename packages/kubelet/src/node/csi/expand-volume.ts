import { NODE_CAPABILITY } from "@skates/api/csi/v1";
import { parseQuantity } from "@skates/apimachinery";
import { isAbort, messageOf } from "@skates/component-base";
import { hasGrown } from "../../csi/claim-growth.ts";
import type { CsiVolume, VolumeSize } from "../../csi/csi-volume.ts";
import { type NodeCapabilities, volumeCapability } from "../../csi/driver-rules.ts";
import type { EventRecorder, EventSubject } from "../../event-recorder.ts";
import type { References } from "../../references.ts";
import type { CsiNodeClient } from "./csi-drivers.ts";
import { nodeService } from "./csi-methods.ts";
import { csiSecret } from "./secret-of.ts";

export interface Expansion {
  readonly volume: CsiVolume;
  readonly driver: CsiNodeClient;
  readonly capabilities: NodeCapabilities;
  readonly volumePath: string;
  readonly stagingTargetPath: string | undefined;
  readonly references: References;
  readonly recorder: EventRecorder;
  readonly about: EventSubject;
  readonly nodeName: string;
  /** Tells the claim. */
  readonly grown: (size: VolumeSize, signal: AbortSignal) => Promise<void>;
}

/** Whether a driver makes file systems larger on the node. */
export function expands({ lifecycle, readOnly }: CsiVolume, capabilities: NodeCapabilities): boolean {
  return lifecycle === "Persistent" && !readOnly && capabilities.has(NODE_CAPABILITY.EXPAND_VOLUME);
}

/** Has the driver make a mounted volume as large as its object says, and tells its claim. A failure is told to the user, and not thrown. */
export async function expandVolume(expansion: Expansion, signal: AbortSignal): Promise<void> {
  const { volume, driver, capabilities, references, recorder, about, nodeName } = expansion;
  const { size, volumeHandle, secrets, name } = volume;
  if (size === undefined || !expands(volume, capabilities) || !hasGrown(size)) return;
  const { volumePath, stagingTargetPath } = expansion;
  try {
    const request = {
      volumeId: volumeHandle,
      volumePath,
      capacityRange: { requiredBytes: parseQuantity(size.storage).value() },
      ...(stagingTargetPath === undefined ? {} : { stagingTargetPath }),
      volumeCapability: volumeCapability(volume, capabilities, undefined),
      secrets: await csiSecret(references, secrets.expand, signal),
    };
    await driver.call(nodeService.nodeExpandVolume, request, signal);
    await expansion.grown(size, signal);
  } catch (error) {
    if (isAbort(error, signal)) throw error;
    const message = `NodeExpandVolume.NodeExpandVolume failed for volume ${JSON.stringify(name)} : ${messageOf(error)}`;
    recorder.event(about, "Warning", "VolumeResizeFailed", message);
    return;
  }
  const message = `MountVolume.NodeExpandVolume succeeded for volume ${JSON.stringify(name)} ${nodeName}`;
  // Those who asked for the growth look at their claim.
  for (const one of [about, { object: size.claim }])
    recorder.event(one, "Normal", "FileSystemResizeSuccessful", message);
}
