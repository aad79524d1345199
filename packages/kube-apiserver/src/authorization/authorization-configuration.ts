import {
  bool,
  type ConfigurationKind,
  duplicate,
  duration,
  type FieldError,
  type Infer,
  invalid,
  isDns1123Subdomain,
  list,
  notSupported,
  opt,
  parseDuration,
  type Path,
  readConfiguration,
  ref,
  refuseFindings,
  required,
  string,
  struct,
  tooMany,
  typeMeta,
} from "@skates/apimachinery";
import { configurationExpressions } from "../configuration-expressions.ts";
import type { WebhookTarget } from "../webhooks/webhook-target.ts";
import { compileConditions } from "./match-conditions.ts";
import type { AuthorizationWebhook, AuthorizerSetting } from "./settings.ts";

const MatchCondition = struct("apiserver.k8s.io/v1.WebhookMatchCondition", {
  expression: opt(1, string, "CEL over `request` that must be true for the webhook to be asked."),
});
interface MatchCondition extends Infer<typeof MatchCondition> {}
const ConnectionInfo = struct("apiserver.k8s.io/v1.WebhookConnectionInfo", {
  type: opt(1, string, "`KubeConfigFile` or `InClusterConfig`."),
  kubeConfigFile: opt(2, string, "Absolute path of the kubeconfig that names the webhook."),
});
interface ConnectionInfo extends Infer<typeof ConnectionInfo> {}
const WebhookConfiguration = struct("apiserver.k8s.io/v1.WebhookConfiguration", {
  authorizedTTL: opt(1, duration, "How long it is kept that something is allowed."),
  cacheAuthorizedRequests: opt(2, bool, "Whether that is kept at all.", { default: true, keepZero: true }),
  unauthorizedTTL: opt(3, duration, "How long it is kept that something is not allowed."),
  cacheUnauthorizedRequests: opt(4, bool, "Whether that is kept at all.", { default: true, keepZero: true }),
  timeout: opt(5, duration, "How long an answer may take."),
  subjectAccessReviewVersion: opt(6, string, "Version that the webhook speaks: v1 or v1beta1."),
  matchConditionSubjectAccessReviewVersion: opt(7, string, "Version that the expressions read: v1."),
  failurePolicy: opt(8, string, "What counts without an answer: NoOpinion or Deny."),
  connectionInfo: opt(
    9,
    ref<ConnectionInfo>(() => ConnectionInfo),
    "Where the webhook is.",
  ),
  matchConditions: opt(10, list(ref<MatchCondition>(() => MatchCondition)), "All must hold for it to be asked."),
});
interface WebhookConfiguration extends Infer<typeof WebhookConfiguration> {}
const AuthorizerConfiguration = struct("apiserver.k8s.io/v1.AuthorizerConfiguration", {
  type: opt(1, string, "Node, RBAC, ABAC, Webhook, AlwaysAllow or AlwaysDeny."),
  name: opt(2, string, "For messages and metrics; no two have the same."),
  webhook: opt(
    3,
    ref<WebhookConfiguration>(() => WebhookConfiguration),
    "Of type Webhook.",
  ),
});
interface AuthorizerConfiguration extends Infer<typeof AuthorizerConfiguration> {}
const AuthorizationConfiguration = struct("apiserver.k8s.io/v1.AuthorizationConfiguration", {
  ...typeMeta,
  authorizers: opt(1, list(ref<AuthorizerConfiguration>(() => AuthorizerConfiguration)), "Asked in this order."),
});
interface AuthorizationConfiguration extends Infer<typeof AuthorizationConfiguration> {}

const KINDS: readonly ConfigurationKind[] = ["v1", "v1beta1", "v1alpha1"].map((version) => ({
  group: "apiserver.config.k8s.io",
  version,
  kind: "AuthorizationConfiguration",
  schema: AuthorizationConfiguration,
}));
const TYPES = ["AlwaysAllow", "AlwaysDeny", "Node", "RBAC", "Webhook"] as const;
const TIMEOUT_MS_MAX = 30_000;
const CONDITIONS_MAX = 64;

export interface AuthorizationFileOptions {
  /** The webhook that a kubeconfig names. Throws when it cannot be read. */
  target(kubeConfigFile: string): Promise<WebhookTarget>;
}

/** Reads the file of `--authorization-config`. Throws `InvalidConfiguration` with all findings. */
export async function readAuthorizationConfiguration(
  text: string,
  options: AuthorizationFileOptions,
): Promise<readonly AuthorizerSetting[]> {
  const { authorizers = [] } = readConfiguration<AuthorizationConfiguration>(text, KINDS);
  const findings: FieldError[] =
    authorizers.length === 0 ? [required(["authorizers"], "at least one authorization mode must be defined")] : [];
  authorizers.forEach((authorizer, index) => findings.push(...authorizerFindings(authorizers, authorizer, index)));
  const matchers = authorizers.map(({ webhook }, index) =>
    compileConditions(
      (webhook?.matchConditions ?? []).map(({ expression = "" }) => expression),
      configurationExpressions(),
      ["authorizers", index, "matchConditions"],
    ),
  );
  refuseFindings([...findings, ...matchers.flatMap((each) => each.findings)]);
  return await Promise.all(
    authorizers.map(async ({ type = "", name = "", webhook }, index): Promise<AuthorizerSetting> => {
      const simple = (["Node", "RBAC", "AlwaysAllow", "AlwaysDeny"] as const).find((known) => known === type);
      if (simple !== undefined) return { type: simple };
      const target = await options.target(webhook?.connectionInfo?.kubeConfigFile ?? "");
      return { type: "Webhook", ...webhookOf(name, webhook ?? {}, target), matches: matchers[index]?.matches };
    }),
  );
}

