import type { Column } from "@skates/apimachinery";
import { ageColumn, column, nameColumn } from "../../table.ts";
import type { ClusterRoleBinding } from "./cluster-role-binding.ts";
import type { RoleBinding } from "./role-binding.ts";
import type { RoleRef } from "./role-ref.ts";
import type { Subject } from "./subject.ts";

type AnyBinding = RoleBinding | ClusterRoleBinding;

/** The table of bindings of either scope. */
export const bindingColumns: readonly Column<AnyBinding>[] = [
  nameColumn,
  column("Role", "What is granted.", (binding) => `${binding.roleRef.kind}/${binding.roleRef.name}`),
  ageColumn,
  column("Users", "Users it is granted to.", (binding) => subjects(binding, "User"), { wide: true }),
  column("Groups", "Groups it is granted to.", (binding) => subjects(binding, "Group"), { wide: true }),
  column("ServiceAccounts", "Service accounts it is granted to.", (binding) => subjects(binding, "ServiceAccount"), {
    wide: true,
  }),
];

function subjects(binding: AnyBinding, kind: string): string {
  return (binding.subjects ?? [])
    .filter((subject) => subject.kind === kind)
    .map((subject) => (kind === "ServiceAccount" ? `${subject.namespace ?? ""}/${subject.name}` : subject.name))
    .join(", ");
}

const GROUP = "rbac.authorization.k8s.io";

/** Users and groups are of this API group, service accounts of the core. */
export function subjectDefaults(subject: Subject): Subject {
  const named = subject.apiGroup !== undefined && subject.apiGroup !== "";
  return named || (subject.kind !== "User" && subject.kind !== "Group") ? subject : { ...subject, apiGroup: GROUP };
}

/** Roles are of this API group. */
export function roleRefDefaults(reference: RoleRef): RoleRef {
  return (reference.apiGroup ?? "") === "" ? { ...reference, apiGroup: GROUP } : reference;
}
