import { type ApiObject, parseTime, type Resource } from "@skates/apimachinery";
import { isPodTerminal } from "../core/v1/pod-conditions.ts";
import { type PersistentVolumeClaim, persistentVolumeClaims } from "../core/v1/persistent-volume-claim.ts";
import { type Pod, pods } from "../core/v1/pod.ts";
import { podLimits, podRequests, type Quantities } from "../core/v1/pod-resources.ts";
import type { ResourceQuota } from "../core/v1/resource-quota.ts";
import { type Service, services } from "../core/v1/service.ts";
import { type ResourceClaim, resourceClaims } from "../resource/v1/resource-claim.ts";
import { scopesMatch, scopesOf } from "./scopes.ts";
import { addQuantities } from "./sums.ts";

/** An object of a kind that quotas count. */
export interface QuotaSubject {
  readonly resource: Pick<Resource, "group" | "plural">;
  readonly object: ApiObject;
}

/** Kinds that have a name of their own among the resources of quotas; all others are `count/<plural>.<group>`. */
const OLD_NAMES: ReadonlySet<string> = new Set([
  "configmaps",
  "persistentvolumeclaims",
  "pods",
  "replicationcontrollers",
  "resourcequotas",
  "secrets",
  "services",
]);
const STORAGE_CLASS = ".storageclass.storage.k8s.io/";
/** After the name of a device class: how many of its devices may be claimed. */
const DEVICES = ".deviceclass.resource.k8s.io/devices";
/** As many as a claim can get at all: so many are charged where it asks for all that there are. */
const DEVICES_MAX = 32;
const CLASS_ANNOTATION = "volume.beta.kubernetes.io/storage-class";

/** What one object uses, by the names of quotas; nothing when it has ended or is no longer expected to end. */
export function quotaUsage({ resource, object }: QuotaSubject, nowMs: number): Quantities {
  const count = { [countName(resource)]: "1" };
  if (isResourceClaim(resource, object)) return { ...count, ...deviceUsage(object) };
  if (resource.group !== "") return count;
  if (isPod(resource, object)) return podUsage(object, count, nowMs);
  if (isClaim(resource, object)) return { ...count, ...claimUsage(object) };
  if (isService(resource, object)) return { ...count, ...serviceUsage(object) };
  return OLD_NAMES.has(resource.plural) ? { ...count, [resource.plural]: "1" } : count;
}

/** `count/pods`, `count/jobs.batch`. */
function countName({ group, plural }: Pick<Resource, "group" | "plural">): string {
  return group === "" ? `count/${plural}` : `count/${plural}.${group}`;
}

/** Of the names of a quota, those that objects of this resource may use. */
export function quotaResources(quota: ResourceQuota, resource: Pick<Resource, "group" | "plural">): readonly string[] {
  return Object.keys(quota.spec.hard ?? {}).filter((name) => isUsedBy(name, resource));
}

function isUsedBy(name: string, resource: Pick<Resource, "group" | "plural">): boolean {
  const { group, plural } = resource;
  if (name === countName(resource)) return true;
  if (group === resourceClaims.group && plural === resourceClaims.plural) return name.endsWith(DEVICES);
  if (group !== "") return false;
  if (name === plural && OLD_NAMES.has(plural)) return true;
  if (plural === pods.plural) return isComputeName(name);
  if (plural === services.plural) return name === "services.nodeports" || name === "services.loadbalancers";
  return plural === persistentVolumeClaims.plural && (name === "requests.storage" || name.includes(STORAGE_CLASS));
}

function isComputeName(name: string): boolean {
  if (name === "cpu" || name === "memory" || name === "ephemeral-storage" || name.startsWith("hugepages-")) return true;
  const inner = /^(?:requests|limits)\.(.+)$/.exec(name)?.[1];
  return inner !== undefined && inner !== "storage" && !name.includes(STORAGE_CLASS);
}

/** Whether a quota is about this object. */
export function quotaMatches(quota: ResourceQuota, { resource, object }: QuotaSubject): boolean {
  if (quotaResources(quota, resource).length === 0) return false;
  if (scopesOf(quota).length === 0) return true;
  if (isPod(resource, object)) return scopesMatch(quota, { pod: object });
  return isClaim(resource, object) && scopesMatch(quota, { claim: object });
}

