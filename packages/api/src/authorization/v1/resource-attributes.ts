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

export const ResourceAttributes = struct(
  "authorization.k8s.io/v1.ResourceAttributes",
  {
    namespace: opt(1, string, "Namespace; empty for all or for none."),
    verb: opt(2, string, "Such as get or create; * for all."),
    group: opt(3, string, "API group; * for all."),
    version: opt(4, string, "API version; * for all."),
    resource: opt(5, string, "Plural of the kind; * for all."),
    subresource: opt(6, string, "Subresource, if one is meant."),
    name: opt(7, string, "Name of the object; empty for all."),
    fieldSelector: opt(
      8,
      ref<FieldSelectorAttributes>(() => FieldSelectorAttributes),
      "Field selector of the request.",
    ),
    labelSelector: opt(
      9,
      ref<LabelSelectorAttributes>(() => LabelSelectorAttributes),
      "Label selector of the request.",
    ),
  },
  { doc: "A request for an object." },
);
export interface ResourceAttributes extends Infer<typeof ResourceAttributes> {}

export const LabelSelectorAttributes = struct(
  "authorization.k8s.io/v1.LabelSelectorAttributes",
  {
    rawSelector: opt(1, string, "The selector as text."),
    requirements: opt(
      2,
      list(ref<LabelSelectorRequirement>(() => LabelSelectorRequirement)),
      "The selector as requirements.",
    ),
  },
  { doc: "Label selector of a request." },
);
export interface LabelSelectorAttributes extends Infer<typeof LabelSelectorAttributes> {}

export const FieldSelectorAttributes = struct(
  "authorization.k8s.io/v1.FieldSelectorAttributes",
  {
    rawSelector: opt(1, string, "The selector as text."),
    requirements: opt(
      2,
      list(ref<FieldSelectorRequirement>(() => FieldSelectorRequirement)),
      "The selector as requirements.",
    ),
  },
  { doc: "Field selector of a request." },
);
export interface FieldSelectorAttributes extends Infer<typeof FieldSelectorAttributes> {}
