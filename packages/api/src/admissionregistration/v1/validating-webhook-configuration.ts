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
import { webhookConfigurationErrors, webhookRules } from "./webhook-rules.ts";

export const ValidatingWebhookConfiguration = struct(
  "admissionregistration.k8s.io/v1.ValidatingWebhookConfiguration",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    webhooks: opt(
      2,
      list(
        ref<ValidatingWebhook>(() => ValidatingWebhook),
        { keys: ["name"] },
      ),
      "The webhooks.",
      { patch: "merge", patchKey: "name" },
    ),
  },
  { doc: "Webhooks that check objects on their way in." },
);
export interface ValidatingWebhookConfiguration extends Infer<typeof ValidatingWebhookConfiguration> {}

export const ValidatingWebhook = struct(
  "admissionregistration.k8s.io/v1.ValidatingWebhook",
  {
    name: req(1, string, "Full name, unique within the configuration."),
    clientConfig: req(
      2,
      ref<WebhookClientConfig>(() => WebhookClientConfig),
      "How it is reached.",
    ),
    rules: opt(3, list(ref<RuleWithOperations>(() => RuleWithOperations)), "Operations and kinds it is asked about."),
    failurePolicy: opt(4, oneOf("Fail", "Ignore"), "Whether an error refuses the request.", {
      keepZero: true,
      default: "Fail",
    }),
    matchPolicy: opt(9, oneOf("Equivalent", "Exact"), "Whether requests in other versions fit too.", {
      keepZero: true,
      default: "Equivalent",
    }),
    namespaceSelector: opt(
      5,
      ref<LabelSelector>(() => LabelSelector),
      "Labels of the object's namespace.",
    ),
    objectSelector: opt(
      10,
      ref<LabelSelector>(() => LabelSelector),
      "Labels of the object.",
    ),
    sideEffects: req(
      6,
      oneOf("None", "NoneOnDryRun", "Some", "Unknown"),
      "Whether asking it changes anything elsewhere.",
    ),
    timeoutSeconds: opt(7, int32, "How long an answer may take.", { keepZero: true, default: 10 }),
    admissionReviewVersions: req(8, list(string), "Versions of the question it knows, best first."),
    matchConditions: opt(
      11,
      list(
        ref<MatchCondition>(() => MatchCondition),
        { keys: ["name"] },
      ),
      "Further conditions under which it is asked.",
      { patch: "merge", patchKey: "name" },
    ),
  },
  (): AnyStructOptions => ({
    defaults: selectorDefaults,
    doc: "A webhook that checks objects.",
    rules: [webhookRules],
  }),
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
  strategy: { validate: webhookConfigurationErrors },
});
