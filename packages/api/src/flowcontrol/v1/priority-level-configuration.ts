import {
  type Infer,
  int32,
  list,
  opt,
  ref,
  req,
  string,
  struct,
  time,
  typeMeta,
  ObjectMeta,
  resource,
  type AnyStructOptions,
} from "@skates/apimachinery";
import { priorityLevelColumns } from "./flowcontrol-tables.ts";
import { priorityLevelSpecRules } from "./flowcontrol-rules.ts";

export const PriorityLevelConfiguration = struct(
  "flowcontrol.apiserver.k8s.io/v1.PriorityLevelConfiguration",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    spec: req(
      2,
      ref<PriorityLevelConfigurationSpec>(() => PriorityLevelConfigurationSpec),
      "What is wanted.",
    ),
    status: opt(
      3,
      ref<PriorityLevelConfigurationStatus>(() => PriorityLevelConfigurationStatus),
      "What was last seen of it, written by the system.",
      { emitEmpty: true },
    ),
  },
  { doc: "A level of priority, with its share of the server." },
);
export interface PriorityLevelConfiguration extends Infer<typeof PriorityLevelConfiguration> {}

export const PriorityLevelConfigurationStatus = struct(
  "flowcontrol.apiserver.k8s.io/v1.PriorityLevelConfigurationStatus",
  {
    conditions: opt(
      1,
      list(
        ref<PriorityLevelConfigurationCondition>(() => PriorityLevelConfigurationCondition),
        { keys: ["type"] },
      ),
      "Findings on the current state, one per type.",
      { patch: "merge", patchKey: "type" },
    ),
  },
  { doc: "State of a level of priority." },
);
export interface PriorityLevelConfigurationStatus extends Infer<typeof PriorityLevelConfigurationStatus> {}

export const PriorityLevelConfigurationCondition = struct(
  "flowcontrol.apiserver.k8s.io/v1.PriorityLevelConfigurationCondition",
  {
    type: opt(1, string, "What it is about."),
    status: opt(2, string, "True, False or Unknown.", { known: ["True", "False", "Unknown"] }),
    lastTransitionTime: opt(3, time, "When the status last changed.", { emitEmpty: true }),
    reason: opt(4, string, "One word in CamelCase on why, for programs."),
    message: opt(5, string, "A sentence on why, for people."),
  },
  { doc: "A finding on a level of priority." },
);
export interface PriorityLevelConfigurationCondition extends Infer<typeof PriorityLevelConfigurationCondition> {}

export const PriorityLevelConfigurationSpec = struct(
  "flowcontrol.apiserver.k8s.io/v1.PriorityLevelConfigurationSpec",
  {
    type: req(1, string, "Exempt or Limited.", { known: ["Exempt", "Limited"] }),
    limited: opt(
      2,
      ref<LimitedPriorityLevelConfiguration>(() => LimitedPriorityLevelConfiguration),
      "Bounds of a limited level.",
    ),
    exempt: opt(
      3,
      ref<ExemptPriorityLevelConfiguration>(() => ExemptPriorityLevelConfiguration),
      "Share of an exempt level.",
    ),
  },
  (): AnyStructOptions => ({ doc: "What a level gets.", rules: [priorityLevelSpecRules] }),
);
export interface PriorityLevelConfigurationSpec extends Infer<typeof PriorityLevelConfigurationSpec> {}

export const ExemptPriorityLevelConfiguration = struct(
  "flowcontrol.apiserver.k8s.io/v1.ExemptPriorityLevelConfiguration",
  {
    nominalConcurrencyShares: opt(1, int32, "Its share, which others can borrow.", { keepZero: true, default: 0 }),
    lendablePercent: opt(2, int32, "How much of it others can borrow.", { keepZero: true, default: 0 }),
  },
  { doc: "Share of a level whose requests never wait." },
);
export interface ExemptPriorityLevelConfiguration extends Infer<typeof ExemptPriorityLevelConfiguration> {}

export const LimitedPriorityLevelConfiguration = struct(
  "flowcontrol.apiserver.k8s.io/v1.LimitedPriorityLevelConfiguration",
  {
    nominalConcurrencyShares: opt(1, int32, "Its share of the server.", {
      keepZero: true,
      emitEmpty: true,
      default: 30,
    }),
    limitResponse: opt(
      2,
      ref<LimitResponse>(() => LimitResponse),
      "What becomes of requests beyond it.",
      { emitEmpty: true },
    ),
    lendablePercent: opt(3, int32, "How much of it others can borrow.", { keepZero: true, default: 0 }),
    borrowingLimitPercent: opt(4, int32, "How much it can borrow from others.", { keepZero: true }),
  },
  { doc: "Bounds of a level whose requests may wait." },
);
export interface LimitedPriorityLevelConfiguration extends Infer<typeof LimitedPriorityLevelConfiguration> {}

export const LimitResponse = struct(
  "flowcontrol.apiserver.k8s.io/v1.LimitResponse",
  {
    type: req(1, string, "Queue or Reject.", { known: ["Queue", "Reject"] }),
    queuing: opt(
      2,
      ref<QueuingConfiguration>(() => QueuingConfiguration),
      "How they wait.",
    ),
  },
  { doc: "What becomes of requests beyond the share." },
);
export interface LimitResponse extends Infer<typeof LimitResponse> {}

export const QueuingConfiguration = struct(
  "flowcontrol.apiserver.k8s.io/v1.QueuingConfiguration",
  {
    queues: opt(1, int32, "Number of queues.", { emitEmpty: true, default: 64 }),
    handSize: opt(2, int32, "Number of queues that a flow can land in.", { emitEmpty: true, default: 8 }),
    queueLengthLimit: opt(3, int32, "How many requests a queue holds.", { emitEmpty: true, default: 50 }),
  },
  { doc: "How requests wait." },
);
export interface QueuingConfiguration extends Infer<typeof QueuingConfiguration> {}

export const priorityLevelConfigurations = resource<PriorityLevelConfiguration>({
  group: "flowcontrol.apiserver.k8s.io",
  version: "v1",
  kind: "PriorityLevelConfiguration",
  plural: "prioritylevelconfigurations",
  namespaced: false,
  schema: PriorityLevelConfiguration,
  storage: "prioritylevelconfigurations",
  storageVersionHash: "Kir5PVfvNeI=",
  formerVersions: ["v1beta3"],
  columns: priorityLevelColumns,
});
