import {
  type Infer,
  bool,
  int32,
  oneOf,
  opt,
  ref,
  req,
  string,
  struct,
  typeMeta,
  ObjectMeta,
  resource,
} from "@skates/apimachinery";
import { priorityClassColumns, priorityClassStrategy } from "./priority-class-strategy.ts";

export const PriorityClass = struct("scheduling.k8s.io/v1.PriorityClass", {
  ...typeMeta,
  metadata: req(
    1,
    ref<ObjectMeta>(() => ObjectMeta),
    "",
  ),
  value: opt(2, int32, "", { emitEmpty: true }),
  globalDefault: opt(3, bool, ""),
  description: opt(4, string, ""),
  preemptionPolicy: opt(5, oneOf("Never", "PreemptLowerPriority"), "", {
    keepZero: true,
    default: "PreemptLowerPriority",
  }),
});
export interface PriorityClass extends Infer<typeof PriorityClass> {}

export const priorityClasses = resource<PriorityClass>({
  group: "scheduling.k8s.io",
  version: "v1",
  kind: "PriorityClass",
  plural: "priorityclasses",
  shortNames: ["pc"],
  namespaced: false,
  schema: PriorityClass,
  storage: "priorityclasses",
  storageVersionHash: "1QwjyaZjj3Y=",
  columns: priorityClassColumns,
  strategy: priorityClassStrategy,
});
