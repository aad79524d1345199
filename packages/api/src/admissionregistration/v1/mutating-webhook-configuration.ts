import {
  type Infer,
  int32,
  list,
  oneOf,
  opt,
  ref,
  req,
  string,
  struct,
  typeMeta,
  LabelSelector,
  ObjectMeta,
  resource,
  type AnyStructOptions,
} from "@skates/apimachinery";
import { MatchCondition } from "./match-condition.ts";
import { RuleWithOperations } from "./rule-with-operations.ts";
import { WebhookClientConfig } from "./webhook-client-config.ts";
import { selectorDefaults, webhookColumns } from "./admission-tables.ts";

export const MutatingWebhookConfiguration = struct("admissionregistration.k8s.io/v1.MutatingWebhookConfiguration", {
  ...typeMeta,
  metadata: req(
    1,
    ref<ObjectMeta>(() => ObjectMeta),
    "",
  ),
  webhooks: opt(
    2,
    list(
      ref<MutatingWebhook>(() => MutatingWebhook),
      { keys: ["name"] },
    ),
    "",
    { patch: "merge", patchKey: "name" },
  ),
});
export interface MutatingWebhookConfiguration extends Infer<typeof MutatingWebhookConfiguration> {}

export const MutatingWebhook = struct(
  "admissionregistration.k8s.io/v1.MutatingWebhook",
  {
    name: req(1, string, ""),
    clientConfig: req(
      2,
      ref<WebhookClientConfig>(() => WebhookClientConfig),
      "",
    ),
    rules: opt(3, list(ref<RuleWithOperations>(() => RuleWithOperations)), ""),
    failurePolicy: opt(4, oneOf("Fail", "Ignore"), "", { keepZero: true, default: "Fail" }),
    matchPolicy: opt(9, oneOf("Equivalent", "Exact"), "", { keepZero: true, default: "Equivalent" }),
    namespaceSelector: opt(
      5,
      ref<LabelSelector>(() => LabelSelector),
      "",
    ),
    objectSelector: opt(
      11,
      ref<LabelSelector>(() => LabelSelector),
      "",
    ),
    sideEffects: req(6, oneOf("None", "NoneOnDryRun", "Some", "Unknown"), ""),
    timeoutSeconds: opt(7, int32, "", { keepZero: true, default: 10 }),
    admissionReviewVersions: req(8, list(string), ""),
    reinvocationPolicy: opt(10, oneOf("IfNeeded", "Never"), "", { keepZero: true, default: "Never" }),
    matchConditions: opt(
      12,
      list(
        ref<MatchCondition>(() => MatchCondition),
        { keys: ["name"] },
      ),
      "",
      { patch: "merge", patchKey: "name" },
    ),
  },
  (): AnyStructOptions => ({ defaults: selectorDefaults }),
);
export interface MutatingWebhook extends Infer<typeof MutatingWebhook> {}

export const mutatingWebhookConfigurations = resource<MutatingWebhookConfiguration>({
  group: "admissionregistration.k8s.io",
  version: "v1",
  kind: "MutatingWebhookConfiguration",
  plural: "mutatingwebhookconfigurations",
  categories: ["api-extensions"],
  namespaced: false,
  schema: MutatingWebhookConfiguration,
  storage: "mutatingwebhookconfigurations",
  storageVersionHash: "Sqi0GUgDaX0=",
  generationFields: ["webhooks"],
  columns: webhookColumns,
});
