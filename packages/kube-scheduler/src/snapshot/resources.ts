import { parseQuantity } from "@skates/apimachinery";
import { type Container, podRequests, type PodSpec, type Quantities } from "@skates/api/core/v1";

/** Amounts as numbers. They are exact: all are far below 2^53. */
export interface Resources {
  readonly milliCpu: number;
  readonly memoryBytes: number;
  readonly ephemeralBytes: number;
  /** Extended resources, huge pages and whatever else a node offers by name. */
  readonly scalars: ReadonlyMap<string, number>;
}

/** What a pod counts for in scores where a container asks for nothing, as upstream: so that such pods spread too. */
const DEFAULT_REQUESTS: Quantities = { cpu: "100m", memory: String(200 << 20) };

const NO_SCALARS: ReadonlyMap<string, number> = new Map();

/** What the pod asks for, by number. */
export function requestsOf(spec: PodSpec): Resources {
  return toResources(podRequests({ spec }));
}

/** What the pod counts for in scores: its requests, with defaults for containers that name no cpu or no memory. */
export function scoredRequestsOf(spec: PodSpec, requests: Resources): Resources {
  const containers = [...spec.containers, ...(spec.initContainers ?? [])];
  if (spec.resources === undefined && containers.every(namesBoth)) return requests;
  return requestsOf({
    ...spec,
    containers: spec.containers.map(withDefaults),
    ...(spec.initContainers === undefined ? {} : { initContainers: spec.initContainers.map(withDefaults) }),
  });
}

function namesBoth({ resources }: Container): boolean {
  return resources?.requests?.["cpu"] !== undefined && resources.requests["memory"] !== undefined;
}

function withDefaults(container: Container): Container {
  if (namesBoth(container)) return container;
  const requests = { ...DEFAULT_REQUESTS, ...container.resources?.requests };
  return { ...container, resources: { ...container.resources, requests } };
}

/** Amounts by name as a node or pod states them; `pods` is left out. */
export function toResources(quantities: Quantities | undefined): Resources {
  let milliCpu = 0;
  let memoryBytes = 0;
  let ephemeralBytes = 0;
  let scalars: Map<string, number> | undefined;
  for (const [name, text] of Object.entries(quantities ?? {})) {
    if (name === "cpu") milliCpu = milliOf(text);
    else if (name === "memory") memoryBytes = valueOf(text);
    else if (name === "ephemeral-storage") ephemeralBytes = valueOf(text);
    else if (name !== "pods") (scalars ??= new Map()).set(name, valueOf(text));
  }
  return { milliCpu, memoryBytes, ephemeralBytes, scalars: scalars ?? NO_SCALARS };
}

/** The whole number that a quantity stands for. */
export function valueOf(text: string): number {
  return /^\d{1,15}$/.test(text) ? Number(text) : parseQuantity(text).value();
}

function milliOf(text: string): number {
  const milli = /^(\d{1,12})m$/.exec(text)?.[1];
  if (milli !== undefined) return Number(milli);
  return /^\d{1,12}$/.test(text) ? Number(text) * 1000 : parseQuantity(text).milliValue();
}

/** A sum that pods are added to and taken from. */
export class ResourceSum implements Resources {
  milliCpu = 0;
  memoryBytes = 0;
  ephemeralBytes = 0;
  readonly scalars = new Map<string, number>();

  /** `sign` 1 adds, -1 takes away. */
  add(amounts: Resources, sign: 1 | -1): void {
    this.milliCpu += sign * amounts.milliCpu;
    this.memoryBytes += sign * amounts.memoryBytes;
    this.ephemeralBytes += sign * amounts.ephemeralBytes;
    for (const [name, value] of amounts.scalars) {
      this.scalars.set(name, (this.scalars.get(name) ?? 0) + sign * value);
    }
  }
}

/** The amount of one resource. */
export function amountOf(resources: Resources, name: string): number {
  switch (name) {
    case "cpu":
      return resources.milliCpu;
    case "memory":
      return resources.memoryBytes;
    case "ephemeral-storage":
      return resources.ephemeralBytes;
    default:
      return resources.scalars.get(name) ?? 0;
  }
}

/** A resource that few nodes have and few pods ask for. */
export function isScalar(name: string): boolean {
  return name !== "cpu" && name !== "memory" && name !== "ephemeral-storage";
}
