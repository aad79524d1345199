import { equalValues, keyOf, type ObjectKey } from "@skates/apimachinery";
import { type Pod, services } from "@skates/api/core/v1";
import type { Listers } from "@skates/controller-runtime";
import { chooses } from "./chooses.ts";

/** Services whose endpoints a change of a pod concerns: those that choose it, and where its labels were others, those that did. */
export function servicesOfChange(pod: Pod, old: Pod | undefined, listers: Listers): readonly ObjectKey[] {
  if (old === undefined) return servicesOf(pod, listers);
  if (!shows(pod, old)) return [];
  const moved = !equalValues(pod.metadata.labels, old.metadata.labels);
  return moved ? [...servicesOf(pod, listers), ...servicesOf(old, listers)] : servicesOf(pod, listers);
}

/** Services that choose a pod by its labels. */
export function servicesOf(pod: Pod, listers: Listers): readonly ObjectKey[] {
  const out: ObjectKey[] = [];
  for (const service of listers.for(services).list(pod.metadata.namespace)) {
    const selector = service.spec?.selector;
    if (selector !== undefined && chooses(selector, pod.metadata.labels)) out.push(keyOf(service));
  }
  return out;
}

/** True if a change of a pod can show in endpoints. */
function shows(pod: Pod, old: Pod): boolean {
  const shown = ({ metadata, spec, status }: Pod): unknown => [
    metadata.labels,
    metadata.deletionTimestamp,
    spec.nodeName,
    status?.phase,
    status?.podIP,
    status?.podIPs,
    status?.conditions?.find((condition) => condition.type === "Ready")?.status,
  ];
  return !equalValues(shown(pod), shown(old));
}
