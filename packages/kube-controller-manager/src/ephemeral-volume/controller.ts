import {
  isPodTerminal,
  type PersistentVolumeClaim,
  persistentVolumeClaims,
  type Pod,
  podClaims,
  pods,
} from "@skates/api/core/v1";
import { keyOf } from "@skates/apimachinery";
import {
  type Action,
  type ActionFailure,
  type Controller,
  controllerReference,
  controls,
  creation,
  type Lister,
  NOTHING,
  watch,
} from "@skates/controller-runtime";
import { tell } from "../persistent-volume/storage-view.ts";

interface EphemeralView {
  readonly claims: Lister<PersistentVolumeClaim>;
  readonly pods: Lister<Pod>;
}

/** Makes the claims of generic ephemeral volumes. They belong to their pods, and go with them. */
export const ephemeralVolumeController: Controller<EphemeralView> = {
  name: "ephemeral-volume-controller",
  watches: [
    watch({
      resource: pods,
      keys: (pod, old) => (old === undefined && hasOwnClaims(pod) ? [keyOf(pod)] : []),
      indexes: {
        ownClaim: (pod) =>
          podClaims(pod)
            .filter(({ own }) => own)
            .map(({ name }) => `${pod.metadata.namespace ?? ""}/${name}`),
      },
    }),
    watch({
      resource: persistentVolumeClaims,
      // Made again when it was deleted; another of its name may have stood in the way.
      keys: ({ metadata }, old, listers) =>
        old === undefined
          ? listers
              .for(pods)
              .by("ownClaim", `${metadata.namespace ?? ""}/${metadata.name}`)
              .map(keyOf)
          : [],
    }),
  ],
  view: (listers) => ({ claims: listers.for(persistentVolumeClaims), pods: listers.for(pods) }),
  plan(view, key, _nowMs, failures) {
    const pod = view.pods.get(key);
    if (pod === undefined || pod.metadata.deletionTimestamp !== undefined || isPodTerminal(pod)) return NOTHING;
    const actions = podClaims(pod).flatMap((wanted): readonly Action[] => {
      if (!wanted.own) return [];
      const found = view.claims.get({ namespace: key.namespace, name: wanted.name });
      if (found === undefined) return claimFor(pod, wanted);
      if (controls(pod, found)) return [];
      const id = `${key.namespace ?? ""}/`;
      const message = `ephemeral volume ${wanted.volume}: PVC ${id}${wanted.name} was not created for pod ${id}${key.name} (pod is not owner)`;
      return [tell(pod, "Warning", "FailedBinding", message)];
    });
    const told = failures.flatMap((failure) => creationFailure(pod, failure));
    const stages = [told, actions].filter((stage) => stage.length > 0);
    return stages.length === 0 ? NOTHING : { stages };
  },
};

function hasOwnClaims(pod: Pod): boolean {
  return podClaims(pod).some(({ own }) => own);
}

function creationFailure(pod: Pod, { action, error }: ActionFailure): readonly Action[] {
  if (action.do !== "create") return [];
  const { name } = action.object.metadata;
  const volume = podClaims(pod).find((one) => one.name === name)?.volume ?? "";
  return [tell(pod, "Warning", "FailedBinding", `ephemeral volume ${volume}: create PVC ${name}: ${error.message}`)];
}

function claimFor(pod: Pod, { name, volume }: { readonly name: string; readonly volume: string }): readonly Action[] {
  const template = pod.spec.volumes?.find((one) => one.name === volume)?.ephemeral?.volumeClaimTemplate;
  if (template === undefined) return [];
  const { namespace } = pod.metadata;
  const { labels, annotations } = template.metadata ?? {};
  const claim: PersistentVolumeClaim = {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name, namespace, labels, annotations, ownerReferences: [controllerReference(pod)] },
    spec: template.spec,
  };
  return [creation<PersistentVolumeClaim>(persistentVolumeClaims, claim)];
}
