import {
  duplicate,
  type FieldError,
  forbidden,
  invalid,
  isDns1123Subdomain,
  isQualifiedName,
  notSupported,
  type Path,
  required,
  validateLabelSelector,
} from "@skates/apimachinery";
import { checkPort, type Findings, invalidFor } from "../../checks.ts";
import type { MatchCondition } from "./match-condition.ts";
import type { MutatingWebhook } from "./mutating-webhook-configuration.ts";
import type { RuleWithOperations } from "./rule-with-operations.ts";
import type { ValidatingWebhook } from "./validating-webhook-configuration.ts";

const TIMEOUT_SECONDS_MAX = 30;
const CONDITIONS_MAX = 64;
const REVIEW_VERSIONS = ["v1", "v1beta1"];

type Webhook = MutatingWebhook | ValidatingWebhook;

/** A webhook has a full name, one address, and versions that this server speaks. */
export function webhookRules(webhook: Webhook, _old: unknown, path: Path): Findings {
  const { name, sideEffects, timeoutSeconds, admissionReviewVersions: versions } = webhook;
  const out: FieldError[] = [];
  if (name !== "") {
    const messages = isDns1123Subdomain(name);
    out.push(...invalidFor([...path, "name"], name, messages));
    if (messages.length === 0 && name.split(".").length < 3) {
      out.push(invalid([...path, "name"], name, "should be a domain with at least three segments separated by dots"));
    }
  }
  if (sideEffects !== "None" && sideEffects !== "NoneOnDryRun") {
    out.push(notSupported([...path, "sideEffects"], sideEffects, ["None", "NoneOnDryRun"]));
  }
  if (timeoutSeconds !== undefined && (timeoutSeconds < 1 || timeoutSeconds > TIMEOUT_SECONDS_MAX)) {
    const detail = "the timeout value must be between 1 and 30 seconds";
    out.push(invalid([...path, "timeoutSeconds"], timeoutSeconds, detail));
  }
  if (versions.length > 0 && !versions.some((version) => REVIEW_VERSIONS.includes(version))) {
    const detail = `must include at least one of ${REVIEW_VERSIONS.join(", ")}`;
    out.push(invalid([...path, "admissionReviewVersions"], versions, detail));
  }
  return [
    ...out,
    ...clientFindings(webhook.clientConfig, [...path, "clientConfig"]),
    ...(webhook.rules ?? []).flatMap((rule, index) => ruleFindings(rule, [...path, "rules", index])),
    ...validateLabelSelector(webhook.namespaceSelector, [...path, "namespaceSelector"]),
    ...validateLabelSelector(webhook.objectSelector, [...path, "objectSelector"]),
    ...conditionFindings(webhook.matchConditions ?? [], [...path, "matchConditions"]),
  ];
}

interface Client {
  readonly url?: string | undefined;
  readonly service?:
    | {
        readonly name: string;
        readonly namespace: string;
        readonly path?: string | undefined;
        readonly port?: number | undefined;
      }
    | undefined;
}

/** Either an address by HTTPS or a service. */
export function clientFindings({ url, service }: Client, path: Path): Findings {
  if ((url === undefined) === (service === undefined)) {
    return [required(path, "exactly one of url or service is required")];
  }
  if (service !== undefined) {
    const { path: where, port } = service;
    return [
      ...(port === undefined ? [] : checkPort([...path, "service", "port"], port)),
      ...(where === undefined || where === "" || where.startsWith("/")
        ? []
        : [invalid([...path, "service", "path"], where, "must start with a '/'")]),
    ];
  }
  return urlFindings(url ?? "", [...path, "url"]);
}

const FORM = "; desired format: https://host[/path]";

function urlFindings(text: string, path: Path): Findings {
  if (!URL.canParse(text)) return [required(path, `url must be a valid URL: ${text}${FORM}`)];
  const url = new URL(text);
  const out: FieldError[] = [];
  if (url.protocol !== "https:") {
    out.push(invalid(path, url.protocol.slice(0, -1), `'https' is the only allowed URL scheme${FORM}`));
  }
  if (url.host === "") out.push(invalid(path, url.host, `host must be specified${FORM}`));
  if (url.username !== "" || url.password !== "") {
    out.push(invalid(path, url.username, "user information is not permitted in the URL"));
  }
  if (url.hash !== "") out.push(invalid(path, url.hash.slice(1), "fragments are not permitted in the URL"));
  if (url.search !== "") out.push(invalid(path, url.search.slice(1), "query parameters are not permitted in the URL"));
  return out;
}

