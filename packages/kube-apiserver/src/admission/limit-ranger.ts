import {
  type Container,
  type LimitRange,
  type LimitRangeItem,
  limitRanges,
  type PersistentVolumeClaim,
  persistentVolumeClaims,
  type Pod,
  pods,
  podLimits,
  podRequests,
  type Quantities,
} from "@skates/api/core/v1";
import { type ApiObject, forbiddenRequest, joinedErrors, parseQuantity } from "@skates/apimachinery";
import type { AdmissionAttributes, AdmissionPlugin, Registry } from "@skates/apiserver";
import { must } from "@skates/component-base";
import { oldOf } from "./object-kind.ts";

const ANNOTATION = "kubernetes.io/limit-ranger";

/** Gives pods the default requests and limits of their namespace, and refuses pods and claims beyond its bounds. */
export function limitRanger(registry: Registry): AdmissionPlugin {
  const rangesOf = ({ namespace }: AdmissionAttributes): readonly LimitRange[] =>
    registry.cachedList(limitRanges, namespace);
  return {
    name: "LimitRanger",
    handles: isLimited,
    async mutate(attributes) {
      const object = must(attributes.object, "the object of a write");
      if (attributes.operation !== "CREATE" || !isPod(object)) return object;
      return rangesOf(attributes).reduce(withDefaults, object);
    },
    async validate(attributes) {
      const { object, resource, name } = attributes;
      if (object === undefined || oldOf(attributes, pods)?.metadata.deletionTimestamp !== undefined) return;
      for (const range of rangesOf(attributes)) {
        const problems = isPod(object) ? podProblems(range, object) : claimProblems(range, object);
        if (problems.length === 0) continue;
        throw forbiddenRequest(resource, name, joinedErrors(problems));
      }
    },
  };
}

function isLimited({ operation, resource, subresource }: AdmissionAttributes): boolean {
  if (resource.group !== "" || (operation !== "CREATE" && operation !== "UPDATE")) return false;
  if (resource.plural === persistentVolumeClaims.plural) return subresource === "";
  if (resource.plural !== pods.plural) return false;
  return operation === "CREATE" ? subresource === "" : subresource === "resize";
}

function isPod(object: ApiObject): object is Pod {
  return object.kind === pods.kind;
}

function isClaim(object: ApiObject): object is PersistentVolumeClaim {
  return object.kind === persistentVolumeClaims.kind;
}

function withDefaults(pod: Pod, range: LimitRange): Pod {
  const items = range.spec.limits.filter(({ type }) => type === "Container");
  const requests = Object.assign({}, ...items.map(({ defaultRequest }) => defaultRequest));
  const limits = Object.assign({}, ...items.map((item) => item.default));
  const notes: string[] = [];
  const complete = (container: Container, what: string): Container => {
    const missing = {
      requests: lacking(requests, container.resources?.requests),
      limits: lacking(limits, container.resources?.limits),
    };
    for (const [kind, amounts] of [
      ["request", missing.requests],
      ["limit", missing.limits],
    ] as const) {
      const names = Object.keys(amounts).toSorted((a, b) => (a < b ? -1 : 1));
      if (names.length > 0) notes.push(`${names.join(", ")} ${kind} for ${what} ${container.name}`);
    }
    if (Object.keys(missing.requests).length + Object.keys(missing.limits).length === 0) return container;
    const resources = {
      ...container.resources,
      requests: { ...container.resources?.requests, ...missing.requests },
      limits: { ...container.resources?.limits, ...missing.limits },
    };
    return { ...container, resources };
  };
  const containers = pod.spec.containers.map((container) => complete(container, "container"));
  const initContainers = pod.spec.initContainers?.map((container) => complete(container, "init container"));
  if (notes.length === 0) return pod;
  const annotations = { ...pod.metadata.annotations, [ANNOTATION]: `LimitRanger plugin set: ${notes.join("; ")}` };
  return { ...pod, metadata: { ...pod.metadata, annotations }, spec: { ...pod.spec, containers, initContainers } };
}

