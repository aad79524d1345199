import { forbiddenRequest, type Resource } from "@skates/apimachinery";
import type { AdmissionAttributes, Registry } from "@skates/apiserver";
import { type Candidate, matchedResource } from "../matching/match-index.ts";
import { type RequestNamespace, selectsRequest } from "../matching/request-labels.ts";
import type { VersionedObjects } from "../matching/versioned-object.ts";
import type { WebhookMetrics } from "./webhook-metrics.ts";
import type { CompiledWebhook } from "./webhook-source.ts";

/** What a request is matched against. */
export interface MatchedRequest {
  readonly registry: Registry;
  readonly attributes: AdmissionAttributes;
  readonly namespace: RequestNamespace;
  readonly objects: VersionedObjects;
  readonly metrics: WebhookMetrics;
}

/** The resource in the version that the webhook wants to see; undefined: it is not asked. Throws where that cannot be told. */
export async function wantedBy(
  candidate: Candidate<CompiledWebhook>,
  { attributes, namespace, objects, metrics }: MatchedRequest,
  signal: AbortSignal,
): Promise<Resource | undefined> {
  const { subject: webhook } = candidate;
  const resource = matchedResource(candidate, attributes.name);
  if (resource === undefined) return undefined;
  if (!(await selectsRequest(webhook.criteria, { attributes, namespace }, signal))) return undefined;
  if (webhook.conditions === undefined) return resource;
  const result = await webhook.conditions.evaluate({ attributes, resource, objects }, signal);
  if ("error" in result) {
    metrics.conditionFailed(webhook.name, attributes.operation);
    throw forbiddenRequest(attributes.requested, attributes.name, result.error);
  }
  if (result.matches) return resource;
  metrics.excluded(webhook.name, attributes.operation);
  return undefined;
}

const EXEMPT: ReadonlySet<string> = new Set([
  "mutatingadmissionpolicies",
  "mutatingadmissionpolicybindings",
  "mutatingwebhookconfigurations",
  "validatingadmissionpolicies",
  "validatingadmissionpolicybindings",
  "validatingwebhookconfigurations",
]);

/** Configurations of admission are kept out of its reach: whoever locks a cluster with them can always take them away. */
export function isExempt({ resource }: AdmissionAttributes): boolean {
  return resource.group === "admissionregistration.k8s.io" && EXEMPT.has(resource.plural);
}
