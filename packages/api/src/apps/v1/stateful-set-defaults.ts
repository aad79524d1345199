import { equalValues } from "@skates/apimachinery";
import type { StatefulSetSpec, StatefulSetUpdateStrategy } from "./stateful-set.ts";

/** Pods are replaced from the last to the first, and claims stay, unless told otherwise. */
export function statefulSetSpecDefaults(spec: StatefulSetSpec): StatefulSetSpec {
  const updateStrategy = updateStrategyDefaults(spec.updateStrategy ?? {});
  const { whenDeleted = "Retain", whenScaled = "Retain" } = spec.persistentVolumeClaimRetentionPolicy ?? {};
  const next = { ...spec, updateStrategy, persistentVolumeClaimRetentionPolicy: { whenDeleted, whenScaled } };
  return equalValues(next, spec) ? spec : next;
}

function updateStrategyDefaults(strategy: StatefulSetUpdateStrategy): StatefulSetUpdateStrategy {
  const typed =
    strategy.type === undefined ? { type: "RollingUpdate" as const, rollingUpdate: {}, ...strategy } : strategy;
  if (typed.type !== "RollingUpdate" || typed.rollingUpdate === undefined) return typed;
  return { ...typed, rollingUpdate: { ...typed.rollingUpdate, partition: typed.rollingUpdate.partition ?? 0 } };
}
