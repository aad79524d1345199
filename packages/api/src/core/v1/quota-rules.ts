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
import { isHugePages, isNative, NO_QUANTITIES, quantityFindings } from "./resource-rules.ts";

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
    out.push(
      ...ratioFindings(item, name, at("maxLimitRequestRatio")),
      ...fixedFindings(item, name, at("defaultRequest")),
    );
    if (ratio !== undefined && parseQuantity(ratio).compare(parseQuantity("1")) < 0) {
      out.push(invalid(at("maxLimitRequestRatio"), ratio, `ratio ${ratio} is less than 1`));
    }
  }
  return out;
}

/** No limit can be more times its request than the bounds on both allow. */
function ratioFindings({ min, max, maxLimitRequestRatio }: LimitRangeItem, name: string, path: Path): Findings {
  const [low, high, ratio] = [min?.[name], max?.[name], maxLimitRequestRatio?.[name]];
  if (low === undefined || high === undefined || ratio === undefined) return [];
  const most = parseQuantity(high).milliValue() / parseQuantity(low).milliValue();
  // Where both bounds are zero there is no such number, and nothing is greater.
  if (parseQuantity(ratio).milliValue() / 1000 > most) {
    return [invalid(path, ratio, `ratio ${ratio} is greater than max/min = ${most.toFixed(6)}`)];
  }
  return [];
}

/** What cannot be promised twice is asked for as it is limited. */
function fixedFindings({ default: limits, defaultRequest }: LimitRangeItem, name: string, path: Path): Findings {
  const [limit, request] = [limits?.[name], defaultRequest?.[name]];
  if (limit === undefined || request === undefined || (isNative(name) && !isHugePages(name))) return [];
  if (parseQuantity(limit).compare(parseQuantity(request)) === 0) return [];
  return [invalid(path, request, `default value ${limit} must equal to defaultRequest value ${request} in ${name}`)];
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
  const names = Object.keys(spec.hard ?? {});
  const selector = spec.scopeSelector;
  const chosen = (selector?.matchExpressions ?? []).map(({ scopeName }) => scopeName);
  const conflict = (given: readonly string[], at: Path): Findings =>
    OPPOSITES.filter(([a, b]) => given.includes(a) && given.includes(b)).map(() =>
      invalid(at, scopes, "conflicting scopes"),
    );
  const selectorAt = [...path, "scopeSelector", "matchExpressions"];
  return [
    ...hard,
    ...scopes.flatMap((scope, i) => (scopes.indexOf(scope) === i ? [] : [duplicate([...path, "scopes", i], scope)])),
    ...unfitFindings(scopes, names).map((detail) => invalid([...path, "scopes"], scopes, detail)),
    ...conflict(scopes, [...path, "scopes"]),
    ...unfitFindings(chosen, names).map((detail) => invalid(selectorAt, selector, detail)),
    ...(selector?.matchExpressions ?? []).flatMap((requirement) => scopeFindings(requirement, selectorAt)),
    ...conflict(chosen, selectorAt),
  ];
}

const COMPUTE = ["cpu", "memory", "limits.cpu", "limits.memory", "requests.cpu", "requests.memory"];

/** Scopes choose among pods or claims; what is not counted of those cannot be bounded by them. */
function unfitFindings(scopes: readonly string[], names: readonly string[]): readonly string[] {
  return scopes.flatMap((scope) =>
    names
      .filter((name) => isStandardQuotaName(name) && !fitsScope(scope, name))
      .map(() => "unsupported scope applied to resource"),
  );
}

function isStandardQuotaName(name: string): boolean {
  return QUOTA_NAMES.has(name) || name.startsWith("requests.hugepages-") || name.startsWith("hugepages-");
}

function fitsScope(scope: string, name: string): boolean {
  if (scope === "BestEffort") return name === "pods";
  if (scope === "VolumeAttributesClass") return name === "persistentvolumeclaims" || name === "requests.storage";
  return name === "pods" || COMPUTE.includes(name);
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
  if (name.includes("/") || isStandardQuotaName(name)) return [];
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
        "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector",
      ),
    );
  }
  if (scopeName !== "PriorityClass" && scopeName !== "VolumeAttributesClass" && operator !== "Exists") {
    const detail =
      "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity";
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
