import {
  type PersistentVolume,
  type PersistentVolumeClaim,
  persistentVolumeClaims,
  persistentVolumes,
  storageRequestOf,
} from "@skates/api/core/v1";
import { keyOf, parseQuantity } from "@skates/apimachinery";
import { type Controller, type Lister, NOTHING, type Plan, update, watch } from "@skates/controller-runtime";
import { isOurs } from "../local-path/plan.ts";
import { tell } from "../persistent-volume/storage-view.ts";

interface ExpandView {
  readonly claims: Lister<PersistentVolumeClaim>;
  readonly volumes: Lister<PersistentVolume>;
}

/**
 * Grows volumes whose claims ask for more than they have. A local-path volume is a directory, which grows by being said to be larger;
 * all others are grown by their drivers, and the claim is told so.
 */
export const volumeExpandController: Controller<ExpandView> = {
  name: "expand-controller",
  watches: [
    watch({
      resource: persistentVolumeClaims,
      keys: (claim, old) =>
        old === undefined || wantsMore(claim) !== wantsMore(old) || grows(claim, old) ? [keyOf(claim)] : [],
    }),
    watch({
      resource: persistentVolumes,
      keys: ({ spec }, old) => {
        const { namespace, name = "" } = spec.claimRef ?? {};
        const changed = old === undefined || old.spec.capacity?.["storage"] !== spec.capacity?.["storage"];
        return spec.claimRef === undefined || !changed ? [] : [{ namespace, name }];
      },
    }),
  ],
  view: (listers) => ({ claims: listers.for(persistentVolumeClaims), volumes: listers.for(persistentVolumes) }),
  plan(view, key) {
    const claim = view.claims.get(key);
    const volume = view.volumes.get({ name: claim?.spec.volumeName ?? "" });
    if (claim === undefined || volume === undefined || !wantsMore(claim)) return NOTHING;
    if (volume.spec.claimRef?.uid !== claim.metadata.uid) return NOTHING;
    if (isOurs(volume)) return expand(claim, volume);
    const message = "waiting for an external controller to expand this PVC";
    return { stages: [[tell(claim, "Normal", "ExternalExpanding", message)]] };
  },
};

function wantsMore(claim: PersistentVolumeClaim): boolean {
  const { phase, capacity } = claim.status ?? {};
  const has = capacity?.["storage"];
  if (phase !== "Bound" || has === undefined) return false;
  return parseQuantity(storageRequestOf(claim)).compare(parseQuantity(has)) > 0;
}

function grows(claim: PersistentVolumeClaim, old: PersistentVolumeClaim): boolean {
  return storageRequestOf(claim) !== storageRequestOf(old);
}

/** First the volume says so, then the claim. */
function expand(claim: PersistentVolumeClaim, volume: PersistentVolume): Plan {
  const storage = storageRequestOf(claim);
  const has = parseQuantity(volume.spec.capacity?.["storage"] ?? "0");
  if (parseQuantity(storage).compare(has) > 0) {
    const spec = { ...volume.spec, capacity: { ...volume.spec.capacity, storage } };
    const about = `External resizer is resizing volume ${volume.metadata.name}`;
    return {
      stages: [
        [tell(claim, "Normal", "Resizing", about), update<PersistentVolume>(persistentVolumes, { ...volume, spec })],
      ],
    };
  }
  const capacity = { ...claim.status?.capacity, storage: volume.spec.capacity?.["storage"] ?? storage };
  const object: PersistentVolumeClaim = {
    ...claim,
    status: { ...claim.status, capacity, allocatedResources: capacity },
  };
  const announce = {
    about: claim,
    type: "Normal",
    reason: "VolumeResizeSuccessful",
    message: "Resize volume succeeded",
  } as const;
  return { stages: [[{ do: "updateStatus", resource: persistentVolumeClaims, object, announce }]] };
}
