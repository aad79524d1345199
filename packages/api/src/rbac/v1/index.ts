/** Types of rbac.authorization.k8s.io/v1. */
export { AggregationRule, ClusterRole, clusterRoles } from "./cluster-role.ts";
export { ClusterRoleBinding, clusterRoleBindings } from "./cluster-role-binding.ts";
export { PolicyRule } from "./policy-rule.ts";
export { Role, roles } from "./role.ts";
export { RoleBinding, roleBindings } from "./role-binding.ts";
export { RoleRef } from "./role-ref.ts";
export { Subject } from "./subject.ts";
