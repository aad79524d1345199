import { mapOf } from "@skates/apimachinery";
import { containersTotal, isPodLevelResource, type Quantities } from "./pod-resources.ts";
import type { PodSpec } from "./pod-spec.ts";

/** Completes `spec.resources`, where it is given, from what the containers ask for. Runs after the containers' own defaults. */
export function podLevelDefaults(spec: PodSpec): PodSpec {
  if (spec.resources === undefined) return spec;
  const limits = withHugePages(spec, spec.resources.limits);
  const resources = { ...spec.resources, ...(limits === undefined ? {} : { limits }) };
  const requests = limits === undefined ? resources.requests : withRequests(spec, limits, resources.requests);
  if (limits === spec.resources.limits && requests === spec.resources.requests) return spec;
  return { ...spec, resources: { ...resources, ...(requests === undefined ? {} : { requests }) } };
}

/** Limits of huge pages are the containers' sum where the pod says nothing of them. */
function withHugePages(spec: PodSpec, limits: Quantities | undefined): Quantities | undefined {
  if (limits === undefined && spec.resources?.requests === undefined) return limits;
  const sums = containersTotal(spec, "limits");
  const missing = Object.keys(sums).filter(
    (name) =>
      name.startsWith("hugepages-") && limits?.[name] === undefined && spec.resources?.requests?.[name] === undefined,
  );
  if (missing.length === 0) return limits;
  const out: Record<string, string> = mapOf(limits ?? {});
  for (const name of missing) out[name] = sums[name] ?? "0";
  return out;
}

/** Requests are the containers' sum for cpu and memory where they ask for some, else the pod's limit. */
function withRequests(spec: PodSpec, limits: Quantities, requests: Quantities | undefined): Quantities | undefined {
  const sums = containersTotal(spec, "requests");
  const out: Record<string, string> = mapOf(requests ?? {});
  for (const [name, sum] of Object.entries(sums)) {
    if (name !== "cpu" && name !== "memory") continue;
    if (out[name] === undefined) out[name] = sum;
  }
  for (const [name, limit] of Object.entries(limits)) {
    if (isPodLevelResource(name) && out[name] === undefined) out[name] = limit;
  }
  return Object.keys(out).length === Object.keys(requests ?? {}).length ? requests : out;
}
