import {
  type Infer,
  list,
  opt,
  ref,
  req,
  struct,
  typeMeta,
  LabelSelector,
  ObjectMeta,
  resource,
} from "@skates/apimachinery";
import { PolicyRule } from "./policy-rule.ts";
import { clusterRoleErrors } from "./rbac-rules.ts";

export const ClusterRole = struct(
  "rbac.authorization.k8s.io/v1.ClusterRole",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    rules: opt(2, list(ref<PolicyRule>(() => PolicyRule)), "The rights.", { emitEmpty: true }),
    aggregationRule: opt(
      3,
      ref<AggregationRule>(() => AggregationRule),
      "Other cluster roles whose rights it collects.",
    ),
  },
  { doc: "Rights, in any namespace or outside of them." },
);
export interface ClusterRole extends Infer<typeof ClusterRole> {}

export const AggregationRule = struct(
  "rbac.authorization.k8s.io/v1.AggregationRule",
  {
    clusterRoleSelectors: opt(
      1,
      list(ref<LabelSelector>(() => LabelSelector)),
      "Their labels; any selector may match.",
    ),
  },
  { doc: "Cluster roles whose rights are collected." },
);
export interface AggregationRule extends Infer<typeof AggregationRule> {}

export const clusterRoles = resource<ClusterRole>({
  group: "rbac.authorization.k8s.io",
  version: "v1",
  kind: "ClusterRole",
  plural: "clusterroles",
  namespaced: false,
  schema: ClusterRole,
  storage: "clusterroles",
  storageVersionHash: "bYE5ZWDrJ44=",
  formerVersions: ["v1beta1"],
  nameFormat: "pathSegmentName",
  createOnUpdate: true,
  strategy: { validate: clusterRoleErrors },
});
