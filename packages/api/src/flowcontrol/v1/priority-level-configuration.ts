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
} from "@skates/apimachinery";
import { priorityLevelColumns } from "./flowcontrol-tables.ts";

export const PriorityLevelConfiguration = struct("flowcontrol.apiserver.k8s.io/v1.PriorityLevelConfiguration", {
  ...typeMeta,
  metadata: req(
    1,
    ref<ObjectMeta>(() => ObjectMeta),
    "",
  ),
  spec: req(
    2,
    ref<PriorityLevelConfigurationSpec>(() => PriorityLevelConfigurationSpec),
    "",
  ),
  status: opt(
    3,
    ref<PriorityLevelConfigurationStatus>(() => PriorityLevelConfigurationStatus),
    "",
    { emitEmpty: true },
  ),
});
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
      "",
      { patch: "merge", patchKey: "type" },
    ),
  },
);
export interface PriorityLevelConfigurationStatus extends Infer<typeof PriorityLevelConfigurationStatus> {}

export const PriorityLevelConfigurationCondition = struct(
  "flowcontrol.apiserver.k8s.io/v1.PriorityLevelConfigurationCondition",
  {
    type: opt(1, string, ""),
    status: opt(2, string, "", { known: ["True", "False", "Unknown"] }),
    lastTransitionTime: opt(3, time, "", { emitEmpty: true }),
    reason: opt(4, string, ""),
    message: opt(5, string, ""),
  },
);
export interface PriorityLevelConfigurationCondition extends Infer<typeof PriorityLevelConfigurationCondition> {}

export const PriorityLevelConfigurationSpec = struct("flowcontrol.apiserver.k8s.io/v1.PriorityLevelConfigurationSpec", {
  type: req(1, string, "", { known: ["Exempt", "Limited"] }),
  limited: opt(
    2,
    ref<LimitedPriorityLevelConfiguration>(() => LimitedPriorityLevelConfiguration),
    "",
  ),
  exempt: opt(
    3,
    ref<ExemptPriorityLevelConfiguration>(() => ExemptPriorityLevelConfiguration),
    "",
  ),
});
export interface PriorityLevelConfigurationSpec extends Infer<typeof PriorityLevelConfigurationSpec> {}

export const ExemptPriorityLevelConfiguration = struct(
  "flowcontrol.apiserver.k8s.io/v1.ExemptPriorityLevelConfiguration",
  {
    nominalConcurrencyShares: opt(1, int32, "", { keepZero: true, default: 0 }),
    lendablePercent: opt(2, int32, "", { keepZero: true, default: 0 }),
  },
);
export interface ExemptPriorityLevelConfiguration extends Infer<typeof ExemptPriorityLevelConfiguration> {}

export const LimitedPriorityLevelConfiguration = struct(
  "flowcontrol.apiserver.k8s.io/v1.LimitedPriorityLevelConfiguration",
  {
    nominalConcurrencyShares: opt(1, int32, "", { keepZero: true, emitEmpty: true, default: 30 }),
    limitResponse: opt(
      2,
      ref<LimitResponse>(() => LimitResponse),
      "",
      { emitEmpty: true },
    ),
    lendablePercent: opt(3, int32, "", { keepZero: true, default: 0 }),
    borrowingLimitPercent: opt(4, int32, "", { keepZero: true }),
  },
);
export interface LimitedPriorityLevelConfiguration extends Infer<typeof LimitedPriorityLevelConfiguration> {}

export const LimitResponse = struct("flowcontrol.apiserver.k8s.io/v1.LimitResponse", {
  type: req(1, string, "", { known: ["Queue", "Reject"] }),
  queuing: opt(
    2,
    ref<QueuingConfiguration>(() => QueuingConfiguration),
    "",
  ),
});
export interface LimitResponse extends Infer<typeof LimitResponse> {}

export const QueuingConfiguration = struct("flowcontrol.apiserver.k8s.io/v1.QueuingConfiguration", {
  queues: opt(1, int32, "", { emitEmpty: true, default: 64 }),
  handSize: opt(2, int32, "", { emitEmpty: true, default: 8 }),
  queueLengthLimit: opt(3, int32, "", { emitEmpty: true, default: 50 }),
});
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
  columns: priorityLevelColumns,
});
