import type { Pod } from "@skates/api/core/v1";
import type { ResourceClaim } from "@skates/api/resource/v1";
import { controls } from "@skates/controller-runtime";
import type { AnyContainer } from "../pod/containers.ts";

/** A claim that a pod has, as the API knows it. */
export interface NamedClaim {
  readonly name: string;
  /** It was made from a template, for this pod alone. */
  readonly own: boolean;
}

/** What a container gets of a claim; `request` undefined: all of it. */
export interface ClaimUse {
  readonly claim: string;
  readonly request?: string | undefined;
}

/** Whether a pod has claims that are to be prepared. */
export function claimsDevices({ spec, status }: Pod): boolean {
  return (spec.resourceClaims ?? []).length > 0 || status?.extendedResourceClaimStatus !== undefined;
}

/** The claims of a pod. Throws in upstream's words while one is not made yet; one that needs no claim is left out. */
export function claimsOf(pod: Pod): readonly NamedClaim[] {
  const { spec, status } = pod;
  const found = (spec.resourceClaims ?? []).flatMap(({ name, resourceClaimName, resourceClaimTemplateName }) => {
    if (resourceClaimName !== undefined) return [{ name: resourceClaimName, own: false }];
    const about = `pod "${pod.metadata.namespace ?? ""}/${pod.metadata.name}"`;
    if (resourceClaimTemplateName === undefined)
      throw new Error(`${about}, spec.resourceClaim ${JSON.stringify(name)}: none of the supported fields are set`);
    const made = status?.resourceClaimStatuses?.find((one) => one.name === name);
    if (made === undefined) throw new Error(`${about}: ResourceClaim not created yet`);
    return made.resourceClaimName === undefined ? [] : [{ name: made.resourceClaimName, own: true }];
  });
  const extended = status?.extendedResourceClaimStatus?.resourceClaimName;
  return extended === undefined ? found : [...found, { name: extended, own: false }];
}

/** Why a pod may not use a claim, in upstream's words; undefined: it may. */
export function claimRefusal(pod: Pod, claim: ResourceClaim, { own }: NamedClaim): string | undefined {
  const { name, namespace = "", uid = "" } = pod.metadata;
  if (own && !controls(pod, claim))
    return `ResourceClaim ${namespace}/${claim.metadata.name} was not created for Pod ${namespace}/${name} (Pod is not owner)`;
  if (!(claim.status?.reservedFor ?? []).some((user) => user.uid === uid))
    return `pod ${name} (${uid}) is not allowed to use ResourceClaim ${claim.metadata.name} (${claim.metadata.uid ?? ""})`;
  if (claim.status?.allocation === undefined) return `ResourceClaim ${claim.metadata.name}: not allocated`;
  return undefined;
}

/** What a container of a pod names, in `resources.claims` or as extended resources that stand for devices. */
export function usesOf(pod: Pod, container: AnyContainer): readonly ClaimUse[] {
  const { claims = [], requests = {} } = container.resources ?? {};
  const uses = claims.flatMap(({ name, request }): readonly ClaimUse[] => {
    const podClaim = pod.spec.resourceClaims?.find((one) => one.name === name);
    const made = pod.status?.resourceClaimStatuses?.find((one) => one.name === name)?.resourceClaimName;
    const claim = podClaim?.resourceClaimName ?? made;
    return claim === undefined ? [] : [request === undefined || request === "" ? { claim } : { claim, request }];
  });
  const extended = pod.status?.extendedResourceClaimStatus;
  const mapped = (extended?.requestMappings ?? []).filter(
    ({ containerName, resourceName }) => containerName === container.name && resourceName in requests,
  );
  return [
    ...uses,
    ...mapped.map(({ requestName }) => ({ claim: extended?.resourceClaimName ?? "", request: requestName })),
  ];
}
