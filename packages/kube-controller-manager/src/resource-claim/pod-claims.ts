import type { ObjectKey } from "@skates/apimachinery";
import { type Pod, type PodResourceClaimStatus, pods } from "@skates/api/core/v1";
import { type ResourceClaim, resourceClaims, type ResourceClaimTemplate } from "@skates/api/resource/v1";
import {
  type Action,
  type ActionFailure,
  controllerReference,
  controls,
  creation,
  type Lister,
  NOTHING,
  type Plan,
  statusUpdate,
} from "@skates/controller-runtime";
import { podEnded } from "../pod/pod-state.ts";

/** What the plan of a pod's claims looks at; claims have the index `pod`. */
export interface PodClaimsView {
  readonly pods: Lister<Pod>;
  readonly claims: Lister<ResourceClaim>;
  readonly templates: Lister<ResourceClaimTemplate>;
}

/** On a claim: which of its pod's claims it stands for. */
const POD_CLAIM_NAME = "resource.kubernetes.io/pod-claim-name";
/** So much of a generated name may be ours. */
const NAME_BASE_MAX = 57;
/** Marks claims whose devices others may have as well; as on the namespace that allows it. */
const ADMIN_ACCESS = "resource.kubernetes.io/admin-access";

/** Makes the claims that a pod lacks, then notes the names of those that were made, and reserves what a bound pod needs. */
export function planPodClaims(
  view: PodClaimsView,
  key: ObjectKey,
  _nowMs: number,
  failures: readonly ActionFailure[],
): Plan {
  const pod = view.pods.get(key);
  if (pod === undefined || pod.metadata.deletionTimestamp !== undefined || podEnded(pod)) return NOTHING;
  const made = view.claims.by("pod", `${key.namespace ?? ""}/${key.name}`).filter((claim) => controls(pod, claim));
  const missing: Action[] = [];
  const told: Action[] = failures.map(({ error }) => failed(pod, error.message));
  const statuses: PodResourceClaimStatus[] = [];
  for (const [name, templateName] of templatesOf(pod)) {
    const known = pod.status?.resourceClaimStatuses?.find((one) => one.name === name);
    const claim = made.find(({ metadata }) => metadata.annotations?.[POD_CLAIM_NAME] === name);
    // A claim that has a name in the status and is gone was deleted by somebody: the pod cannot get another.
    if (known !== undefined) statuses.push(known);
    else if (claim !== undefined) statuses.push({ name, resourceClaimName: claim.metadata.name });
    else {
      const template = view.templates.get({ namespace: key.namespace, name: templateName });
      if (template === undefined) {
        const cause = `resourceclaimtemplate.resource.k8s.io "${templateName}" not found`;
        told.push(failed(pod, `PodResourceClaim ${name}: resource claim template "${templateName}": ${cause}`));
      } else missing.push(creation(resourceClaims, claimFrom(pod, name, template)));
    }
  }
  const noted = statuses.length === (pod.status?.resourceClaimStatuses ?? []).length;
  const note = noted
    ? []
    : [statusUpdate(pods, { ...pod, status: { ...pod.status, resourceClaimStatuses: statuses } })];
  const stages = [told, missing, note, reservations(view, pod)];
  return { stages: stages.filter((stage) => stage.length > 0) };
}

/** The pod's claims that are made from templates: what the pod calls each, and the template. */
export function templatesOf(pod: Pod): readonly (readonly [name: string, template: string])[] {
  return (pod.spec.resourceClaims ?? []).flatMap(({ name, resourceClaimTemplateName }) =>
    resourceClaimTemplateName === undefined ? [] : [[name, resourceClaimTemplateName] as const],
  );
}

function claimFrom(pod: Pod, name: string, { spec }: ResourceClaimTemplate): ResourceClaim {
  const { labels, annotations } = spec.metadata ?? {};
  const administers = (spec.spec.devices?.requests ?? []).some(({ exactly }) => exactly?.adminAccess === true);
  return {
    apiVersion: "resource.k8s.io/v1",
    kind: "ResourceClaim",
    metadata: {
      name: "",
      generateName: generateName(pod.metadata.name, name),
      namespace: pod.metadata.namespace,
      labels: administers ? { ...labels, [ADMIN_ACCESS]: "true" } : labels,
      annotations: { ...annotations, [POD_CLAIM_NAME]: name },
      ownerReferences: [controllerReference(pod)],
    },
    spec: spec.spec,
  };
}

/** `pod-claim-`; of names that are too long both parts are cut, so that each can still be recognized. */
export function generateName(pod: string, claim: string): string {
  if (pod.length + claim.length + 1 <= NAME_BASE_MAX) return `${pod}-${claim}-`;
  const half = Math.floor(NAME_BASE_MAX / 2);
  const podMax = NAME_BASE_MAX - 1 - Math.min(claim.length, half);
  const claimMax = NAME_BASE_MAX - 1 - Math.min(pod.length, podMax);
  return `${pod.slice(0, podMax)}-${claim.slice(0, claimMax)}-`;
}

/** A pod that was put on its node without the scheduler still has to be among those who may use its claims. */
function reservations({ claims }: PodClaimsView, pod: Pod): readonly Action[] {
  const { namespace, name, uid = "" } = pod.metadata;
  if (pod.spec.nodeName === undefined) return [];
  return (pod.spec.resourceClaims ?? []).flatMap((podClaim) => {
    const made = pod.status?.resourceClaimStatuses?.find((one) => one.name === podClaim.name)?.resourceClaimName;
    const claimName = podClaim.resourceClaimName ?? made;
    const claim = claimName === undefined ? undefined : claims.get({ namespace, name: claimName });
    const users = claim?.status?.reservedFor ?? [];
    const allocated = claim?.status?.allocation !== undefined && claim.metadata.deletionTimestamp === undefined;
    if (claim === undefined || !allocated || users.length >= USERS_MAX) return [];
    if (users.some((user) => user.uid === uid)) return [];
    const reservedFor = [...users, { resource: "pods", name, uid }];
    return [statusUpdate(resourceClaims, { ...claim, status: { ...claim.status, reservedFor } })];
  });
}

/** So many may use one claim. */
const USERS_MAX = 256;

function failed(about: Pod, message: string): Action {
  return { do: "event", about, type: "Warning", reason: "FailedResourceClaimCreation", message };
}
