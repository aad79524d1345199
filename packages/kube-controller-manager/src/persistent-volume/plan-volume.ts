import {
  type PersistentVolume,
  type PersistentVolumeClaim,
  persistentVolumes,
  VOLUME_ANNOTATIONS,
} from "@skates/api/core/v1";
import { compareResourceVersions, type ObjectKey } from "@skates/apimachinery";
import { NOTHING, type Plan, statusUpdate, update } from "@skates/controller-runtime";
import { isAnnotated, type StorageView, tell, withoutAnnotation } from "./storage-view.ts";

const { boundByController, provisionedBy } = VOLUME_ANNOTATIONS;

/** How soon it is looked again whether a claim is really gone. */
const CATCH_UP_MS = 200;

/** What is to be done about a volume: say whether it is free, bound or released, and reclaim it by its policy. */
export function planVolume(view: StorageView, key: ObjectKey): Plan {
  const volume = view.volumes.get(key);
  if (volume === undefined) return NOTHING;
  const { claimRef } = volume.spec;
  if ((claimRef?.uid ?? "") === "") return setPhase(volume, { phase: "Available" });
  const { namespace, name = "", uid } = claimRef ?? {};
  const claim = view.claims.get({ namespace, name });
  if (claim === undefined || claim.metadata.uid !== uid) {
    return isReleased(volume) || knowsClaimsOf(view, volume)
      ? planReleased(volume)
      : { stages: [], requeueAfterMs: CATCH_UP_MS };
  }
  const named = claim.spec.volumeName ?? "";
  if (named === volume.metadata.name) return setPhase(volume, { phase: "Bound" });
  // The claim's own key goes on from here, but where nobody would say why it does not.
  if (named === "") return modeOf(volume) === modeOf(claim) ? NOTHING : tellModes(volume, claim);
  const made = isAnnotated(volume, provisionedBy) && volume.spec.persistentVolumeReclaimPolicy === "Delete";
  return made ? planReleased(volume) : unbind(volume);
}

/**
 * The claims seen are at least as new as the volume. If not, the volume may be bound to a claim that is just not seen yet, and releasing
 * it would destroy what the claim's pods are about to write.
 */
function knowsClaimsOf({ claims }: StorageView, { metadata }: PersistentVolume): boolean {
  const seen = claims.resourceVersion();
  return seen === "" || compareResourceVersions(seen, metadata.resourceVersion ?? "0") >= 0;
}

function isReleased({ status }: PersistentVolume): boolean {
  return status?.phase === "Released" || status?.phase === "Failed";
}

/** The claim is gone. A volume that somebody made is deleted by whoever made it. */
function planReleased(volume: PersistentVolume): Plan {
  if (!isReleased(volume)) return setPhase(volume, { phase: "Released" });
  switch (volume.spec.persistentVolumeReclaimPolicy ?? "Retain") {
    case "Retain":
      return NOTHING;
    case "Recycle":
      return failed(volume, "VolumeFailedRecycle", "No recycler plugin found for the volume!");
    case "Delete": {
      const maker = volume.metadata.annotations?.[provisionedBy] ?? "kubernetes.io/";
      if (!maker.startsWith("kubernetes.io/")) return NOTHING;
      const name = JSON.stringify(volume.metadata.name);
      const path = volume.spec.hostPath?.path ?? "/tmp/";
      // Upstream's deleter of host paths, for tests on one machine, takes no others; here there is none even for these.
      const message = path.startsWith("/tmp/")
        ? `error getting deleter volume plugin for volume ${name}: no deletable volume plugin matched`
        : `host_path deleter only supports /tmp/.+ but received provided ${path}`;
      return failed(volume, "VolumeFailedDelete", message);
    }
  }
}

function modeOf({ spec }: { readonly spec: { readonly volumeMode?: string | undefined } }): string {
  return spec.volumeMode ?? "Filesystem";
}

function tellModes(volume: PersistentVolume, claim: PersistentVolumeClaim): Plan {
  const why = "due to incompatible volumeMode.";
  const [one, other] = [volume, claim].map(({ metadata }) => JSON.stringify(metadata.name));
  const toVolume = `Cannot bind PersistentVolume to requested PersistentVolumeClaim ${other} ${why}`;
  const toClaim = `Cannot bind PersistentVolume ${one} to requested PersistentVolumeClaim ${why}`;
  const events = [
    tell(volume, "Warning", "VolumeMismatch", toVolume),
    tell(claim, "Warning", "VolumeMismatch", toClaim),
  ];
  return { stages: [events] };
}

/** Told once. */
function failed(volume: PersistentVolume, reason: string, message: string): Plan {
  const { stages } = setPhase(volume, { phase: "Failed", message });
  return stages.length === 0 ? NOTHING : { stages: [...stages, [tell(volume, "Warning", reason, message)]] };
}

/** Its claim has another volume: it is free again, or set aside as its user has set it aside. */
function unbind(volume: PersistentVolume): Plan {
  const { claimRef, ...spec } = volume.spec;
  const free = isAnnotated(volume, boundByController)
    ? withoutAnnotation({ ...volume, spec }, boundByController)
    : { ...volume, spec: { ...spec, claimRef: { ...claimRef, uid: undefined } } };
  return { stages: [[update<PersistentVolume>(persistentVolumes, free)]] };
}

type Phase = NonNullable<NonNullable<PersistentVolume["status"]>["phase"]>;

function setPhase(volume: PersistentVolume, wanted: { readonly phase: Phase; readonly message?: string }): Plan {
  const { message: before, ...status } = volume.status ?? {};
  if (status.phase === wanted.phase && (before ?? "") === (wanted.message ?? "")) return NOTHING;
  const next = { ...volume, status: { ...status, ...wanted } };
  return { stages: [[statusUpdate<PersistentVolume>(persistentVolumes, next)]] };
}
