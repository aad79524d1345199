import { keyOf, type ObjectKey } from "@skates/apimachinery";
import { type Pod, pods } from "@skates/api/core/v1";
import { type ResourceClaim, resourceClaims, resourceClaimTemplates } from "@skates/api/resource/v1";
import { type Controller, controllerOf, type Listers, watch } from "@skates/controller-runtime";
import { type ClaimView, planClaim, userUids } from "./claim.ts";
import { type PodClaimsView, planPodClaims, templatesOf } from "./pod-claims.ts";

/** Makes the claims that pods ask for by template, and writes their names into the pods. Keys are pods. */
export const podClaimsController: Controller<PodClaimsView> = {
  name: "resource-claim-controller",
  watches: [
    watch({
      resource: pods,
      keys: (pod) => ((pod.spec.resourceClaims ?? []).length > 0 ? [keyOf(pod)] : []),
      indexes: { claimTemplate: byTemplate },
    }),
    watch({
      resource: resourceClaims,
      keys: (claim) => ownersOf(claim),
      indexes: { pod: (claim) => ownersOf(claim).map(indexKey) },
    }),
    watch({
      resource: resourceClaimTemplates,
      keys: (template, old, listers) =>
        old === undefined
          ? listers
              .for(pods)
              .by("claimTemplate", indexKey(keyOf(template)))
              .map(keyOf)
          : [],
    }),
  ],
  view: (listers) => ({
    pods: listers.for(pods),
    claims: listers.for(resourceClaims),
    templates: listers.for(resourceClaimTemplates),
  }),
  plan: planPodClaims,
};

/** Takes claims back from pods that are done with them. Keys are claims. */
export const claimReleaseController: Controller<ClaimView> = {
  name: "resource-claim-controller",
  watches: [
    watch({
      resource: resourceClaims,
      keys: (claim) => [keyOf(claim)],
      indexes: { pod: (claim) => ownersOf(claim).map(indexKey), user: userUids },
    }),
    watch({ resource: pods, keys: (pod, _old, listers) => claimsOf(pod, listers) }),
  ],
  view: (listers) => ({ pods: listers.for(pods), claims: listers.for(resourceClaims) }),
  plan: planClaim,
};

function indexKey({ namespace = "", name }: ObjectKey): string {
  return `${namespace}/${name}`;
}

function byTemplate(pod: Pod): readonly string[] {
  return templatesOf(pod).map(([, name]) => indexKey({ namespace: pod.metadata.namespace, name }));
}

/** The pod that a claim was made for. */
function ownersOf(claim: ResourceClaim): readonly ObjectKey[] {
  const owner = controllerOf(claim);
  return owner?.kind === "Pod" ? [{ namespace: claim.metadata.namespace, name: owner.name }] : [];
}

/** Claims that were made for a pod, and those that it uses. */
function claimsOf({ metadata }: Pod, listers: Listers): readonly ObjectKey[] {
  const claims = listers.for(resourceClaims);
  return [...claims.by("pod", indexKey(metadata)), ...claims.by("user", metadata.uid ?? "")].map(keyOf);
}
