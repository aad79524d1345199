import {
  type Infer,
  list,
  opt,
  ref,
  string,
  struct,
  FieldSelectorRequirement,
  LabelSelectorRequirement,
} from "@skates/apimachinery";

export const ResourceAttributes = struct("authorization.k8s.io/v1.ResourceAttributes", {
  namespace: opt(1, string, ""),
  verb: opt(2, string, ""),
  group: opt(3, string, ""),
  version: opt(4, string, ""),
  resource: opt(5, string, ""),
  subresource: opt(6, string, ""),
  name: opt(7, string, ""),
  fieldSelector: opt(
    8,
    ref<FieldSelectorAttributes>(() => FieldSelectorAttributes),
    "",
  ),
  labelSelector: opt(
    9,
    ref<LabelSelectorAttributes>(() => LabelSelectorAttributes),
    "",
  ),
});
export interface ResourceAttributes extends Infer<typeof ResourceAttributes> {}

export const LabelSelectorAttributes = struct("authorization.k8s.io/v1.LabelSelectorAttributes", {
  rawSelector: opt(1, string, ""),
  requirements: opt(2, list(ref<LabelSelectorRequirement>(() => LabelSelectorRequirement)), ""),
});
export interface LabelSelectorAttributes extends Infer<typeof LabelSelectorAttributes> {}

export const FieldSelectorAttributes = struct("authorization.k8s.io/v1.FieldSelectorAttributes", {
  rawSelector: opt(1, string, ""),
  requirements: opt(2, list(ref<FieldSelectorRequirement>(() => FieldSelectorRequirement)), ""),
});
export interface FieldSelectorAttributes extends Infer<typeof FieldSelectorAttributes> {}
