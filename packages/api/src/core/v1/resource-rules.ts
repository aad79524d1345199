import { forbidden, invalid, isQualifiedName, newMap, parseQuantity, type Path, required } from "@skates/apimachinery";
import { type Findings, invalidFor } from "../../checks.ts";
import type { ResourceRequirements } from "./resources.ts";

type Quantities = Readonly<Record<string, string>>;

/** Has no members at all, inherited ones neither: resources can be named `constructor`. */
export const NO_QUANTITIES: Quantities = Object.freeze(newMap<string>());
const STANDARD = new Set(["cpu", "memory", "ephemeral-storage"]);

const NONE: Findings = [];

/** Resources of containers and pods: known names, amounts that are not negative, requests within limits. */
export function resourceRules(resources: ResourceRequirements, _old: unknown, path: Path): Findings {
  if (resources.limits === undefined && resources.requests === undefined) return NONE;
  const limitsPath = [...path, "limits"];
  const requestsPath = [...path, "requests"];
  const { limits = NO_QUANTITIES, requests = NO_QUANTITIES } = resources;
  const pageSizes = Object.keys({ ...limits, ...requests }).filter(isHugePages);
  const named = [...Object.keys(limits), ...Object.keys(requests)];
  const bare = pageSizes.length > 0 && !named.some((name) => name === "cpu" || name === "memory");
  return [
    ...amountFindings(limits, limitsPath),
    ...amountFindings(requests, requestsPath),
    ...Object.entries(requests).flatMap(([name, text]) =>
      requestFindings(name, text, limits[name], { limitsPath, requestsPath }),
    ),
    ...(bare ? [forbidden(path, "HugePages require cpu or memory")] : []),
  ];
}

function amountFindings(amounts: Quantities, path: Path): Findings {
  return Object.entries(amounts).flatMap(([name, text]) => {
    const at = [...path, { key: name }];
    return [...containerResourceNameFindings(name, at), ...quantityFindings(name, text, at)];
  });
}

/** A resource that a container can ask for. */
export function containerResourceNameFindings(name: string, path: Path): Findings {
  const messages = isQualifiedName(name);
  if (messages.length > 0) return invalidFor(path, name, messages);
  if (!name.includes("/")) {
    return STANDARD.has(name) || isHugePages(name)
      ? []
      : [invalid(path, name, "must be a standard resource for containers")];
  }
  return isNative(name) || isExtendedResource(name)
    ? []
    : [invalid(path, name, "doesn't follow extended resource name standard")];
}

/** Not negative, and whole where only whole things can be had. */
export function quantityFindings(name: string, text: string, path: Path): Findings {
  const amount = parseQuantity(text);
  if (amount.sign < 0) return [invalid(path, text, "must be greater than or equal to 0")];
  const whole = isExtendedResource(name) || WHOLE.has(name);
  return whole && amount.milliValue() % 1000 !== 0 ? [invalid(path, text, "must be an integer")] : [];
}

const WHOLE = new Set(["pods", "services", "replicationcontrollers", "resourcequotas", "secrets", "configmaps"]);

interface Paths {
  readonly limitsPath: Path;
  readonly requestsPath: Path;
}

function requestFindings(
  name: string,
  text: string,
  limit: string | undefined,
  { limitsPath, requestsPath }: Paths,
): Findings {
  const overcommit = isNative(name) && !isHugePages(name);
  if (limit === undefined) {
    return overcommit ? [] : [required(limitsPath, "Limit must be set for non overcommitable resources")];
  }
  const difference = parseQuantity(text).compare(parseQuantity(limit));
  if (!overcommit && difference !== 0)
    return [invalid(requestsPath, text, `must be equal to ${name} limit of ${limit}`)];
  return difference > 0 ? [invalid(requestsPath, text, `must be less than or equal to ${name} limit of ${limit}`)] : [];
}

/** Named by Kubernetes itself. */
export function isNative(name: string): boolean {
  return !name.includes("/") || name.includes("kubernetes.io/");
}

export function isHugePages(name: string): boolean {
  return name.startsWith("hugepages-");
}

/** Named by somebody's device plugin. */
export function isExtendedResource(name: string): boolean {
  return !isNative(name) && !name.startsWith("requests.") && isQualifiedName(`requests.${name}`).length === 0;
}

/** Warns of an amount of bytes that is not whole; `at` is where it stands. */
export function fractionalBytes(text: string | undefined, at: string): readonly string[] {
  if (text === undefined || parseQuantity(text).milliValue() % 1000 === 0) return [];
  return [`${at}: fractional byte value "${text}" is invalid, must be an integer`];
}
