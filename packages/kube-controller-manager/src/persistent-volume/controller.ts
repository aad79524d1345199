import {
  type PersistentVolume,
  type PersistentVolumeClaim,
  persistentVolumeClaims,
  persistentVolumes,
  podClaims,
  pods,
  storageClassNameOf,
  VOLUME_ANNOTATIONS,
} from "@skates/api/core/v1";
import { storageClasses } from "@skates/api/storage/v1";
import { type ApiObject, keyOf, type ObjectKey } from "@skates/apimachinery";
import { type Controller, type Listers, watch } from "@skates/controller-runtime";
import { planClaim } from "./plan-claim.ts";
import { planVolume } from "./plan-volume.ts";
import { claimId, claimsOfPod, isAnnotated, type StorageView, waitsForConsumer } from "./storage-view.ts";

/**
 * Gives volumes to claims, sees that what others have bound is completed, and says what became of both. Its keys are those of claims
 * (`namespace/name`) and of volumes (`name`). Volumes are made and deleted by provisioners.
 */
export const persistentVolumeBinder: Controller<StorageView> = {
  name: "persistent-volume-binder",
  watches: [
    watch<PersistentVolumeClaim>({
      resource: persistentVolumeClaims,
      keys: (claim, _old, listers) => [
        keyOf(claim),
        ...named(claim.spec.volumeName),
        ...listers
          .for(persistentVolumes)
          .by("claim", claimId(keyOf(claim)))
          .map(keyOf),
      ],
      indexes: {
        waiting: (claim) => (isWaiting(claim) ? [storageClassNameOf(claim)] : []),
        volume: ({ spec }) => named(spec.volumeName).map(({ name }) => name),
      },
    }),
    watch<PersistentVolume>({
      resource: persistentVolumes,
      keys: volumeKeys,
      indexes: {
        claim: ({ spec }) => (spec.claimRef === undefined ? [] : [claimId(spec.claimRef)]),
        free: (volume) => (volume.spec.claimRef === undefined ? [storageClassNameOf(volume)] : []),
      },
    }),
    watch({
      resource: storageClasses,
      // Whoever names no class may get this one now.
      keys: ({ metadata }, _old, listers) => [...waitingFor(metadata.name, listers), ...waitingFor("", listers)],
    }),
    watch({
      resource: pods,
      keys: (pod, old, listers) => (old === undefined ? delayedClaims(pod, listers) : []),
      indexes: { claim: claimsOfPod },
    }),
  ],
  view: viewOf,
  plan: (view, key) => (key.namespace === undefined ? planVolume(view, key) : planClaim(view, key)),
};

function viewOf(listers: Listers): StorageView {
  return {
    claims: listers.for(persistentVolumeClaims),
    volumes: listers.for(persistentVolumes),
    classes: listers.for(storageClasses),
    pods: listers.for(pods),
  };
}

function isWaiting(claim: PersistentVolumeClaim): boolean {
  return (claim.spec.volumeName ?? "") === "" && !isAnnotated(claim, VOLUME_ANNOTATIONS.bindCompleted);
}

/** The volume itself, the claim it is for, claims that name it, and while it is free those that it may do for. */
function volumeKeys(volume: PersistentVolume, _old: ApiObject | undefined, listers: Listers): readonly ObjectKey[] {
  const { claimRef } = volume.spec;
  const { namespace, name = "" } = claimRef ?? {};
  const { name: own } = volume.metadata;
  return [
    { name: own },
    ...(claimRef === undefined ? waitingFor(storageClassNameOf(volume), listers) : [{ namespace, name }]),
    ...listers.for(persistentVolumeClaims).by("volume", own).map(keyOf),
  ];
}

function waitingFor(className: string, listers: Listers): readonly ObjectKey[] {
  return listers.for(persistentVolumeClaims).by("waiting", className).map(keyOf);
}

/** Claims that have waited for this pod. */
function delayedClaims(pod: Parameters<typeof podClaims>[0], listers: Listers): readonly ObjectKey[] {
  const view = viewOf(listers);
  const { namespace } = pod.metadata;
  return podClaims(pod).flatMap(({ name }) => {
    const claim = view.claims.get({ namespace, name });
    const delayed = claim !== undefined && isWaiting(claim) && waitsForConsumer(storageClassNameOf(claim), view);
    return delayed ? [{ namespace, name }] : [];
  });
}

function named(name = ""): readonly ObjectKey[] {
  return name === "" ? [] : [{ name }];
}
