import { mapOf, newMap, parseQuantity } from "@skates/apimachinery";
import type { Container } from "./container.ts";
import type { Pod } from "./pod.ts";
import type { PodSpec } from "./pod-spec.ts";

/** Amounts by resource name, in canonical text. */
export type Quantities = Readonly<Record<string, string>>;

/** Resources that may be given for a pod as a whole. */
export function isPodLevelResource(name: string): boolean {
  return name === "cpu" || name === "memory" || name.startsWith("hugepages-");
}

/** An init container that runs on beside the others. */
export function isSidecar(container: Container): boolean {
  return container.restartPolicy === "Always";
}

/** What a node must have free for the pod: its containers together, or what the pod as a whole asks for, and the overhead. */
export function podRequests(pod: { readonly spec: PodSpec }): Quantities {
  const { spec } = pod;
  const sums: Record<string, string> = mapOf(containersTotal(spec, "requests"));
  for (const [name, text] of Object.entries(spec.resources?.requests ?? {})) {
    if (isPodLevelResource(name)) sums[name] = text;
  }
  addTo(sums, spec.overhead);
  return sums;
}

/** What the pod may use at most; a resource that some container has no limit for is still listed with the sum of the others. */
export function podLimits(pod: { readonly spec: PodSpec }): Quantities {
  const { spec } = pod;
  const sums: Record<string, string> = mapOf(containersTotal(spec, "limits"));
  for (const [name, text] of Object.entries(spec.resources?.limits ?? {})) {
    if (isPodLevelResource(name)) sums[name] = text;
  }
  for (const [name, text] of Object.entries(spec.overhead ?? {})) {
    if (sums[name] !== undefined) addTo(sums, { [name]: text });
  }
  return sums;
}

/**
 * The containers' sum: containers and sidecars run together; an init container runs with the sidecars that stand before it, and the
 * pod needs the most of all these moments.
 */
export function containersTotal(spec: PodSpec, of: "limits" | "requests"): Quantities {
  const sums: Record<string, string> = newMap();
  for (const container of spec.containers) addTo(sums, container.resources?.[of]);
  const peaks: Record<string, string> = newMap();
  const sidecars: Record<string, string> = newMap();
  for (const container of spec.initContainers ?? []) {
    const wanted = container.resources?.[of];
    const together = { ...sidecars };
    addTo(together, wanted);
    raiseTo(peaks, together);
    if (!isSidecar(container)) continue;
    addTo(sums, wanted);
    addTo(sidecars, wanted);
  }
  raiseTo(sums, peaks);
  return sums;
}

function addTo(sums: Record<string, string>, more: Quantities | undefined): void {
  for (const [name, text] of Object.entries(more ?? {})) {
    const old = sums[name];
    sums[name] = old === undefined ? text : parseQuantity(old).add(parseQuantity(text)).toString();
  }
}

function raiseTo(sums: Record<string, string>, least: Quantities): void {
  for (const [name, text] of Object.entries(least)) {
    const old = sums[name];
    if (old === undefined || parseQuantity(old).compare(parseQuantity(text)) < 0) sums[name] = text;
  }
}

export type QosClass = "BestEffort" | "Burstable" | "Guaranteed";

/** The quality of service that follows from requests and limits of cpu and memory; the status keeps it once it is set. */
export function podQosClass(pod: Pod): QosClass {
  return pod.status?.qosClass ?? computeQosClass(pod.spec);
}

/** Guaranteed: limits for both in every container, and requests equal to them. BestEffort: nothing asked for. */
export function computeQosClass(spec: PodSpec): QosClass {
  const whole = spec.resources;
  const parts =
    whole?.requests !== undefined || whole?.limits !== undefined
      ? [whole]
      : [...spec.containers, ...(spec.initContainers ?? [])].map((container) => container.resources ?? {});
  const requests: Record<string, string> = newMap();
  const limits: Record<string, string> = newMap();
  let limited = true;
  for (const part of parts) {
    addTo(requests, qosResources(part.requests));
    const limit = qosResources(part.limits);
    addTo(limits, limit);
    if (limit["cpu"] === undefined || limit["memory"] === undefined) limited = false;
  }
  if (Object.keys(requests).length === 0 && Object.keys(limits).length === 0) return "BestEffort";
  const equal = Object.entries(requests).every(([name, text]) => {
    const limit = limits[name];
    return limit !== undefined && parseQuantity(limit).compare(parseQuantity(text)) === 0;
  });
  const complete = Object.keys(requests).length === Object.keys(limits).length;
  return limited && equal && complete ? "Guaranteed" : "Burstable";
}

function qosResources(quantities: Quantities | undefined): Record<string, string> {
  const out: Record<string, string> = newMap();
  for (const name of ["cpu", "memory"]) {
    const text = quantities?.[name];
    if (text !== undefined && parseQuantity(text).sign > 0) out[name] = text;
  }
  return out;
}
