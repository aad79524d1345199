import { equalValues } from "@skates/apimachinery";
import { type HostPort, hostPortsOf, type Pod } from "@skates/api/core/v1";
import { type PodTerms, podTermsOf } from "./pod-terms.ts";
import { requestsOf, type Resources, scoredRequestsOf } from "./resources.ts";

/** A pod with what scheduling needs of it, computed once. Immutable. */
export interface PodInfo {
  readonly pod: Pod;
  /** `namespace/name`. */
  readonly key: string;
  readonly uid: string;
  readonly namespace: string;
  readonly priority: number;
  readonly requests: Resources;
  /** What it counts for in scores. */
  readonly scored: Resources;
  readonly ports: readonly HostPort[];
  /** What it says about other pods. */
  readonly terms: PodTerms | undefined;
}

/** The scheduling view of a pod. */
export function podInfoOf(pod: Pod): PodInfo {
  const { metadata, spec } = pod;
  const requests = requestsOf(spec);
  return {
    pod,
    key: `${metadata.namespace ?? ""}/${metadata.name}`,
    uid: metadata.uid ?? "",
    namespace: metadata.namespace ?? "",
    priority: spec.priority ?? 0,
    requests,
    scored: scoredRequestsOf(spec, requests),
    ports: hostPortsOf(spec),
    terms: podTermsOf(pod),
  };
}

/** A newer copy of a pod; what was computed is kept where nothing changed that scheduling counts. */
export function updatedPodInfo(previous: PodInfo, pod: Pod): PodInfo {
  return sameSpec(previous.pod, pod) ? { ...previous, pod } : podInfoOf(pod);
}

/** True if both copies of a pod count alike for the node that they are on. */
export function countsAlike(a: PodInfo, b: PodInfo): boolean {
  return (
    a.requests === b.requests &&
    (a.pod.metadata.deletionTimestamp === undefined) === (b.pod.metadata.deletionTimestamp === undefined) &&
    equalValues(a.pod.metadata.labels, b.pod.metadata.labels)
  );
}

/** The generation tells where there is one. */
function sameSpec(old: Pod, next: Pod): boolean {
  const { generation } = old.metadata;
  if (old.spec === next.spec) return true;
  return generation !== undefined ? generation === next.metadata.generation : equalValues(old.spec, next.spec);
}