function lacking(defaults: Quantities, given: Quantities | undefined): Quantities {
  return Object.fromEntries(Object.entries(defaults).filter(([name]) => given?.[name] === undefined));
}

function podProblems({ spec }: LimitRange, pod: Pod): readonly string[] {
  const containers = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])];
  return spec.limits.flatMap((item) => {
    if (item.type === "Container") {
      return containers.flatMap(({ resources }) => problems(item, resources?.requests ?? {}, resources?.limits ?? {}));
    }
    return item.type === "Pod" ? problems(item, podRequests(pod), podLimits(pod)) : [];
  });
}

function claimProblems({ spec }: LimitRange, object: ApiObject): readonly string[] {
  if (!isClaim(object)) return [];
  const requests = object.spec.resources?.requests ?? {};
  return spec.limits.flatMap((item) => {
    if (item.type !== "PersistentVolumeClaim") return [];
    const low = each(item.min, (name, bound) => belowLeast({ item, name, bound }, requests[name], undefined));
    const high = each(item.max, (name, bound) => {
      const about = `maximum ${name} usage per ${item.type} is ${bound}`;
      const request = requests[name];
      if (request === undefined) return `${about}.  No request is specified`;
      return compare(request, bound) > 0 ? `${about}, but request is ${request}` : undefined;
    });
    return [...low, ...high];
  });
}

function problems(item: LimitRangeItem, requests: Quantities, limits: Quantities): readonly string[] {
  return [
    ...each(item.min, (name, bound) => belowLeast({ item, name, bound }, requests[name], limits[name])),
    ...each(item.max, (name, bound) => aboveMost({ item, name, bound }, requests[name], limits[name])),
    ...each(item.maxLimitRequestRatio, (name, bound) =>
      aboveRatio({ item, name, bound }, requests[name], limits[name]),
    ),
  ];
}

function each(
  bounds: Quantities | undefined,
  check: (name: string, bound: string) => string | undefined,
): readonly string[] {
  const names = Object.keys(bounds ?? {}).toSorted((a, b) => (a < b ? -1 : 1));
  return names.map((name) => check(name, bounds?.[name] ?? "0")).filter((problem) => problem !== undefined);
}

interface Bound {
  readonly item: LimitRangeItem;
  readonly name: string;
  readonly bound: string;
}

function belowLeast({ item, name, bound }: Bound, request: string | undefined, limit: string | undefined) {
  const about = `minimum ${name} usage per ${item.type} is ${bound}`;
  if (request === undefined) return `${about}.  No request is specified`;
  if (compare(request, bound) < 0) return `${about}, but request is ${request}`;
  return limit !== undefined && compare(limit, bound) < 0 ? `${about}, but limit is ${limit}` : undefined;
}

function aboveMost({ item, name, bound }: Bound, request: string | undefined, limit: string | undefined) {
  const about = `maximum ${name} usage per ${item.type} is ${bound}`;
  if (limit === undefined) return `${about}.  No limit is specified`;
  if (compare(limit, bound) > 0) return `${about}, but limit is ${limit}`;
  return request !== undefined && compare(request, bound) > 0 ? `${about}, but request is ${request}` : undefined;
}

function aboveRatio({ item, name, bound }: Bound, request: string | undefined, limit: string | undefined) {
  const about = `${name} max limit to request ratio per ${item.type} is ${bound}`;
  const asked = milli(request);
  const allowed = milli(limit);
  if (asked === 0) return `${about}, but no request is specified or request is 0`;
  if (allowed === 0) return `${about}, but no limit is specified or limit is 0`;
  const ratio = allowed / asked;
  return ratio * 1000 > milli(bound) ? `${about}, but provided ratio is ${ratio.toFixed(6)}` : undefined;
}

function milli(text: string | undefined): number {
  return text === undefined ? 0 : Number(parseQuantity(text).milliValue());
}

function compare(a: string, b: string): number {
  return parseQuantity(a).compare(parseQuantity(b));
}
