import type { Pod } from "@skates/api/core/v1";
import type { PodDeps } from "./pod-deps.ts";
import type { RuntimeAbilities } from "./refuse-pod.ts";

/** What the runtime says of itself now; it may have been replaced by another version a moment ago. */
export async function runtimeAbilities({ runtime }: PodDeps, signal: AbortSignal): Promise<RuntimeAbilities> {
  const [version, { features }] = await Promise.all([runtime.version(signal), runtime.health(signal)]);
  return { version, features };
}

/** The runtime's handler of a pod's RuntimeClass; empty for the default one. */
export async function podRuntimeHandler(deps: PodDeps, { spec }: Pod, signal: AbortSignal): Promise<string> {
  const { runtimeClassName = "" } = spec;
  return runtimeClassName === "" ? "" : await deps.runtimeHandler(runtimeClassName, signal);
}
