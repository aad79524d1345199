/** Types of policy/v1. */
export { Eviction } from "./eviction.ts";
export {
  PodDisruptionBudget,
  PodDisruptionBudgetSpec,
  PodDisruptionBudgetStatus,
  podDisruptionBudgets,
} from "./pod-disruption-budget.ts";
