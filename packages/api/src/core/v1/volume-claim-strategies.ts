import { formatTime, type Strategy } from "@skates/apimachinery";
import type { PersistentVolume } from "./persistent-volume.ts";
import type { PersistentVolumeClaim, PersistentVolumeClaimSpec } from "./persistent-volume-claim.ts";
import { claimErrors, volumeErrors } from "./volume-claim-rules.ts";
import { claimWarnings, persistentVolumeWarnings } from "./volume-warnings.ts";

/** Kinds that a claim can be filled from by the older field too. */
const OLD_SOURCES = new Set(["/PersistentVolumeClaim", "snapshot.storage.k8s.io/VolumeSnapshot"]);

/** Where claims depart from the conventions: they begin as pending, and say in both fields what they are filled from. */
export const claimStrategy: Strategy<PersistentVolumeClaim> = {
  prepare(next, old) {
    if (old !== undefined) return next;
    return { ...next, spec: withBothSources(next.spec), status: { phase: "Pending" } };
  },
  validate: claimErrors,
  warnings: claimWarnings,
  returnsDeleted: true,
};

function withBothSources(spec: PersistentVolumeClaimSpec): PersistentVolumeClaimSpec {
  const { dataSource, dataSourceRef } = spec;
  if (dataSource !== undefined && dataSourceRef === undefined) return { ...spec, dataSourceRef: dataSource };
  if (dataSource !== undefined || dataSourceRef === undefined || dataSourceRef.namespace !== undefined) return spec;
  const { apiGroup, kind, name } = dataSourceRef;
  return OLD_SOURCES.has(`${apiGroup ?? ""}/${kind}`) ? { ...spec, dataSource: { apiGroup, kind, name } } : spec;
}

/** Where volumes depart from the conventions: they begin as pending, and know since when they are what they are. */
export const volumeStrategy: Strategy<PersistentVolume> = {
  prepare(next, old, request) {
    const lastPhaseTransitionTime = formatTime(request.nowMs);
    if (old === undefined) return { ...next, status: { phase: "Pending", lastPhaseTransitionTime } };
    const moved = request.subresource === "status" && next.status?.phase !== old.status?.phase;
    const told = next.status?.lastPhaseTransitionTime !== old.status?.lastPhaseTransitionTime;
    return moved && !told ? { ...next, status: { ...next.status, lastPhaseTransitionTime } } : next;
  },
  validate: volumeErrors,
  warnings: persistentVolumeWarnings,
  returnsDeleted: true,
};
