import { attachmentName, uniqueVolumeName } from "@skates/api/storage/v1";
import { type Clock, OperatingError } from "@skates/component-base";
import type { CsiVolume } from "../../csi/csi-volume.ts";
import type { References } from "../../references.ts";
import { RetryDelays } from "../../worker/retry-delays.ts";

/** As upstream: by then the user is told, and the wait begins anew. */
const WAIT_MS = 123_000;
const LOOK_MS_MIN = 100;
const LOOK_MS_MAX = 2_000;

export interface AttachedWait {
  readonly references: References;
  readonly clock: Clock;
  readonly nodeName: string;
  /** The pod's own name of the volume, for the message. */
  readonly podVolume: string;
}

/**
 * Waits until the node's status says that a volume is attached, while it says too that it is in use: who detaches looks at both at one
 * revision, so that a volume is never taken away that is about to be mounted. Gives what the driver wants to know when it mounts.
 */
export async function waitAttached(
  volume: CsiVolume,
  { references, clock, nodeName, podVolume }: AttachedWait,
  signal: AbortSignal,
): Promise<Readonly<Record<string, string>>> {
  const name = uniqueVolumeName(volume);
  const untilMs = clock.monotonicMs() + WAIT_MS;
  const delays = new RetryDelays(LOOK_MS_MIN, LOOK_MS_MAX);
  while (clock.monotonicMs() < untilMs) {
    const { volumesInUse = [], volumesAttached = [] } = (await references.ownNode(signal))?.status ?? {};
    if (volumesInUse.includes(name) && volumesAttached.some((one) => one.name === name)) {
      return await attachmentMetadata(volume, references, nodeName, signal);
    }
    await clock.sleep(delays.next(), signal);
  }
  const which = `unmounted volumes=[${podVolume}], unattached volumes=[${podVolume}], failed to process volumes=[]`;
  throw new OperatingError("CsiVolumeFailed", `Unable to attach or mount volumes: ${which}: context deadline exceeded`);
}

async function attachmentMetadata(
  volume: CsiVolume,
  references: References,
  nodeName: string,
  signal: AbortSignal,
): Promise<Readonly<Record<string, string>>> {
  const name = attachmentName(volume, nodeName);
  const attachment = await references.volumeAttachment(name, signal);
  const problem = (why: string): OperatingError =>
    new OperatingError(
      volume.block ? "VolumeMapFailed" : "CsiVolumeFailed",
      `${volume.block ? "MapVolume" : "MountVolume"}.WaitForAttach failed for volume "${volume.name}" : ${why}`,
    );
  if (attachment === undefined)
    throw problem(
      `volume ${volume.volumeHandle} has GET error for volume attachment ${name}: volumeattachments.storage.k8s.io "${name}" not found`,
    );
  if (attachment.metadata.deletionTimestamp !== undefined) throw problem("volume attachment is being deleted");
  if (attachment.status?.attached !== true)
    throw problem(
      attachment.status?.attachError?.message ??
        `volume ${volume.volumeHandle} is not attached for volume attachment ${name}`,
    );
  return attachment.status.attachmentMetadata ?? {};
}