function webhookOf(name: string, webhook: WebhookConfiguration, target: WebhookTarget): AuthorizationWebhook {
  const { cacheAuthorizedRequests = true, cacheUnauthorizedRequests = true } = webhook;
  return {
    name,
    target,
    version: webhook.subjectAccessReviewVersion === "v1beta1" ? "v1beta1" : "v1",
    timeoutMs: msOf(webhook.timeout),
    authorizedMs: cacheAuthorizedRequests ? msOf(webhook.authorizedTTL) || 300_000 : 0,
    unauthorizedMs: cacheUnauthorizedRequests ? msOf(webhook.unauthorizedTTL) || 30_000 : 0,
    onError: webhook.failurePolicy === "Deny" ? "deny" : "no opinion",
  };
}

function msOf(text: string | undefined): number {
  return text === undefined ? 0 : parseDuration(text);
}

function authorizerFindings(
  all: readonly AuthorizerConfiguration[],
  { type = "", name = "", webhook }: AuthorizerConfiguration,
  index: number,
): readonly FieldError[] {
  const path: Path = ["authorizers", index];
  const at = (field: string): Path => [...path, field];
  if (type === "") return [required(at("type"), "")];
  if (!TYPES.some((known) => known === type)) return [notSupported(at("type"), type, TYPES)];
  const earlier = all.slice(0, index);
  if (type !== "Webhook" && earlier.some((other) => other.type === type)) return [duplicate(at("type"), type)];
  const out: FieldError[] = [];
  if (name === "") out.push(required(at("name"), ""));
  else if (earlier.some((other) => other.name === name)) out.push(duplicate(at("name"), name));
  else {
    const wrong = isDns1123Subdomain(name);
    if (wrong.length > 0) out.push(invalid(at("name"), name, `authorizer name is invalid: ${wrong.join(", ")}`));
  }
  if (type !== "Webhook") {
    if (webhook !== undefined) out.push(invalid(at("webhook"), "non-null", "may only be specified when type=Webhook"));
  } else if (webhook === undefined) out.push(required(at("webhook"), "required when type=Webhook"));
  else out.push(...webhookFindings(webhook, path));
  return out;
}

function webhookFindings(webhook: WebhookConfiguration, path: Path): readonly FieldError[] {
  const at = (field: string): Path => [...path, field];
  const { matchConditions = [], connectionInfo: { type = "", kubeConfigFile = "" } = {} } = webhook;
  const out: FieldError[] = [];
  const timeoutMs = msOf(webhook.timeout);
  if (timeoutMs === 0) out.push(required(at("timeout"), ""));
  else if (timeoutMs < 0 || timeoutMs > TIMEOUT_MS_MAX) {
    out.push(invalid(at("timeout"), webhook.timeout, "must be > 0s and <= 30s"));
  }
  for (const field of ["authorizedTTL", "unauthorizedTTL"] as const) {
    if (msOf(webhook[field]) < 0) out.push(invalid(at(field), webhook[field], "must be > 0s"));
  }
  const choose = (field: keyof WebhookConfiguration & string, values: readonly string[], wanted: string): void => {
    const value = webhook[field];
    if (value === undefined || value === "") out.push(required(at(field), wanted));
    else if (typeof value !== "string" || !values.includes(value)) out.push(notSupported(at(field), value, values));
  };
  choose("subjectAccessReviewVersion", ["v1", "v1beta1"], "");
  choose("failurePolicy", ["NoOpinion", "Deny"], "");
  if (matchConditions.length > 0 || (webhook.matchConditionSubjectAccessReviewVersion ?? "") !== "") {
    choose("matchConditionSubjectAccessReviewVersion", ["v1"], "required if match conditions are specified");
  }
  if (matchConditions.length > CONDITIONS_MAX) {
    out.push(tooMany(at("matchConditions"), matchConditions.length, CONDITIONS_MAX));
  }
  const info = (field: string): Path => [...path, "connectionInfo", field];
  if (type === "") out.push(required(info("type"), ""));
  else if (type !== "KubeConfigFile") {
    // This server is in no pod: there is no configuration of a cluster around it.
    out.push(notSupported(info("type"), type, ["KubeConfigFile"]));
  } else if (kubeConfigFile === "") out.push(required(info("kubeConfigFile"), ""));
  else if (!kubeConfigFile.startsWith("/")) {
    out.push(invalid(info("kubeConfigFile"), kubeConfigFile, "must be an absolute path"));
  }
  return out;
}
