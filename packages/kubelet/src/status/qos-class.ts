import type { Pod, PodStatus } from "@skates/api/core/v1";

type QosClass = NonNullable<PodStatus["qosClass"]>;

/** Guaranteed: all containers have cpu and memory limits equal to their requests; BestEffort: none has any of them. */
export function qosClass(pod: Pod): QosClass {
  const all = [...(pod.spec.initContainers ?? []), ...pod.spec.containers];
  let any = false;
  let guaranteed = true;
  for (const { resources } of all) {
    for (const name of ["cpu", "memory"]) {
      const limit = resources?.limits?.[name];
      const request = resources?.requests?.[name];
      if (isSet(limit) || isSet(request)) any = true;
      if (!isSet(limit) || (request !== undefined && request !== limit)) guaranteed = false;
    }
  }
  if (!any) return "BestEffort";
  return guaranteed ? "Guaranteed" : "Burstable";
}

function isSet(quantity: string | undefined): boolean {
  return quantity !== undefined && !/^0[a-zA-Z]*$/.test(quantity);
}
