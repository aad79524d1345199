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
  const told: Action[] = failures.flatMap((failure) => creationFailure(pod, failure));
  const statuses: PodResourceClaimStatus[] = [];
  for (const [name, templateName] of templatesOf(pod)) {
    const known = pod.status?.resourceClaimStatuses?.find((one) => one.name === name);
    const claim = made.find(({ metadata }) => metadata.annotations?.[POD_CLAIM_NAME] === name);
    // One that somebody deleted although the pod's status has its name is made again.
    if (known !== undefined && isThere(view, pod, known)) statuses.push(known);
    else if (claim !== undefined) statuses.push({ name, resourceClaimName: claim.metadata.name });
    else {
      const template = view.templates.get({ namespace: key.namespace, name: templateName });
      if (template === undefined) {
        const cause = `resourceclaimtemplate.resource.k8s.io "${templateName}" not found`;
        told.push(failed(pod, `PodResourceClaim ${name}: resource claim template "${templateName}": ${cause}`));
      } else missing.push(creation(resourceClaims, claimFrom(pod, name, template)));
    }
  }
  const before = pod.status?.resourceClaimStatuses ?? [];
  const noted = statuses.every((one) => before.includes(one));
  const note = noted
    ? []
    : [statusUpdate(pods, { ...pod, status: { ...pod.status, resourceClaimStatuses: withKnown(before, statuses) } })];
  const stages = [told, missing, note, reservations(view, pod)];
  return { stages: stages.filter((stage) => stage.length > 0) };
}

/** Without a name no claim is needed. */
function isThere({ claims }: PodClaimsView, pod: Pod, { resourceClaimName: name }: PodResourceClaimStatus): boolean {
  if (name === undefined) return true;
  const claim = claims.get({ namespace: pod.metadata.namespace, name });
  return claim !== undefined && controls(pod, claim);
}

/** What is known now in the place of what was known before; a claim that is still to be made again keeps its old name so long. */
function withKnown(
  before: readonly PodResourceClaimStatus[],
  now: readonly PodResourceClaimStatus[],
): readonly PodResourceClaimStatus[] {
  const left = before.filter(({ name }) => now.every((one) => one.name !== name));
  return [...left, ...now];
}

function creationFailure(pod: Pod, { action, error }: ActionFailure): readonly Action[] {
  if (action.do !== "create") return [];
  const name = action.object.metadata.annotations?.[POD_CLAIM_NAME] ?? "";
  // The name that upstream tells of is not made yet.
  return [failed(pod, `PodResourceClaim ${name}: create ResourceClaim : ${error.message}`)];
}

/** The pod's claims that are made from templates: what the pod calls each, and the template. */
export function templatesOf(pod: Pod): readonly (readonly [name: string, template: string])[] {
  return (pod.spec.resourceClaims ?? []).flatMap(({ name, resourceClaimTemplateName }) =>
    resourceClaimTemplateName === undefined ? [] : [[name, resourceClaimTemplateName] as const],
  );
}

function claimFrom(pod: Pod, name: string, { spec }: ResourceClaimTemplate): ResourceClaim {
  const { labels, annotations } = spec.metadata ?? {};
  return {
    apiVersion: "resource.k8s.io/v1",
    kind: "ResourceClaim",
    metadata: {
      name: "",
      generateName: generateName(pod.metadata.name, name),
      namespace: pod.metadata.namespace,
      labels,
      annotations: { ...annotations, [POD_CLAIM_NAME]: name },
      // As upstream: the pod does not wait for its claim when it is deleted in the foreground.
      ownerReferences: [{ ...controllerReference(pod), blockOwnerDeletion: undefined }],
    },
    spec: spec.spec,
  };
}

/** `pod-claim-`; of names that are too long both parts are cut in proportion, as upstream does it, so that each can be recognized. */
export function generateName(pod: string, claim: string): string {
  const whole = `${pod}-${claim}-`;
  if (whole.length <= NAME_BASE_MAX) return whole;
  const part = (name: string): string => name.slice(0, Math.floor((name.length * NAME_BASE_MAX) / whole.length));
  return `${part(pod)}-${part(claim)}`;
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
