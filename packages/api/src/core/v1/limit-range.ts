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

export const LimitRange = struct("core/v1.LimitRange", {
  ...typeMeta,
  metadata: req(
    1,
    ref<ObjectMeta>(() => ObjectMeta),
    "",
  ),
  spec: req(
    2,
    ref<LimitRangeSpec>(() => LimitRangeSpec),
    "",
  ),
});
export interface LimitRange extends Infer<typeof LimitRange> {}

export const LimitRangeSpec = struct("core/v1.LimitRangeSpec", {
  limits: req(1, list(ref<LimitRangeItem>(() => LimitRangeItem)), "", { mayBeEmpty: true }),
});
export interface LimitRangeSpec extends Infer<typeof LimitRangeSpec> {}

export const LimitRangeItem = struct(
  "core/v1.LimitRangeItem",
  {
    type: req(1, string, "", { known: ["Pod", "Container", "PersistentVolumeClaim"] }),
    max: opt(2, map(quantity), ""),
    min: opt(3, map(quantity), ""),
    default: opt(4, map(quantity), ""),
    defaultRequest: opt(5, map(quantity), ""),
    maxLimitRequestRatio: opt(6, map(quantity), ""),
  },
  (): AnyStructOptions => ({ defaults: limitRangeItemDefaults }),
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
