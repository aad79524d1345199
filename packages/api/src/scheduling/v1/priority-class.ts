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

export const PriorityClass = struct(
  "scheduling.k8s.io/v1.PriorityClass",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    value: opt(2, int32, "The priority; the higher, the more important.", { emitEmpty: true }),
    globalDefault: opt(3, bool, "Whether pods without a class get this one."),
    description: opt(4, string, "What the class is meant for."),
    preemptionPolicy: opt(
      5,
      oneOf("Never", "PreemptLowerPriority"),
      "Whether its pods may drive out pods of lower priority.",
      {
        keepZero: true,
        default: "PreemptLowerPriority",
      },
    ),
  },
  { doc: "A name for a priority of pods." },
);
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
  formerVersions: ["v1beta1"],
  columns: priorityClassColumns,
  strategy: priorityClassStrategy,
});
