import { equalValues } from "@skates/apimachinery";
import type { DaemonSetSpec, DaemonSetUpdateStrategy } from "./daemon-set.ts";

/** Pods are replaced one by one, unless told otherwise. */
export function daemonSetSpecDefaults(spec: DaemonSetSpec): DaemonSetSpec {
  const updateStrategy = updateStrategyDefaults(spec.updateStrategy ?? {});
  return equalValues(updateStrategy, spec.updateStrategy) ? spec : { ...spec, updateStrategy };
}

function updateStrategyDefaults(strategy: DaemonSetUpdateStrategy): DaemonSetUpdateStrategy {
  const type = strategy.type ?? "RollingUpdate";
  if (type !== "RollingUpdate") return strategy;
  const { maxUnavailable = 1, maxSurge = 0 } = strategy.rollingUpdate ?? {};
  return { ...strategy, type, rollingUpdate: { maxUnavailable, maxSurge } };
}
