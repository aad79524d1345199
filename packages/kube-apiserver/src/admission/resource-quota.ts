import {
  type Container,
  persistentVolumeClaims,
  type Pod,
  pods,
  type Quantities,
  type ResourceQuota,
  resourceQuotas,
  services,
} from "@skates/api/core/v1";
import {
  addQuantities,
  exceeding,
  masked,
  quotaMatches,
  quotaResources,
  quotaUsage,
  subtractQuantities,
} from "@skates/api/quota";
import { type ApiObject, isStatus, parseQuantity } from "@skates/apimachinery";
import type { AdmissionAttributes, AdmissionPlugin, Registry } from "@skates/apiserver";
import { type LimitedResource, uncoveredUse } from "./limited-resources.ts";
import { refusal } from "./refusal.ts";

const WRITER = { name: "system:apiserver", groups: ["system:masters"] };
const UPDATED: ReadonlySet<string> = new Set([services.plural, persistentVolumeClaims.plural]);
/** Containers must say these when a quota bounds them. */
const TO_BE_SAID: ReadonlySet<string> = new Set(
  ["cpu", "memory"].flatMap((name) => [name, `requests.${name}`, `limits.${name}`]),
);

/**
 * Refuses what would use more than the quotas of a namespace allow. What a write will use is noted in the quota's status before the
 * write, at the version that was looked at, so that many writes at once cannot use more than there is.
 */
export function resourceQuota(registry: Registry, limited: readonly LimitedResource[] = []): AdmissionPlugin {
  return {
    name: "ResourceQuota",
    handles: isCounted,
    async validate(attributes, signal) {
      const quotas = registry.cachedList(resourceQuotas, attributes.namespace);
      if (quotas.length === 0 && limited.length === 0) return;
      for (const quota of quotas) charge(attributes, quota);
      if (limited.length > 0) {
        const use = { limited, quotas: quotas.map(enforced), added: addedUse(attributes) };
        const uncovered = uncoveredUse(attributes, use);
        if (uncovered !== undefined) throw refusal(attributes, uncovered);
      }
      if (attributes.dryRun) return;
      for (const { metadata } of quotas) {
        const key = { namespace: attributes.namespace, name: metadata.name };
        const { nowMs } = attributes;
        const writer = { user: WRITER, nowMs, fieldManager: "kube-apiserver", dryRun: false, subresource: "status" };
        try {
          await registry.modify(
            resourceQuotas,
            { key, writer, change: (newest) => charge(attributes, newest) },
            signal,
          );
        } catch (error) {
          // A quota that is gone bounds nothing any more.
          if (!isStatus(error, "NotFound")) throw error;
        }
      }
    },
  };
}

function isCounted({ operation, resource, subresource, namespace }: AdmissionAttributes): boolean {
  if (namespace === "") return false;
  if (operation === "CREATE") return subresource === "";
  if (operation !== "UPDATE" || resource.group !== "") return false;
  return resource.plural === pods.plural
    ? subresource === "resize"
    : subresource === "" && UPDATED.has(resource.plural);
}

/** What the controller has not counted yet is not in force yet. */
function enforced(stored: ResourceQuota): ResourceQuota {
  return { ...stored, spec: { ...stored.spec, hard: stored.status?.hard } };
}

function addedUse({ resource, object, old, nowMs }: AdmissionAttributes): Quantities {
  if (object === undefined) return {};
  const before = old === undefined ? {} : quotaUsage({ resource, object: old }, nowMs);
  return positive(subtractQuantities(quotaUsage({ resource, object }, nowMs), before));
}

/** The quota with what this write adds to its use; throws if that is too much. */
function charge(attributes: AdmissionAttributes, stored: ResourceQuota): ResourceQuota {
  const { resource, object, old, nowMs } = attributes;
  const quota = enforced(stored);
  if (object === undefined || !quotaMatches(quota, { resource, object })) return stored;
  const hard = quota.spec.hard ?? {};
  const { name } = stored.metadata;
  const used = stored.status?.used ?? {};
  if (isPod(object)) checkSaid(attributes, object, { name, hard });
  const restricted = quotaResources(quota, resource).toSorted(byText);
  if (restricted.some((one) => used[one] === undefined)) {
    throw refusal(attributes, `status unknown for quota: ${name}, resources: ${restricted.join(",")}`);
  }
  const before =
    old === undefined || !quotaMatches(quota, { resource, object: old })
      ? {}
      : quotaUsage({ resource, object: old }, nowMs);
  const usage = masked(quotaUsage({ resource, object }, nowMs), Object.keys(hard));
  const added = positive(subtractQuantities(usage, masked(before, Object.keys(usage))));
  const names = Object.keys(added);
  if (names.length === 0) return stored;
  const next = addQuantities(used, added);
  const over = exceeding(masked(next, names), hard);
  if (over.length > 0) {
    const parts = [masked(added, over), masked(used, over), masked(hard, over)].map(listed);
    throw refusal(
      attributes,
      `exceeded quota: ${name}, requested: ${parts[0]}, used: ${parts[1]}, limited: ${parts[2]}`,
    );
  }
  return { ...stored, status: { ...stored.status, used: next } };
}

function positive(quantities: Quantities): Quantities {
  return Object.fromEntries(Object.entries(quantities).filter(([, text]) => parseQuantity(text).sign > 0));
}

function listed(quantities: Quantities): string {
  const names = Object.keys(quantities).toSorted(byText);
  return names.map((name) => `${name}=${quantities[name] ?? ""}`).join(",");
}

function byText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function isPod(object: ApiObject): object is Pod {
  return object.kind === pods.kind && object.apiVersion === "v1";
}

/** A bound on cpu or memory asks every container, or the pod as a whole, to say how much it takes. */
function checkSaid(
  attributes: AdmissionAttributes,
  pod: Pod,
  quota: { readonly name: string; readonly hard: Quantities },
): void {
  const wanted = Object.keys(quota.hard)
    .filter((name) => TO_BE_SAID.has(name))
    .toSorted(byText);
  const containers = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])];
  const missing = wanted.flatMap((name) => {
    if (says(pod.spec.resources, name)) return [];
    const silent = containers.filter(({ resources }) => !says(resources, name)).map((container) => container.name);
    return silent.length === 0 ? [] : [`${name} for: ${silent.toSorted(byText).join(",")}`];
  });
  if (missing.length > 0) throw refusal(attributes, `failed quota: ${quota.name}: must specify ${missing.join("; ")}`);
}

function says(resources: Container["resources"], name: string): boolean {
  const inner = name.replace(/^(?:requests|limits)\./, "");
  const amounts = name.startsWith("limits.") ? resources?.limits : resources?.requests;
  return amounts?.[inner] !== undefined;
}
