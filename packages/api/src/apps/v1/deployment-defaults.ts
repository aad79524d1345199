import { equalValues } from "@skates/apimachinery";
import type { DeploymentSpec, DeploymentStrategy } from "./deployment.ts";

/** Pods are replaced a quarter at a time, unless told otherwise. */
export function deploymentSpecDefaults(spec: DeploymentSpec): DeploymentSpec {
  const strategy = deploymentStrategyDefaults(spec.strategy ?? {});
  return equalValues(strategy, spec.strategy) ? spec : { ...spec, strategy };
}

function deploymentStrategyDefaults(strategy: DeploymentStrategy): DeploymentStrategy {
  const type = strategy.type ?? "RollingUpdate";
  if (type !== "RollingUpdate") return strategy;
  const { maxUnavailable = "25%", maxSurge = "25%" } = strategy.rollingUpdate ?? {};
  return { ...strategy, type, rollingUpdate: { maxUnavailable, maxSurge } };
}