function podUsage(pod: Pod, count: Quantities, nowMs: number): Quantities {
  // Objects are counted as long as they are stored, what they use only while they may run.
  if (isPodTerminal(pod) || isOverdue(pod, nowMs)) return count;
  const out: Record<string, string> = { ...count, pods: "1" };
  for (const [name, text] of Object.entries(podRequests(pod))) {
    if (isOvercommittable(name)) out[name] = text;
    out[`requests.${name}`] = text;
  }
  for (const [name, text] of Object.entries(podLimits(pod))) {
    if (isOvercommittable(name)) out[`limits.${name}`] = text;
  }
  return out;
}

/** Others are asked for only: what is requested is what is used. */
function isOvercommittable(name: string): boolean {
  return name === "cpu" || name === "memory" || name === "ephemeral-storage" || name.startsWith("hugepages-");
}

/** A pod whose time to end is over is not waited for: its node may be gone. */
function isOverdue({ metadata }: Pod, nowMs: number): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds } = metadata;
  return (
    deletionTimestamp !== undefined && deletionGracePeriodSeconds !== undefined && parseTime(deletionTimestamp) < nowMs
  );
}

function claimUsage(claim: PersistentVolumeClaim): Quantities {
  const wanted = claim.spec.resources?.requests?.["storage"];
  const allocated = claim.status?.allocatedResources?.["storage"];
  const storage = allocated ?? wanted;
  const out: Record<string, string> = { persistentvolumeclaims: "1" };
  if (storage !== undefined) out["requests.storage"] = storage;
  const className = claim.metadata.annotations?.[CLASS_ANNOTATION] ?? claim.spec.storageClassName ?? "";
  if (className === "") return out;
  out[`${className}${STORAGE_CLASS}persistentvolumeclaims`] = "1";
  if (storage !== undefined) out[`${className}${STORAGE_CLASS}requests.storage`] = storage;
  return out;
}

/** Devices by class. Of alternatives, of which one is given, the dearest counts. */
function deviceUsage({ spec }: ResourceClaim): Quantities {
  const sums = new Map<string, number>();
  for (const { exactly, firstAvailable = [] } of spec.devices?.requests ?? []) {
    const dearest = new Map<string, number>();
    for (const { deviceClassName, allocationMode, count = 1 } of exactly === undefined ? firstAvailable : [exactly]) {
      const devices = allocationMode === "All" ? DEVICES_MAX : Number(count);
      dearest.set(deviceClassName, Math.max(dearest.get(deviceClassName) ?? 0, devices));
    }
    for (const [name, devices] of dearest) sums.set(name, (sums.get(name) ?? 0) + devices);
  }
  return Object.fromEntries([...sums].map(([name, devices]) => [`${name}${DEVICES}`, String(devices)]));
}

function serviceUsage({ spec }: Service): Quantities {
  const ports = String(spec?.ports?.length ?? 0);
  switch (spec?.type) {
    case "NodePort":
      return { services: "1", "services.nodeports": ports };
    case "LoadBalancer": {
      const allocated = (spec.ports ?? []).filter(({ nodePort = 0 }) => nodePort !== 0).length;
      const nodePorts = spec.allocateLoadBalancerNodePorts === false ? String(allocated) : ports;
      return { services: "1", "services.loadbalancers": "1", "services.nodeports": nodePorts };
    }
    default:
      return { services: "1" };
  }
}

/** The sum of what these objects use of a quota. */
export function totalUsage(quota: ResourceQuota, subjects: readonly QuotaSubject[], nowMs: number): Quantities {
  let sum: Quantities = {};
  for (const subject of subjects) {
    if (quotaMatches(quota, subject)) sum = addQuantities(sum, quotaUsage(subject, nowMs));
  }
  return sum;
}

type Kind = Pick<Resource, "group" | "plural">;

function isPod({ group, plural }: Kind, object: ApiObject): object is Pod {
  return group === "" && plural === pods.plural && object.kind === pods.kind;
}

function isClaim({ group, plural }: Kind, object: ApiObject): object is PersistentVolumeClaim {
  return group === "" && plural === persistentVolumeClaims.plural && object.kind === persistentVolumeClaims.kind;
}

function isService({ group, plural }: Kind, object: ApiObject): object is Service {
  return group === "" && plural === services.plural && object.kind === services.kind;
}

function isResourceClaim({ group, plural }: Kind, object: ApiObject): object is ResourceClaim {
  return group === resourceClaims.group && plural === resourceClaims.plural && object.kind === resourceClaims.kind;
}
