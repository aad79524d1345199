import {
  duplicate,
  type FieldError,
  forbidden,
  invalid,
  notSupported,
  parseQuantity,
  type Path,
  required,
  equalValues,
} from "@skates/apimachinery";
import { checkQualifiedName, type Findings } from "../../checks.ts";
import type { LimitRangeItem } from "./limit-range.ts";
import type { ResourceQuota, ResourceQuotaSpec, ScopedResourceSelectorRequirement } from "./resource-quota.ts";
import { NO_QUANTITIES, quantityFindings } from "./resource-rules.ts";

type Quantities = Readonly<Record<string, string>>;
const OPPOSITES = [
  ["BestEffort", "NotBestEffort"],
  ["Terminating", "NotTerminating"],
] as const;

/** Bounds in order: min, default request, default, max. */
export function limitRangeItemRules(item: LimitRangeItem, _old: unknown, path: Path): Findings {
  const {
    type,
    min = NO_QUANTITIES,
    max = NO_QUANTITIES,
    default: limits = NO_QUANTITIES,
    defaultRequest: requests = NO_QUANTITIES,
    maxLimitRequestRatio: ratios = NO_QUANTITIES,
  } = item;
  const out: FieldError[] = [];
  if (type === "Pod") {
    if (item.default !== undefined)
      out.push(forbidden([...path, "default"], "may not be specified when `type` is 'Pod'"));
    if (item.defaultRequest !== undefined) {
      out.push(forbidden([...path, "defaultRequest"], "may not be specified when `type` is 'Pod'"));
    }
  }
  if (type === "PersistentVolumeClaim" && min["storage"] === undefined && max["storage"] === undefined) {
    out.push(
      required([...path, "limits"], "either minimum or maximum storage value is required, but neither was provided"),
    );
  }
  for (const name of Object.keys({ ...min, ...max, ...limits, ...requests, ...ratios })) {
    const at = (field: string): Path => [...path, field, { key: name }];
    out.push(...checkQualifiedName(at("max"), name));
    out.push(...order(min, max, { name, path: at("min"), text: "min value VALUE is greater than max value BOUND" }));
    out.push(
      ...order(min, requests, {
        name,
        path: at("defaultRequest"),
        text: "min value VALUE is greater than default request value BOUND",
      }),
    );
    out.push(
      ...order(requests, max, {
        name,
        path: at("defaultRequest"),
        text: "default request value VALUE is greater than max value BOUND",
      }),
    );
    out.push(
      ...order(requests, limits, {
        name,
        path: at("defaultRequest"),
        text: "default request value VALUE is greater than default limit value BOUND",
      }),
    );
    out.push(
      ...order(min, limits, { name, path: at("default"), text: "min value VALUE is greater than default value BOUND" }),
    );
    out.push(
      ...order(limits, max, { name, path: at("default"), text: "default value VALUE is greater than max value BOUND" }),
    );
    const ratio = ratios[name];
    if (ratio !== undefined && parseQuantity(ratio).compare(parseQuantity("1")) < 0) {
      out.push(invalid(at("maxLimitRequestRatio"), ratio, `ratio ${ratio} is less than 1`));
    }
  }
  return out;
}

interface Order {
  readonly name: string;
  readonly path: Path;
  readonly text: string;
}

function order(lower: Quantities, upper: Quantities, { name, path, text }: Order): Findings {
  const low = lower[name];
  const high = upper[name];
  if (low === undefined || high === undefined || parseQuantity(low).compare(parseQuantity(high)) <= 0) return [];
  return [invalid(path, low, text.replace("VALUE", low).replace("BOUND", high))];
}

/** Bounds on known resources, and scopes that can go together. */
export function resourceQuotaSpecRules(spec: ResourceQuotaSpec, _old: unknown, path: Path): Findings {
  const scopes = spec.scopes ?? [];
  const hard = Object.entries(spec.hard ?? {}).flatMap(([name, text]) => {
    const at = [...path, "hard", { key: name }];
    return [...quotaNameFindings(name, at), ...quantityFindings(name, text, at)];
  });
  const both = OPPOSITES.filter(([a, b]) => scopes.includes(a) && scopes.includes(b));
  return [
    ...hard,
    ...scopes.flatMap((scope, i) => (scopes.indexOf(scope) === i ? [] : [duplicate([...path, "scopes", i], scope)])),
    ...both.map(() => invalid([...path, "scopes"], scopes, "conflicting scopes")),
    ...(spec.scopeSelector?.matchExpressions ?? []).flatMap((requirement, index) =>
      scopeFindings(requirement, [...path, "scopeSelector", "matchExpressions", index]),
    ),
  ];
}

const QUOTA_NAMES = new Set([
  "cpu",
  "memory",
  "ephemeral-storage",
  "pods",
  "services",
  "replicationcontrollers",
  "resourcequotas",
  "secrets",
  "configmaps",
  "persistentvolumeclaims",
  "services.nodeports",
  "services.loadbalancers",
  "requests.cpu",
  "requests.memory",
  "requests.storage",
  "requests.ephemeral-storage",
  "limits.cpu",
  "limits.memory",
  "limits.ephemeral-storage",
]);

function quotaNameFindings(name: string, path: Path): Findings {
  const wrong = checkQualifiedName(path, name);
  if (wrong.length > 0) return wrong;
  const huge = name.startsWith("requests.hugepages-") || name.startsWith("hugepages-");
  if (name.includes("/") || QUOTA_NAMES.has(name) || huge) return [];
  return [invalid(path, name, "must be a standard resource for quota")];
}

function scopeFindings({ scopeName, operator, values = [] }: ScopedResourceSelectorRequirement, path: Path): Findings {
  const listed = operator === "In" || operator === "NotIn";
  const out: FieldError[] = [];
  if (listed && values.length === 0) {
    out.push(
      required([...path, "values"], "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector"),
    );
  }
  if (!listed && values.length > 0) {
    out.push(
      invalid(
        [...path, "values"],
        values,
        "must be no value when `operator` is 'Exists' or 'DoesNotExist' for scope selector",
      ),
    );
  }
  if (scopeName !== "PriorityClass" && scopeName !== "VolumeAttributesClass" && operator !== "Exists") {
    const detail =
      "must be 'Exist' when scope is any of Terminating, NotTerminating, BestEffort, NotBestEffort, CrossNamespacePodAffinity";
    out.push(invalid([...path, "operator"], operator, detail));
  }
  return out;
}

/** A quota keeps its scopes. */
export function resourceQuotaErrors(next: ResourceQuota, old: ResourceQuota | undefined): Findings {
  if (old === undefined) return [];
  const sorted = (scopes: readonly string[] | undefined): readonly string[] => [...(scopes ?? [])].sort();
  if (equalValues(sorted(next.spec.scopes), sorted(old.spec.scopes))) return [];
  return [notSupported(["spec", "scopes"], next.spec.scopes ?? [], sorted(old.spec.scopes))];
}
