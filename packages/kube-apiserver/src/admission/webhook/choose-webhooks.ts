import { forbiddenRequest, type Resource } from "@skates/apimachinery";
import type { AdmissionAttributes, Registry } from "@skates/apiserver";
import type { ComposedVariable } from "@skates/cel";
import type { ConditionsResult } from "../expressions/match-conditions.ts";
import { PolicyInput } from "../expressions/policy-input.ts";
import type { RequestAuthorizer } from "../expressions/request-authorizer.ts";
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
  readonly authorizer: RequestAuthorizer;
}

/** The resource in the version that the webhook wants to see; undefined: it is not asked. Throws where that cannot be told. */
export async function wantedBy(
  candidate: Candidate<CompiledWebhook>,
  request: MatchedRequest,
  signal: AbortSignal,
): Promise<Resource | undefined> {
  const { subject: webhook } = candidate;
  const { attributes, namespace, metrics } = request;
  const resource = matchedResource(candidate, attributes.name);
  if (resource === undefined) return undefined;
  if (!(await selectsRequest(webhook.criteria, { attributes, namespace }, signal))) return undefined;
  if (webhook.conditions.length === 0) return resource;
  const result = await conditionsOf(webhook, { ...request, resource }, signal);
  if ("error" in result) {
    metrics.conditionFailed(webhook.name, attributes.operation);
    if (webhook.failOpen) return undefined;
    throw forbiddenRequest(attributes.requested, attributes.name, result.error);
  }
  if (result.matches) return resource;
  metrics.excluded(webhook.name, attributes.operation);
  return undefined;
}

function conditionsOf(
  { conditions }: CompiledWebhook,
  { attributes, resource, objects, authorizer }: MatchedRequest & { readonly resource: Resource },
  signal: AbortSignal,
): Promise<ConditionsResult> {
  const values = { attributes, resource, objects };
  return authorizer.settle(() => new PolicyInput(values, NO_VARIABLES, authorizer).conditions(conditions), signal);
}

const NO_VARIABLES: ReadonlyMap<string, ComposedVariable> = new Map();

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
