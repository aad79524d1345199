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

export const ValidatingWebhookConfiguration = struct("admissionregistration.k8s.io/v1.ValidatingWebhookConfiguration", {
  ...typeMeta,
  metadata: req(
    1,
    ref<ObjectMeta>(() => ObjectMeta),
    "",
  ),
  webhooks: opt(
    2,
    list(
      ref<ValidatingWebhook>(() => ValidatingWebhook),
      { keys: ["name"] },
    ),
    "",
    { patch: "merge", patchKey: "name" },
  ),
});
export interface ValidatingWebhookConfiguration extends Infer<typeof ValidatingWebhookConfiguration> {}

export const ValidatingWebhook = struct(
  "admissionregistration.k8s.io/v1.ValidatingWebhook",
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
      10,
      ref<LabelSelector>(() => LabelSelector),
      "",
    ),
    sideEffects: req(6, oneOf("None", "NoneOnDryRun", "Some", "Unknown"), ""),
    timeoutSeconds: opt(7, int32, "", { keepZero: true, default: 10 }),
    admissionReviewVersions: req(8, list(string), ""),
    matchConditions: opt(
      11,
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
export interface ValidatingWebhook extends Infer<typeof ValidatingWebhook> {}

export const validatingWebhookConfigurations = resource<ValidatingWebhookConfiguration>({
  group: "admissionregistration.k8s.io",
  version: "v1",
  kind: "ValidatingWebhookConfiguration",
  plural: "validatingwebhookconfigurations",
  categories: ["api-extensions"],
  namespaced: false,
  schema: ValidatingWebhookConfiguration,
  storage: "validatingwebhookconfigurations",
  storageVersionHash: "B0wHjQmsGNk=",
  generationFields: ["webhooks"],
  columns: webhookColumns,
});
