import { CONTAINER_NAME, podUidOf } from "../pod/labels.ts";
import type { ContainerUsage, Runtime } from "../runtime.ts";

/** A figure of each container that the runtime tells of: by the uid of its pod, and by its name. */
export async function usageByPod(
  runtime: Runtime,
  figure: (usage: ContainerUsage) => number,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, ReadonlyMap<string, number>>> {
  const out = new Map<string, Map<string, number>>();
  for (const usage of await runtime.containerStats(signal)) {
    const uid = podUidOf(usage) ?? "";
    const own = out.get(uid) ?? new Map<string, number>();
    out.set(uid, own.set(usage.labels[CONTAINER_NAME] ?? "", figure(usage)));
  }
  return out;
}
