import type { Pod } from "@skates/api/core/v1";
import { cpuQuota, cpuShares, milli, whole } from "../../spec/resources.ts";
import type { CgroupLimits } from "../host/cgroups.ts";

/** Limits of a pod as a whole: its weight by what its containers ask for, and ceilings only if every container
 * has one; what the pod asks for as a whole wins. */
export function podLimits(pod: Pod): CgroupLimits {
  const cpu = aggregate(pod, "cpu", milli);
  const memory = aggregate(pod, "memory", whole);
  return {
    cpuShares: cpuShares(cpu.requested),
    ...(cpu.limit === undefined ? {} : { cpuQuotaUs: cpuQuota(cpu.limit) }),
    ...(memory.limit === undefined ? {} : { memoryBytes: memory.limit }),
  };
}

interface Aggregate {
  readonly requested: number;
  /** Undefined: not every container has one. */
  readonly limit: number | undefined;
}

/** Regular containers and sidecars run together; plain init containers one after another before them. */
function aggregate(pod: Pod, resource: string, read: (quantity: string | undefined) => number): Aggregate {
  let requested = 0;
  let limit = 0;
  let unlimited = false;
  let initRequested = 0;
  let initLimit = 0;
  const { initContainers = [], containers, overhead } = pod.spec;
  for (const [init, list] of [[true, initContainers] as const, [false, containers] as const]) {
    for (const container of list) {
      const { requests, limits } = container.resources ?? {};
      const request = read(requests?.[resource] ?? limits?.[resource]);
      const most = read(limits?.[resource]);
      if (most === 0) unlimited = true;
      if (init && container.restartPolicy !== "Always") {
        // While it runs, the sidecars started before it run too.
        initRequested = Math.max(initRequested, requested + request);
        initLimit = Math.max(initLimit, limit + most);
        continue;
      }
      requested += request;
      limit += most;
    }
  }
  const extra = read(overhead?.[resource]);
  const { requests, limits } = pod.spec.resources ?? {};
  const wholeLimit = read(limits?.[resource]);
  const whole = requests?.[resource] ?? limits?.[resource];
  return {
    requested: (whole === undefined ? Math.max(requested, initRequested) : read(whole)) + extra,
    limit: wholeLimit > 0 ? wholeLimit + extra : unlimited ? undefined : Math.max(limit, initLimit) + extra,
  };
}