/** Operations and kinds; `*` stands alone. */
export function ruleFindings(rule: RuleWithOperations, path: Path): Findings {
  const out: FieldError[] = [];
  for (const name of ["operations", "apiGroups", "apiVersions", "resources"] as const) {
    const values: readonly string[] = rule[name] ?? [];
    if (values.length === 0) out.push(required([...path, name]));
    if (name !== "resources" && values.length > 1 && values.includes("*")) {
      out.push(invalid([...path, name], values, `if '*' is present, must not specify other ${textOf(name)}`));
    }
  }
  for (const [index, version] of (rule.apiVersions ?? []).entries()) {
    if (version === "") out.push(required([...path, "apiVersions", index]));
  }
  return [...out, ...resourceFindings(rule.resources ?? [], [...path, "resources"])];
}

/** What a wildcard stands for is not named again after it. */
function resourceFindings(resources: readonly string[], path: Path): Findings {
  const out: FieldError[] = [];
  const all = new Set<string>();
  const everywhere = new Set<string>();
  let whole = false;
  for (const [index, text] of resources.entries()) {
    const slash = text.indexOf("/");
    if (text === "") out.push(required([...path, index]));
    else if (slash < 0) whole = text !== "*";
    if (slash < 0) continue;
    const [resource, sub] = [text.slice(0, slash), text.slice(slash + 1)];
    const again = (star: string): FieldError =>
      invalid([...path, index], text, `if '${star}' is present, must not specify ${text}`);
    if (all.has(resource)) out.push(again(`${resource}/*`));
    if (everywhere.has(sub)) out.push(again(`*/${sub}`));
    if (sub === "*") all.add(resource);
    if (resource === "*") everywhere.add(sub);
  }
  if (resources.length > 1 && resources.includes("*/*")) {
    out.push(invalid(path, resources, "if '*/*' is present, must not specify other resources"));
  }
  if (resources.includes("*") && whole) {
    out.push(invalid(path, resources, "if '*' is present, must not specify other resources without subresources"));
  }
  return out;
}

function textOf(name: "operations" | "apiGroups" | "apiVersions"): string {
  return name === "operations" ? "operations" : name === "apiGroups" ? "API groups" : "API versions";
}

/** Conditions with names of their own. */
export function conditionFindings(conditions: readonly MatchCondition[], path: Path): Findings {
  if (conditions.length > CONDITIONS_MAX) {
    return [{ path, reason: "TooMany", detail: `must have at most ${CONDITIONS_MAX} items`, value: conditions.length }];
  }
  const seen = new Set<string>();
  return conditions.flatMap(({ name, expression }, index) => {
    const at = [...path, index];
    const again = seen.has(name);
    seen.add(name);
    return [
      ...(name === "" ? [] : invalidFor([...at, "name"], name, isQualifiedName(name))),
      ...(again ? [duplicate([...at, "name"], name)] : []),
      ...(expression.trim() === "" && expression !== "" ? [required([...at, "expression"])] : []),
    ];
  });
}

interface Configuration {
  readonly webhooks?: readonly { readonly name: string }[] | undefined;
}

/** Each webhook of a configuration has a name of its own. */
export function webhookConfigurationErrors({ webhooks = [] }: Configuration): Findings {
  const seen = new Set<string>();
  return webhooks.flatMap(({ name }, index) => {
    const again = seen.has(name);
    seen.add(name);
    return again ? [duplicate(["webhooks", index, "name"], name)] : [];
  });
}

interface Binding {
  readonly paramRef?:
    | {
        readonly name?: string | undefined;
        readonly selector?: object | undefined;
        readonly parameterNotFoundAction?: string | undefined;
      }
    | undefined;
  readonly validationActions?: readonly string[] | undefined;
}

/** A binding names its parameters in one way. */
export function policyBindingSpecRules(spec: Binding, _old: unknown, path: Path): Findings {
  const { paramRef, validationActions: actions = [] } = spec;
  const out: FieldError[] = [];
  if (paramRef !== undefined) {
    const at = [...path, "paramRef"];
    const named = (paramRef.name ?? "") !== "";
    if (!named && paramRef.selector === undefined) out.push(required(at, "one of name or selector must be specified"));
    if (named && paramRef.selector !== undefined) {
      out.push(forbidden([...at, "name"], "name and selector are mutually exclusive"));
    }
    const missing = paramRef.parameterNotFoundAction ?? "";
    if (missing === "") out.push(required([...at, "parameterNotFoundAction"]));
    else if (missing !== "Allow" && missing !== "Deny") {
      out.push(notSupported([...at, "parameterNotFoundAction"], missing, ["Allow", "Deny"]));
    }
  }
  if (actions.includes("Deny") && actions.includes("Warn")) {
    out.push(
      invalid(
        [...path, "validationActions"],
        actions,
        "must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)",
      ),
    );
  }
  return out;
}
