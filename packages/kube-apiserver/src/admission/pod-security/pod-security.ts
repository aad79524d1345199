import { type Namespace, namespaces, type Pod, type PodTemplateSpec, pods } from "@skates/api/core/v1";
import { equalValues, formatFieldError, invalidStatus, joinedErrors } from "@skates/apimachinery";
import type { AdmissionAttributes, AdmissionPlugin, Registry } from "@skates/apiserver";
import { isAbout, objectOf, oldOf } from "../object-kind.ts";
import { podOf, podTemplateOf } from "../pod-template.ts";
import type { CheckedPod } from "./checked-pod.ts";
import type { PodSecuritySettings } from "./configuration.ts";
import { detailsOf, evaluatePod } from "./evaluate.ts";
import {
  compareLevels,
  formatLevelVersion,
  isPrivileged,
  type LabelledPolicy,
  labelledModes,
  type LevelVersion,
  policyOf,
  samePolicy,
} from "./levels.ts";
import { existingPodWarnings } from "./namespace-pods.ts";
import { refusal } from "../refusal.ts";

/** Subresources that cannot change what a pod is. */
const HARMLESS: ReadonlySet<string> = new Set([
  "exec",
  "attach",
  "binding",
  "eviction",
  "log",
  "portforward",
  "proxy",
  "status",
]);
const PREFIX = "pod-security.kubernetes.io/";

export interface PodSecurityOptions {
  readonly registry: Registry;
  readonly settings: PodSecuritySettings;
}

/**
 * Pods keep the level that their namespace asks for; templates of pods only bring warnings and notes for the audit log, since what
 * is made of them is refused when it comes.
 */
export function podSecurity(options: PodSecurityOptions): AdmissionPlugin {
  return {
    name: "PodSecurity",
    handles: (attributes) =>
      (attributes.operation === "CREATE" || attributes.operation === "UPDATE") &&
      (isAbout(attributes, namespaces) || isPodWrite(attributes) || podTemplateOf(attributes) !== undefined),
    async validate(attributes, signal) {
      if (isAbout(attributes, namespaces)) validateNamespace(options, attributes);
      else await validatePod(options, attributes, signal);
    },
  };
}

function isPodWrite({ resource, subresource }: AdmissionAttributes): boolean {
  return resource.group === "" && resource.plural === pods.plural && !HARMLESS.has(subresource);
}

/** Labels must be readable; pods that are there already are only warned of. */
function validateNamespace({ registry, settings }: PodSecurityOptions, attributes: AdmissionAttributes): void {
  const namespace = objectOf<Namespace>(attributes, namespaces);
  if (namespace === undefined) return;
  const { name, labels } = namespace.metadata;
  const next = policyOf(labels, settings.defaults);
  const before = oldOf<Namespace>(attributes, namespaces);
  const old = before === undefined ? undefined : policyOf(before.metadata.labels, settings.defaults);
  if (next.errors.length > 0 && !equalValues(next.errors, old?.errors)) {
    throw invalidStatus(namespaces, name, next.errors);
  }
  const { enforce } = next.policy;
  if (old !== undefined && !tightens(enforce, old.policy.enforce)) return;
  if (settings.namespaces.has(name)) {
    if (isPrivileged(next.policy) || samePolicy(next.policy, settings.defaults)) return;
    const modes = labelledModes(labels, next.policy);
    attributes.warn(
      `namespace ${JSON.stringify(name)} is exempt from Pod Security, and the policy (${modes}) will be ignored`,
    );
    return;
  }
  if (old === undefined) return;
  const present = registry.cachedList<Pod>(pods, name).filter(({ spec }) => !isExemptClass(settings, spec));
  for (const warning of existingPodWarnings(name, enforce, present)) attributes.warn(warning);
}

function tightens(next: LevelVersion, old: LevelVersion): boolean {
  if (next.level === "privileged" || equalValues(next, old)) return false;
  return next.version !== old.version || compareLevels(next.level, old.level) > 0;
}

