import {
  type Container,
  type ContainerExtendedResourceRequest,
  isExtendedResource,
  isSidecar,
  type Pod,
} from "@skates/api/core/v1";
import type { DeviceClass, DeviceRequest, ResourceClaim } from "@skates/api/resource/v1";
import { controls } from "@skates/controller-runtime";
import { valueOf } from "../snapshot/resources.ts";

/** Every class serves the resource of this name. */
const IMPLICIT_PREFIX = "deviceclass.resource.kubernetes.io/";
/** Marks the claim that stands behind the extended resources of its pod. */
const EXTENDED_RESOURCE_ANNOTATION = "resource.kubernetes.io/extended-resource-claim";

/** Extended resources by the class whose devices serve them: the newest class where several name the same. */
export function classesByResource(classes: readonly DeviceClass[]): ReadonlyMap<string, DeviceClass> {
  const out = new Map<string, DeviceClass>();
  for (const one of classes) {
    out.set(`${IMPLICIT_PREFIX}${one.metadata.name}`, one);
    const name = one.spec.extendedResourceName ?? "";
    if (name === "") continue;
    const other = out.get(name);
    if (other === undefined || goesFirst(one, other)) out.set(name, one);
  }
  return out;
}

function goesFirst({ metadata: a }: DeviceClass, { metadata: b }: DeviceClass): boolean {
  const byAge = Date.parse(a.creationTimestamp ?? "") - Date.parse(b.creationTimestamp ?? "");
  return byAge > 0 || (!(byAge < 0) && a.name < b.name);
}

/** True for names of resources that devices may serve. */
export function mayBeServed(name: string): boolean {
  return name.startsWith(IMPLICIT_PREFIX) || isExtendedResource(name);
}

/** The claim that an earlier attempt has made for the pod's extended resources. */
export function extendedClaimOf(pod: Pod, claims: readonly ResourceClaim[]): ResourceClaim | undefined {
  return claims.find(
    (claim) => claim.metadata.annotations?.[EXTENDED_RESOURCE_ANNOTATION] === "true" && controls(pod, claim),
  );
}

/** The claim for extended resources of a pod, and which of its requests serves which container. */
export interface ExtendedClaim {
  readonly claim: ResourceClaim;
  readonly mappings: readonly ContainerExtendedResourceRequest[];
}

/** What is asked of devices for these resources of the pod, as a claim that is not in the API yet. */
export function extendedClaim(
  pod: Pod,
  resources: readonly string[],
  classOf: (resource: string) => DeviceClass | undefined,
): ExtendedClaim {
  const requests: DeviceRequest[] = [];
  const mappings: ContainerExtendedResourceRequest[] = [];
  for (const resource of resources.toSorted()) {
    const className = classOf(resource)?.metadata.name;
    if (className === undefined) continue;
    const served = requestsFor(pod, resource);
    mappings.push(...served.mappings);
    for (const { name, count } of served.requests) {
      requests.push({ name, exactly: { deviceClassName: className, allocationMode: "ExactCount", count } });
    }
  }
  const { name, namespace = "", uid = "" } = pod.metadata;
  const claim: ResourceClaim = {
    apiVersion: "resource.k8s.io/v1",
    kind: "ResourceClaim",
    metadata: {
      name: "",
      generateName: `${name}-extended-resources-`,
      namespace,
      annotations: { [EXTENDED_RESOURCE_ANNOTATION]: "true" },
      ownerReferences: [{ apiVersion: "v1", kind: "Pod", name, uid, controller: true }],
    },
    spec: { devices: { requests: requests.toSorted((a, b) => (a.name < b.name ? -1 : 1)) } },
  };
  return { claim, mappings };
}

interface Counted {
  readonly name: string;
  readonly count: number;
}

/**
 * Containers that run for long have devices of their own. Those that only prepare use the devices of the ones that start after them, and
 * one further request serves what any of them needs beyond.
 */
function requestsFor(
  { spec }: Pod,
  resource: string,
): { readonly requests: readonly Counted[]; readonly mappings: readonly ContainerExtendedResourceRequest[] } {
  const initial = spec.initContainers ?? [];
  const containers = [...initial, ...spec.containers];
  const lasting = containers.map((container, i) => {
    if (i < initial.length && !isSidecar(container)) return undefined;
    return ownRequest(container, i, resource);
  });
  const map = (container: Container, requestName: string): ContainerExtendedResourceRequest => ({
    containerName: container.name,
    resourceName: resource,
    requestName,
  });
  const mappings = containers.flatMap((container, i) => {
    const own = lasting[i];
    return own === undefined ? [] : [map(container, own.name)];
  });
  const beyond = containers.map((container, i) =>
    i < initial.length && !isSidecar(container) ? borrowed(container, i, { resource, lasting }) : undefined,
  );
  const largest = beyond.reduce<Counted | undefined>(
    (max, one) => (one?.own !== undefined && one.own.count > (max?.count ?? 0) ? one.own : max),
    undefined,
  );
  for (const [i, container] of containers.entries()) {
    const { from = [], own } = beyond[i] ?? {};
    mappings.push(...from.map((name) => map(container, name)));
    if (own !== undefined && largest !== undefined) mappings.push(map(container, largest.name));
  }
  const requests = [...(largest === undefined ? [] : [largest]), ...lasting.filter((one) => one !== undefined)];
  return { requests, mappings };
}

/** What a container that only prepares uses of the devices of later ones, and what it needs beyond. */
function borrowed(
  container: Container,
  index: number,
  { resource, lasting }: { readonly resource: string; readonly lasting: readonly (Counted | undefined)[] },
): { readonly from: readonly string[]; readonly own: Counted | undefined } {
  const own = ownRequest(container, index, resource);
  if (own === undefined) return { from: [], own };
  const from: string[] = [];
  let sum = 0;
  for (const later of lasting.slice(index)) {
    if (later === undefined || sum >= own.count) continue;
    sum += later.count;
    from.push(later.name);
  }
  return { from, own: sum >= own.count ? undefined : { ...own, count: own.count - sum } };
}

/** Named by the places of the container, and of the resource among all that it asks for. */
function ownRequest({ resources }: Container, index: number, resource: string): Counted | undefined {
  const text = resources?.requests?.[resource];
  const count = text === undefined ? 0 : valueOf(text);
  if (count === 0) return undefined;
  const place = Object.keys(resources?.requests ?? {})
    .toSorted()
    .indexOf(resource);
  return { name: `container-${index}-request-${place}`, count };
}
