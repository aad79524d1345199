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

export const MutatingWebhookConfiguration = struct(
  "admissionregistration.k8s.io/v1.MutatingWebhookConfiguration",
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
        ref<MutatingWebhook>(() => MutatingWebhook),
        { keys: ["name"] },
      ),
      "The webhooks.",
      { patch: "merge", patchKey: "name" },
    ),
  },
  { doc: "Webhooks that change objects on their way in." },
);
export interface MutatingWebhookConfiguration extends Infer<typeof MutatingWebhookConfiguration> {}

export const MutatingWebhook = struct(
  "admissionregistration.k8s.io/v1.MutatingWebhook",
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
      11,
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
    reinvocationPolicy: opt(
      10,
      oneOf("IfNeeded", "Never"),
      "Whether it is asked again after others changed the object.",
      { keepZero: true, default: "Never" },
    ),
    matchConditions: opt(
      12,
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
    doc: "A webhook that changes objects.",
    rules: [webhookRules],
  }),
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
  strategy: { validate: webhookConfigurationErrors },
});
