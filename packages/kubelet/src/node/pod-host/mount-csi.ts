import type { Pod, Volume } from "@skates/api/core/v1";
import type { CsiVolume } from "../../csi/csi-volume.ts";
import type { MountedVolume } from "../../pod-host.ts";
import type { CsiMounted, CsiVolumes } from "../csi/csi-volumes.ts";

export interface CsiRequest {
  readonly pod: Pod;
  readonly volume: Volume;
  readonly csi: CsiVolumes;
}

export interface MountedCsi {
  readonly volume: MountedVolume;
  readonly renewAtMs?: number | undefined;
}

/** A volume that its driver has mounted and that needs nothing done now. */
export function mountedCsi({ pod, volume, csi }: CsiRequest): MountedCsi | undefined {
  const known = csi.mounted(pod, volume.name);
  return known === undefined ? undefined : shown(known);
}

/** Has its driver mount a volume, or mount it again. */
export async function mountCsi(
  { pod, volume, csi }: CsiRequest,
  wanted: CsiVolume,
  signal: AbortSignal,
): Promise<MountedCsi> {
  return shown(await csi.mount({ pod, podVolume: volume.name, volume: wanted }, signal));
}

function shown({ path, readOnly, renewAtMs }: CsiMounted): MountedCsi {
  return { volume: { hostPath: path, readOnly }, renewAtMs };
}
