import type { Pod, Volume } from "@skates/api/core/v1";
import { must } from "@skates/component-base";
import type { CsiVolume } from "../../csi/csi-volume.ts";
import type { MountedVolume } from "../../pod-host.ts";
import type { CsiMounted, CsiVolumes } from "../csi/csi-volumes.ts";

export interface CsiRequest {
  readonly pod: Pod;
  readonly volume: Volume;
  readonly csi: CsiVolumes;
}

/** A volume that is ready for containers, and when it wants to be mounted again. */
export interface Mounted {
  readonly volume: MountedVolume;
  readonly renewAtMs?: number | undefined;
}

/** A volume that its driver has mounted; `due`: something may be to be done about it. */
export function mountedCsi({ pod, volume, csi }: CsiRequest): (Mounted & { readonly due: boolean }) | undefined {
  const known = csi.mounted(pod, volume.name);
  return known === undefined ? undefined : { ...shown(known), due: csi.isDue(known) };
}

/** As it is; it is asked about again later. */
export function postponedCsi({ pod, volume, csi }: CsiRequest): Mounted {
  return shown(must(csi.postponed(pod, volume.name), "a mounted volume"));
}

/** Has its driver mount a volume, or mount it again. */
export async function mountCsi(
  { pod, volume, csi }: CsiRequest,
  wanted: CsiVolume,
  signal: AbortSignal,
): Promise<Mounted> {
  return shown(await csi.mount({ pod, podVolume: volume.name, volume: wanted }, signal));
}

function shown({ own, volume, readOnly, renewAtMs }: CsiMounted): Mounted {
  return { volume: { hostPath: own, readOnly, ...(volume.block ? { device: true } : {}) }, renewAtMs };
}
