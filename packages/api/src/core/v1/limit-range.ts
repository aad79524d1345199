import {
  type Infer,
  list,
  map,
  opt,
  quantity,
  ref,
  req,
  string,
  struct,
  typeMeta,
  ObjectMeta,
  resource,
  type AnyStructOptions,
} from "@skates/apimachinery";
import { limitRangeItemDefaults } from "./limit-range-defaults.ts";
import { limitRangeItemRules } from "./quota-rules.ts";

export const LimitRange = struct(
  "core/v1.LimitRange",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    spec: req(
      2,
      ref<LimitRangeSpec>(() => LimitRangeSpec),
      "What is wanted.",
    ),
  },
  { doc: "Bounds and defaults for the resources of pods in a namespace." },
);
export interface LimitRange extends Infer<typeof LimitRange> {}

export const LimitRangeSpec = struct(
  "core/v1.LimitRangeSpec",
  {
    limits: req(1, list(ref<LimitRangeItem>(() => LimitRangeItem)), "The bounds.", { mayBeEmpty: true }),
  },
  { doc: "Bounds for several kinds of things." },
);
export interface LimitRangeSpec extends Infer<typeof LimitRangeSpec> {}

export const LimitRangeItem = struct(
  "core/v1.LimitRangeItem",
  {
    type: req(1, string, "Pod, Container or PersistentVolumeClaim.", {
      known: ["Pod", "Container", "PersistentVolumeClaim"],
    }),
    max: opt(2, map(quantity), "The most of each resource."),
    min: opt(3, map(quantity), "The least of each resource."),
    default: opt(4, map(quantity), "Limits given to containers that have none."),
    defaultRequest: opt(5, map(quantity), "Requests given to containers that have none."),
    maxLimitRequestRatio: opt(6, map(quantity), "How many times the request a limit may be."),
  },
  (): AnyStructOptions => ({
    defaults: limitRangeItemDefaults,
    doc: "Bounds for things of one kind.",
    rules: [limitRangeItemRules],
  }),
);
export interface LimitRangeItem extends Infer<typeof LimitRangeItem> {}

export const limitRanges = resource<LimitRange>({
  group: "",
  version: "v1",
  kind: "LimitRange",
  plural: "limitranges",
  shortNames: ["limits"],
  schema: LimitRange,
  storageVersionHash: "EBKMFVe6cwo=",
  createOnUpdate: true,
});
