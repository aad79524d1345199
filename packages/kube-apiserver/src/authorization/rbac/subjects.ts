import type { RoleBinding, Subject } from "@skates/api/rbac/v1";
import type { UserInfo } from "@skates/apimachinery";
import { serviceAccountUserName } from "../../authentication/users.ts";

/** A binding of either scope: cluster role bindings have no namespace. */
export type AnyBinding = Pick<RoleBinding, "metadata" | "roleRef" | "subjects">;

/** A binding, by one of those whom it is for. */
export interface Grant {
  readonly binding: AnyBinding;
  readonly subject: Subject;
}

/** Bindings by whom they are for, so that a decision looks at the user's own only. */
export type GrantsBySubject = ReadonlyMap<string, readonly Grant[]>;

const NO_GRANTS: readonly Grant[] = [];

/** Indexes the subjects of bindings. */
export function grantsBySubject(bindings: Iterable<AnyBinding>): GrantsBySubject {
  const index = new Map<string, Grant[]>();
  for (const binding of bindings) {
    for (const subject of binding.subjects ?? []) {
      const key = subjectKey(subject, binding.metadata.namespace ?? "");
      if (key === undefined) continue;
      const grants = index.get(key);
      if (grants === undefined) index.set(key, [{ binding, subject }]);
      else grants.push({ binding, subject });
    }
  }
  return index;
}

/** What is granted to a user by name or by one of the groups. */
export function* grantsOf(index: GrantsBySubject, { name, groups }: UserInfo): Generator<Grant> {
  yield* index.get(`user ${name}`) ?? NO_GRANTS;
  for (const group of groups) yield* index.get(`group ${group}`) ?? NO_GRANTS;
}

/** Accounts are users with long names. Without a namespace of its own an account is of the binding's. */
function subjectKey({ kind, name, namespace = "" }: Subject, bindingNamespace: string): string | undefined {
  switch (kind) {
    case "User":
      return `user ${name}`;
    case "Group":
      return `group ${name}`;
    case "ServiceAccount": {
      const of = namespace === "" ? bindingNamespace : namespace;
      return of === "" ? undefined : `user ${serviceAccountUserName(of, name)}`;
    }
    default:
      return undefined;
  }
}

/** As upstream tells by what somebody was allowed. */
export function grantText({ binding, subject }: Grant): string {
  const { metadata, roleRef } = binding;
  const namespace = metadata.namespace ?? "";
  const which =
    namespace === ""
      ? `ClusterRoleBinding ${JSON.stringify(metadata.name)}`
      : `RoleBinding ${JSON.stringify(`${metadata.name}/${namespace}`)}`;
  const who = subject.kind === "ServiceAccount" ? `${subject.name}/${subject.namespace ?? ""}` : subject.name;
  return `${which} of ${roleRef.kind} ${JSON.stringify(roleRef.name)} to ${subject.kind} ${JSON.stringify(who)}`;
}
