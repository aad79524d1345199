import {
  type FieldError,
  invalid,
  isPathSegmentName,
  notSupported,
  type Path,
  required,
  equalValues,
} from "@skates/apimachinery";
import { checkSubdomain, type Findings, invalidFor } from "../../checks.ts";
import type { ClusterRole } from "./cluster-role.ts";
import type { PolicyRule } from "./policy-rule.ts";
import type { Role } from "./role.ts";
import type { RoleRef } from "./role-ref.ts";
import type { Subject } from "./subject.ts";

const GROUP = "rbac.authorization.k8s.io";

/** A right is for objects or for paths, and says what may be done. */
function ruleFindings(rule: PolicyRule, namespaced: boolean, path: Path): Findings {
  const { verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule;
  const out: FieldError[] = [];
  if (verbs.length === 0) out.push(required([...path, "verbs"], "verbs must contain at least one value"));
  if (nonResourceURLs.length > 0) {
    if (namespaced) {
      out.push(
        invalid([...path, "nonResourceURLs"], nonResourceURLs, "namespaced rules cannot apply to non-resource URLs"),
      );
    }
    if (apiGroups.length > 0 || resources.length > 0 || resourceNames.length > 0) {
      const detail = "rules cannot apply to both regular resources and non-resource URLs";
      out.push(invalid([...path, "nonResourceURLs"], nonResourceURLs, detail));
    }
    return out;
  }
  if (apiGroups.length === 0) {
    out.push(required([...path, "apiGroups"], "resource rules must supply at least one api group"));
  }
  if (resources.length === 0) {
    out.push(required([...path, "resources"], "resource rules must supply at least one resource"));
  }
  return out;
}

/** Findings on a role. */
export function roleErrors(role: Role): Findings {
  return (role.rules ?? []).flatMap((rule, index) => ruleFindings(rule, true, ["rules", index]));
}

/** Findings on a cluster role. */
export function clusterRoleErrors(role: ClusterRole): Findings {
  const out = (role.rules ?? []).flatMap((rule, index) => ruleFindings(rule, false, ["rules", index]));
  if (role.aggregationRule === undefined || (role.aggregationRule.clusterRoleSelectors ?? []).length > 0) return out;
  return [
    ...out,
    required(
      ["aggregationRule", "clusterRoleSelectors"],
      "at least one clusterRoleSelector required if aggregationRule is non-nil",
    ),
  ];
}

interface AnyBinding {
  readonly roleRef: RoleRef;
  readonly subjects?: readonly Subject[] | undefined;
}

/** Findings on a binding within a namespace. */
export function roleBindingErrors(next: AnyBinding, old: AnyBinding | undefined): Findings {
  return bindingFindings(next, old, ["Role", "ClusterRole"]);
}

/** Findings on a binding everywhere. */
export function clusterRoleBindingErrors(next: AnyBinding, old: AnyBinding | undefined): Findings {
  return bindingFindings(next, old, ["ClusterRole"]);
}

function bindingFindings(next: AnyBinding, old: AnyBinding | undefined, kinds: readonly string[]): Findings {
  const { roleRef, subjects = [] } = next;
  const out: FieldError[] = [];
  if (roleRef.apiGroup !== GROUP) out.push(notSupported(["roleRef", "apiGroup"], roleRef.apiGroup ?? "", [GROUP]));
  if (!kinds.includes(roleRef.kind)) out.push(notSupported(["roleRef", "kind"], roleRef.kind, kinds));
  if (roleRef.name !== "") out.push(...invalidFor(["roleRef", "name"], roleRef.name, isPathSegmentName(roleRef.name)));
  if (old !== undefined && !equalValues(roleRef, old.roleRef))
    out.push(invalid(["roleRef"], roleRef, "cannot change roleRef"));
  return [
    ...out,
    ...subjects.flatMap((subject, index) => subjectFindings(subject, kinds.length > 1, ["subjects", index])),
  ];
}

function subjectFindings(subject: Subject, namespaced: boolean, path: Path): Findings {
  const { kind, apiGroup = "", name, namespace = "" } = subject;
  switch (kind) {
    case "ServiceAccount":
      return [
        ...checkSubdomain([...path, "name"], name),
        ...(apiGroup === "" ? [] : [notSupported([...path, "apiGroup"], apiGroup, [""])]),
        ...(namespace === "" && !namespaced ? [required([...path, "namespace"])] : []),
      ];
    case "User":
    case "Group":
      return apiGroup === GROUP ? [] : [notSupported([...path, "apiGroup"], apiGroup, [GROUP])];
    case "":
      return [];
    default:
      return [notSupported([...path, "kind"], kind, ["ServiceAccount", "User", "Group"])];
  }
}
