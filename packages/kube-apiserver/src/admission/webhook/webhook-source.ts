import {
  type MutatingWebhook,
  type MutatingWebhookConfiguration,
  mutatingWebhookConfigurations,
  type ValidatingWebhook,
  type ValidatingWebhookConfiguration,
  validatingWebhookConfigurations,
} from "@skates/api/admissionregistration/v1";
import type { ApiObject, Resource } from "@skates/apimachinery";
import type { Registry } from "@skates/apiserver";
import { targetOf, type WebhookTarget } from "../../webhooks/webhook-target.ts";
import { type CompiledConditions, compileConditions } from "../expressions/match-conditions.ts";
import { RequestEnvironments } from "../expressions/request-environment.ts";
import { criteriaOf, type MatchCriteria } from "../matching/match-criteria.ts";
import { StoredSubjects } from "../matching/stored-subjects.ts";

/** A webhook as its configuration has it, ready to be matched and called. */
export interface CompiledWebhook {
  /** The webhook's own name. */
  readonly name: string;
  /** Unique among all webhooks. */
  readonly id: string;
  readonly configuration: string;
  readonly criteria: MatchCriteria;
  readonly conditions: CompiledConditions;
  readonly target: WebhookTarget;
  readonly timeoutMs: number;
  readonly failOpen: boolean;
  readonly sideEffects: string;
  /** The first version of the question that this server speaks too; undefined: none. */
  readonly reviewVersion: "v1" | "v1beta1" | undefined;
  /** Asked again after others have changed the object. */
  readonly reinvoked: boolean;
}

/** Mutating webhooks, compiled when configurations change; by name of the configuration, then in its order. */
export function mutatingWebhooks(registry: Registry): StoredSubjects<CompiledWebhook> {
  const environments = new RequestEnvironments();
  return new StoredSubjects<CompiledWebhook>(registry, [mutatingWebhookConfigurations], () =>
    compiled<MutatingWebhookConfiguration>({ registry, environments }, mutatingWebhookConfigurations),
  );
}

/** Validating webhooks, likewise. */
export function validatingWebhooks(registry: Registry): StoredSubjects<CompiledWebhook> {
  const environments = new RequestEnvironments();
  return new StoredSubjects<CompiledWebhook>(registry, [validatingWebhookConfigurations], () =>
    compiled<ValidatingWebhookConfiguration>({ registry, environments }, validatingWebhookConfigurations),
  );
}

interface Configuration extends ApiObject {
  readonly webhooks?: readonly (ValidatingWebhook | MutatingWebhook)[] | undefined;
}

interface Compiler {
  readonly registry: Registry;
  readonly environments: RequestEnvironments;
}

function compiled<T extends Configuration>(
  { registry, environments }: Compiler,
  resource: Resource<T>,
): readonly CompiledWebhook[] {
  return registry
    .cachedList<T>(resource)
    .flatMap(({ metadata, webhooks = [] }) =>
      webhooks.map((webhook, index) => compiledWebhook(webhook, { configuration: metadata.name, index, environments })),
    );
}

interface Place {
  readonly configuration: string;
  readonly index: number;
  readonly environments: RequestEnvironments;
}

function compiledWebhook(
  webhook: ValidatingWebhook | MutatingWebhook,
  { configuration, index, environments }: Place,
): CompiledWebhook {
  const { name, rules = [], matchPolicy, namespaceSelector, objectSelector, matchConditions = [] } = webhook;
  const failOpen = webhook.failurePolicy === "Ignore";
  const match = { resourceRules: rules, matchPolicy, namespaceSelector, objectSelector };
  return {
    name,
    id: `${configuration}/${name}/${index}`,
    configuration,
    // Without a rule a webhook is asked about nothing.
    criteria: { ...criteriaOf(match), rules },
    conditions: compileConditions(environments.get({ params: false, authorizer: true }), matchConditions),
    target: targetOf(webhook.clientConfig),
    timeoutMs: (webhook.timeoutSeconds ?? 10) * 1000,
    failOpen,
    sideEffects: webhook.sideEffects,
    reviewVersion: webhook.admissionReviewVersions.find((version) => version === "v1" || version === "v1beta1"),
    reinvoked: "reinvocationPolicy" in webhook && webhook.reinvocationPolicy === "IfNeeded",
  };
}
