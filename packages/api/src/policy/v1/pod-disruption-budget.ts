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
  type AnyStructOptions,
} from "@skates/apimachinery";
import { podDisruptionBudgetColumns } from "./pod-disruption-budget-table.ts";
import { podDisruptionBudgetSpecRules } from "./pod-disruption-budget-rules.ts";

export const PodDisruptionBudget = struct(
  "policy/v1.PodDisruptionBudget",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    spec: req(
      2,
      ref<PodDisruptionBudgetSpec>(() => PodDisruptionBudgetSpec),
      "What is wanted.",
    ),
    status: opt(
      3,
      ref<PodDisruptionBudgetStatus>(() => PodDisruptionBudgetStatus),
      "What was last seen of it, written by the system.",
      { emitEmpty: true },
    ),
  },
  { doc: "How many of a set of pods may be taken away at once." },
);
export interface PodDisruptionBudget extends Infer<typeof PodDisruptionBudget> {}

export const PodDisruptionBudgetStatus = struct(
  "policy/v1.PodDisruptionBudgetStatus",
  {
    observedGeneration: opt(1, int64, "Generation of the object that this was seen with."),
    disruptedPods: opt(2, map(time), "Pods that are being evicted, and since when."),
    disruptionsAllowed: opt(3, int32, "How many more may go now.", { emitEmpty: true }),
    currentHealthy: opt(4, int32, "Pods that are healthy.", { emitEmpty: true }),
    desiredHealthy: opt(5, int32, "Pods that must be healthy.", { emitEmpty: true }),
    expectedPods: opt(6, int32, "Pods that there should be.", { emitEmpty: true }),
    conditions: opt(
      7,
      list(
        ref<Condition>(() => Condition),
        { keys: ["type"] },
      ),
      "Findings on the current state, one per type.",
      { patch: "merge", patchKey: "type" },
    ),
  },
  { doc: "State of a budget." },
);
export interface PodDisruptionBudgetStatus extends Infer<typeof PodDisruptionBudgetStatus> {}

export const PodDisruptionBudgetSpec = struct(
  "policy/v1.PodDisruptionBudgetSpec",
  {
    minAvailable: opt(1, intOrString, "How many must stay, as number or percentage.", { keepZero: true }),
    selector: opt(
      2,
      ref<LabelSelector>(() => LabelSelector),
      "Which pods.",
      { patch: "replace" },
    ),
    maxUnavailable: opt(3, intOrString, "How many may be away, as number or percentage.", { keepZero: true }),
    unhealthyPodEvictionPolicy: opt(
      4,
      oneOf("AlwaysAllow", "IfHealthyBudget"),
      "Whether pods that are not ready may always go.",
      { keepZero: true },
    ),
  },
  (): AnyStructOptions => ({ doc: "Which pods, and how many must stay.", rules: [podDisruptionBudgetSpecRules] }),
);
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
  formerVersions: ["v1beta1"],
  unconditionalUpdate: false,
  columns: podDisruptionBudgetColumns,
});
