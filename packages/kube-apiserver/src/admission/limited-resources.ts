import {
  persistentVolumeClaims,
  type PersistentVolumeClaim,
  type Quantities,
  type ResourceQuota,
  ScopedResourceSelectorRequirement,
} from "@skates/api/core/v1";
import { isInScope, quotaMatches, quotaResources, type ScopeSubject, scopesOf } from "@skates/api/quota";
import {
  type ApiObject,
  type ConfigurationKind,
  type Infer,
  list,
  opt,
  parseQuantity,
  readConfiguration,
  ref,
  req,
  string,
  struct,
  typeMeta,
} from "@skates/apimachinery";
import type { AdmissionAttributes } from "@skates/apiserver";
import { podOf } from "./pod-template.ts";

const LimitedResource = struct("apiserver.config.k8s.io/v1.LimitedResource", {
  apiGroup: opt(1, string, "Group of the resource."),
  resource: req(2, string, "Its plural name."),
  matchContains: opt(3, list(string), "What is limited: names of quotas that contain one of these."),
  matchScopes: opt(
    4,
    list(ref<ScopedResourceSelectorRequirement>(() => ScopedResourceSelectorRequirement)),
    "Objects that are limited.",
  ),
});
/** Something that may be used only where a quota says how much. */
export interface LimitedResource extends Infer<typeof LimitedResource> {}
const ResourceQuotaConfiguration = struct("apiserver.config.k8s.io/v1.ResourceQuotaConfiguration", {
  ...typeMeta,
  limitedResources: opt(
    1,
    list(ref<LimitedResource>(() => LimitedResource)),
    "What may be used only where a quota says how much.",
  ),
});
interface ResourceQuotaConfiguration extends Infer<typeof ResourceQuotaConfiguration> {}

const OLD_GROUP = "resourcequota.admission.k8s.io";
const KINDS: readonly ConfigurationKind[] = [
  { group: "apiserver.config.k8s.io", version: "v1", kind: "ResourceQuotaConfiguration" },
  { group: OLD_GROUP, version: "v1", kind: "Configuration" },
  { group: OLD_GROUP, version: "v1beta1", kind: "Configuration" },
  { group: OLD_GROUP, version: "v1alpha1", kind: "Configuration" },
].map((kind) => ({ ...kind, schema: ResourceQuotaConfiguration }));

/** Throws `InvalidConfiguration`. */
export function limitedResources(text: string | undefined): readonly LimitedResource[] {
  if (text === undefined) return [];
  return readConfiguration<ResourceQuotaConfiguration>(text, KINDS).limitedResources ?? [];
}

export interface LimitedUse {
  readonly limited: readonly LimitedResource[];
  /** Of the namespace, as they are enforced. */
  readonly quotas: readonly ResourceQuota[];
  /** What the write adds. */
  readonly added: Quantities;
}

/** Why a write is refused that uses what no quota speaks of; undefined: it may. */
export function uncoveredUse(
  { resource, object }: AdmissionAttributes,
  { limited, quotas, added }: LimitedUse,
): string | undefined {
  if (object === undefined || Object.keys(added).length === 0) return undefined;
  const about = { resource, object };
  const covered = new Set(
    quotas.flatMap((quota) => (quotaMatches(quota, about) ? quotaResources(quota, resource) : [])),
  );
  const texts = limited
    .filter((one) => (one.apiGroup ?? "") === resource.group && one.resource === resource.plural)
    .flatMap(({ matchContains = [] }) => matchContains);
  const uncovered = Object.keys(added)
    .filter((name) => parseQuantity(added[name] ?? "0").sign > 0 && texts.some((text) => name.includes(text)))
    .filter((name) => !covered.has(name))
    .sort();
  if (uncovered.length > 0) return `insufficient quota to consume: ${uncovered.join(",")}`;
  const subject = subjectOf(object);
  const present = new Set(
    quotas.flatMap((quota) => scopesOf(quota).filter((scope) => isInScope(scope, subject))).map(scopeName),
  );
  const scopes = limited
    .flatMap(({ matchScopes = [] }) => matchScopes)
    .filter((scope) => isInScope(scope, subject) && !present.has(scope.scopeName));
  if (scopes.length === 0) return undefined;
  const shown = scopes.map(
    ({ scopeName: name, operator, values = [] }) => `{${name} ${operator} [${values.join(" ")}]}`,
  );
  return `insufficient quota to match these scopes: [${shown.join(" ")}]`;
}

function scopeName(scope: ScopedResourceSelectorRequirement): string {
  return scope.scopeName;
}

function subjectOf(object: ApiObject): ScopeSubject {
  const pod = podOf(object);
  if (pod !== undefined) return { pod };
  return isClaim(object) ? { claim: object } : {};
}

function isClaim(object: ApiObject): object is PersistentVolumeClaim {
  return object.kind === persistentVolumeClaims.kind && object.apiVersion === "v1";
}
