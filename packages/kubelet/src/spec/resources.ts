import { parseQuantity } from "@skates/apimachinery";
import { type Pod, podQosClass } from "@skates/api/core/v1";
import type { AnyContainer } from "../pod/containers.ts";
import type { ContainerResources } from "../runtime.ts";

const CPU_PERIOD_US = 100_000;
const MIN_QUOTA_US = 1000;
const MIN_SHARES = 2;
const MAX_SHARES = 262_144;

/** Limits of a container in the terms of cgroups. */
export function containerResources(pod: Pod, container: AnyContainer, memoryCapacityBytes: number): ContainerResources {
  const { requests, limits } = container.resources ?? {};
  const cpuLimit = milli(limits?.["cpu"]);
  const cpuRequest = requests?.["cpu"] === undefined ? cpuLimit : milli(requests["cpu"]);
  return {
    cpuPeriodUs: CPU_PERIOD_US,
    cpuQuotaUs: cpuQuota(cpuLimit),
    cpuShares: cpuShares(cpuRequest),
    memoryLimitBytes: whole(limits?.["memory"]),
    oomScoreAdj: oomScoreAdj(pod, container, memoryCapacityBytes),
  };
}

/** Microseconds of cpu a period; 0: no limit. */
export function cpuQuota(milliCpu: number): number {
  return milliCpu === 0 ? 0 : Math.max(MIN_QUOTA_US, Math.floor((milliCpu * CPU_PERIOD_US) / 1000));
}

/** Relative weight, 1024 for one cpu. */
export function cpuShares(milliCpu: number): number {
  if (milliCpu === 0) return MIN_SHARES;
  return Math.min(MAX_SHARES, Math.max(MIN_SHARES, Math.floor((milliCpu * 1024) / 1000)));
}

/** Who is killed first when memory runs out: best effort, then those that asked for little. */
function oomScoreAdj(pod: Pod, container: AnyContainer, memoryCapacityBytes: number): number {
  const critical = pod.spec.priorityClassName === "system-node-critical";
  const qos = podQosClass(pod);
  if (critical || qos === "Guaranteed") return -997;
  if (qos === "BestEffort") return 1000;
  const request = whole(container.resources?.requests?.["memory"]);
  const adj = 1000 - Math.floor((1000 * request) / Math.max(1, memoryCapacityBytes));
  return Math.min(999, Math.max(3, adj));
}

/** Thousandths of a cpu; 0 for nothing. */
export function milli(quantity: string | undefined): number {
  return quantity === undefined ? 0 : parseQuantity(quantity).milliValue();
}

/** A whole number; 0 for nothing. */
export function whole(quantity: string | undefined): number {
  return quantity === undefined ? 0 : parseQuantity(quantity).value();
}
