import {
  type Infer,
  int32,
  int64,
  intOrString,
  list,
  map,
  oneOf,
  opt,
  ref,
  req,
  struct,
  time,
  typeMeta,
  Condition,
  LabelSelector,
  ObjectMeta,
  resource,
} from "@skates/apimachinery";
import { podDisruptionBudgetColumns } from "./pod-disruption-budget-table.ts";

export const PodDisruptionBudget = struct("policy/v1.PodDisruptionBudget", {
  ...typeMeta,
  metadata: req(
    1,
    ref<ObjectMeta>(() => ObjectMeta),
    "",
  ),
  spec: req(
    2,
    ref<PodDisruptionBudgetSpec>(() => PodDisruptionBudgetSpec),
    "",
  ),
  status: opt(
    3,
    ref<PodDisruptionBudgetStatus>(() => PodDisruptionBudgetStatus),
    "",
    { emitEmpty: true },
  ),
});
export interface PodDisruptionBudget extends Infer<typeof PodDisruptionBudget> {}

export const PodDisruptionBudgetStatus = struct("policy/v1.PodDisruptionBudgetStatus", {
  observedGeneration: opt(1, int64, ""),
  disruptedPods: opt(2, map(time), ""),
  disruptionsAllowed: opt(3, int32, "", { emitEmpty: true }),
  currentHealthy: opt(4, int32, "", { emitEmpty: true }),
  desiredHealthy: opt(5, int32, "", { emitEmpty: true }),
  expectedPods: opt(6, int32, "", { emitEmpty: true }),
  conditions: opt(
    7,
    list(
      ref<Condition>(() => Condition),
      { keys: ["type"] },
    ),
    "",
    { patch: "merge", patchKey: "type" },
  ),
});
export interface PodDisruptionBudgetStatus extends Infer<typeof PodDisruptionBudgetStatus> {}

export const PodDisruptionBudgetSpec = struct("policy/v1.PodDisruptionBudgetSpec", {
  minAvailable: opt(1, intOrString, "", { keepZero: true }),
  selector: opt(
    2,
    ref<LabelSelector>(() => LabelSelector),
    "",
    { patch: "replace" },
  ),
  maxUnavailable: opt(3, intOrString, "", { keepZero: true }),
  unhealthyPodEvictionPolicy: opt(4, oneOf("AlwaysAllow", "IfHealthyBudget"), "", { keepZero: true }),
});
export interface PodDisruptionBudgetSpec extends Infer<typeof PodDisruptionBudgetSpec> {}

export const podDisruptionBudgets = resource<PodDisruptionBudget>({
  group: "policy",
  version: "v1",
  kind: "PodDisruptionBudget",
  plural: "poddisruptionbudgets",
  shortNames: ["pdb"],
  schema: PodDisruptionBudget,
  storage: "poddisruptionbudgets",
  storageVersionHash: "EVWiDmWqyJw=",
  unconditionalUpdate: false,
  columns: podDisruptionBudgetColumns,
});