async function validatePod(
  { registry, settings }: PodSecurityOptions,
  attributes: AdmissionAttributes,
  signal: AbortSignal,
): Promise<void> {
  const { namespace, user } = attributes;
  if (settings.namespaces.has(namespace)) return attributes.annotate(`${PREFIX}exempt`, "namespace");
  if (settings.users.has(user.name)) return attributes.annotate(`${PREFIX}exempt`, "user");
  const found = await registry.find<Namespace>(namespaces, { name: namespace }, signal);
  const wanted = policyOf(found?.metadata.labels, settings.defaults);
  const asPod = isPodWrite(attributes);
  const asked = asPod ? wanted.policy : { ...wanted.policy, enforce: wanted.policy.warn };
  if (wanted.errors.length === 0 && isPrivileged(asked)) {
    if (asPod) attributes.annotate(`${PREFIX}enforce-policy`, "privileged:latest");
    return;
  }
  const checked = asPod ? changedPod(attributes) : templateOf(attributes);
  if (checked === undefined) return;
  if (isExemptClass(settings, checked.spec)) return attributes.annotate(`${PREFIX}exempt`, "runtimeClass");
  applyPolicy(attributes, { wanted, checked, enforces: asPod });
}

/** Of a pod's changes, images and new containers count. */
function changedPod({ object, old }: AdmissionAttributes): CheckedPod | undefined {
  const pod = podOf(object);
  const before = podOf(old);
  if (pod === undefined) return undefined;
  return before === undefined || imagesOf(pod) !== imagesOf(before) ? pod : undefined;
}

function imagesOf({ spec }: Pod): string {
  const of = (containers: readonly { readonly name: string; readonly image?: string | undefined }[] = []) =>
    containers.map(({ image }) => image ?? "");
  const ephemeral = (spec.ephemeralContainers ?? []).map(({ name, image }) => `${name}=${image ?? ""}`);
  return JSON.stringify([of(spec.initContainers), of(spec.containers), ephemeral]);
}

function templateOf(attributes: AdmissionAttributes): CheckedPod | undefined {
  const template: PodTemplateSpec | undefined = podTemplateOf(attributes);
  return template?.spec === undefined ? undefined : { metadata: template.metadata, spec: template.spec };
}

interface Judged {
  readonly wanted: LabelledPolicy;
  readonly checked: CheckedPod;
  readonly enforces: boolean;
}

function applyPolicy(attributes: AdmissionAttributes, { wanted, checked, enforces }: Judged): void {
  const { enforce, audit, warn } = wanted.policy;
  const about = (asked: LevelVersion): string | undefined => {
    const violations = evaluatePod(asked, checked);
    if (violations.length === 0) return undefined;
    return `violate PodSecurity ${JSON.stringify(formatLevelVersion(asked))}: ${detailsOf(violations)}`;
  };
  if (wanted.errors.length > 0) {
    const all = joinedErrors(wanted.errors.map(formatFieldError));
    attributes.annotate(`${PREFIX}error`, `Failed to parse policy: ${all}`);
  }
  if (enforces) attributes.annotate(`${PREFIX}enforce-policy`, formatLevelVersion(enforce));
  const noted = about(audit);
  if (noted !== undefined) attributes.annotate(`${PREFIX}audit-violations`, `would ${noted}`);
  const refused = enforces ? about(enforce) : undefined;
  if (refused !== undefined) {
    throw refusal(attributes, refused.replace("violate", "violates"));
  }
  const warned = about(warn);
  if (warned !== undefined) attributes.warn(`would ${warned}`);
}

function isExemptClass({ runtimeClasses }: PodSecuritySettings, { runtimeClassName }: CheckedPod["spec"]): boolean {
  return runtimeClassName !== undefined && runtimeClasses.has(runtimeClassName);
}
