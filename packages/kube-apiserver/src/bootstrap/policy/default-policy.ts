import type {
  ClusterRole,
  ClusterRoleBinding,
  PolicyRule,
  Role,
  RoleBinding,
  RoleRef,
  Subject,
} from "@skates/api/rbac/v1";
import { COMPONENT_RULES } from "../../authorization/component-rules.ts";
import { missingRights } from "../../authorization/rbac/policy-rules.ts";
import type { Rule } from "../../authorization/rule.ts";
import { CLUSTER_ROLES, type DefaultRole } from "./cluster-roles.ts";
import { CONTROLLER_ROLES } from "./controller-roles.ts";
import { JOIN_BINDINGS, JOIN_NAMESPACE_BINDINGS, JOIN_NAMESPACE_ROLES, JOIN_ROLES } from "./join-policy.ts";
import { NAMESPACE_BINDINGS, NAMESPACE_ROLES } from "./namespace-roles.ts";

/** Roles and bindings that every cluster has. */
export interface DefaultPolicy {
  readonly clusterRoles: readonly ClusterRole[];
  readonly clusterRoleBindings: readonly ClusterRoleBinding[];
  readonly roles: readonly Role[];
  readonly roleBindings: readonly RoleBinding[];
}

const GROUP = "rbac.authorization.k8s.io";
const API_VERSION = `${GROUP}/v1`;
const CONTROLLER = "system:controller:";
const ACCOUNT = "system:serviceaccount:kube-system:";

/** Who has the cluster roles that are not of controllers: `user:`, `group:` or `account:` and a name. */
const CLUSTER_BINDINGS: Readonly<Record<string, readonly string[]>> = {
  "cluster-admin": ["group:system:masters"],
  "system:monitoring": ["group:system:monitoring"],
  "system:discovery": ["group:system:authenticated"],
  "system:basic-user": ["group:system:authenticated"],
  "system:public-info-viewer": ["group:system:authenticated", "group:system:unauthenticated"],
  "system:node-proxier": ["user:system:kube-proxy"],
  "system:kube-controller-manager": ["user:system:kube-controller-manager"],
  "system:kube-dns": ["account:kube-dns"],
  "system:kube-scheduler": ["user:system:kube-scheduler"],
  "system:volume-scheduler": ["user:system:kube-scheduler"],
  "system:node": [],
  "system:service-account-issuer-discovery": ["group:system:serviceaccounts"],
};

/** Upstream's, and roles `skates:…` for what our components need beyond them. */
export function defaultPolicy(): DefaultPolicy {
  const own = ownRoles();
  const controllers = Object.entries(CONTROLLER_ROLES);
  return {
    clusterRoles: [
      ...[...CLUSTER_ROLES, ...JOIN_ROLES].map(clusterRole),
      ...controllers.map(([name, rules]) => clusterRole({ name: CONTROLLER + name, rules })),
      ...own.clusterRoles,
    ],
    clusterRoleBindings: [
      ...Object.entries(CLUSTER_BINDINGS).map(([name, who]) => clusterBinding(name, who)),
      ...JOIN_BINDINGS.map(({ name, role: of, to }) => clusterBinding(name, to, of)),
      ...controllers.map(([name]) => clusterBinding(CONTROLLER + name, [`account:${name}`])),
      ...own.clusterRoleBindings,
    ],
    roles: [
      ...[...NAMESPACE_ROLES, ...JOIN_NAMESPACE_ROLES].map(({ namespace, name, rules }) =>
        role(namespace, name, rules),
      ),
      ...own.roles,
    ],
    roleBindings: [
      ...[...NAMESPACE_BINDINGS, ...JOIN_NAMESPACE_BINDINGS].map(({ namespace, name, role: of = name, to }) =>
        binding({ namespace, name }, of, to),
      ),
      ...own.roleBindings,
    ],
  };
}

/** For each component, what its work needs here and upstream's role of the same component does not give. */
function ownRoles(): DefaultPolicy {
  const clusterRoles: ClusterRole[] = [];
  const clusterRoleBindings: ClusterRoleBinding[] = [];
  const roles: Role[] = [];
  const roleBindings: RoleBinding[] = [];
  for (const [user, { rules }] of COMPONENT_RULES) {
    const held = upstreamRules(user);
    const wanted = rules.filter((each) => missingRights(held, [policyRule(each)]).length > 0);
    const name = `skates:${user.startsWith(ACCOUNT) ? `controller:${user.slice(ACCOUNT.length)}` : user.slice("system:".length)}`;
    const who = user.startsWith(ACCOUNT) ? `account:${user.slice(ACCOUNT.length)}` : `user:${user}`;
    const anywhere = wanted.filter(({ namespace }) => namespace === undefined);
    if (anywhere.length > 0) {
      clusterRoles.push(clusterRole({ name, rules: anywhere.map(policyRule) }));
      clusterRoleBindings.push(clusterBinding(name, [who]));
    }
    for (const namespace of new Set(wanted.flatMap((each) => each.namespace ?? []))) {
      const inside = wanted.filter((each) => each.namespace === namespace);
      roles.push(role(namespace, name, inside.map(policyRule)));
      roleBindings.push(binding({ namespace, name }, name, [who]));
    }
  }
  return { clusterRoles, clusterRoleBindings, roles, roleBindings };
}

function upstreamRules(user: string): readonly PolicyRule[] {
  if (user.startsWith(ACCOUNT)) return CONTROLLER_ROLES[user.slice(ACCOUNT.length)] ?? [];
  const names = Object.entries(CLUSTER_BINDINGS).flatMap(([name, who]) => (who.includes(`user:${user}`) ? [name] : []));
  return CLUSTER_ROLES.filter(({ name }) => names.includes(name)).flatMap(({ rules }) => rules);
}

function policyRule({ verbs, groups, resources, names }: Rule): PolicyRule {
  return { verbs, apiGroups: groups, resources, ...(names === undefined ? {} : { resourceNames: names }) };
}

/** What marks a default object, and has it repaired at each start unless somebody turns that off. */
function metadata(name: string, labels: Readonly<Record<string, string>> = {}) {
  return {
    name,
    labels: { "kubernetes.io/bootstrapping": "rbac-defaults", ...labels },
    annotations: { "rbac.authorization.kubernetes.io/autoupdate": "true" },
  };
}

function clusterRole({ name, rules, collectedBy, collects = false }: DefaultRole): ClusterRole {
  const label = (of: string): Readonly<Record<string, string>> => ({ [`${GROUP}/aggregate-to-${of}`]: "true" });
  return {
    apiVersion: API_VERSION,
    kind: "ClusterRole",
    metadata: metadata(name, collectedBy === undefined ? {} : label(collectedBy)),
    rules,
    ...(collects ? { aggregationRule: { clusterRoleSelectors: [{ matchLabels: label(name) }] } } : {}),
  };
}

function role(namespace: string, name: string, rules: readonly PolicyRule[]): Role {
  return { apiVersion: API_VERSION, kind: "Role", metadata: { ...metadata(name), namespace }, rules };
}

function clusterBinding(name: string, who: readonly string[], of = name): ClusterRoleBinding {
  return {
    apiVersion: API_VERSION,
    kind: "ClusterRoleBinding",
    metadata: metadata(name),
    roleRef: reference("ClusterRole", of),
    ...(who.length === 0 ? {} : { subjects: who.map(subject) }),
  };
}

function binding(
  { namespace, name }: { readonly namespace: string; readonly name: string },
  of: string,
  who: readonly string[],
): RoleBinding {
  return {
    apiVersion: API_VERSION,
    kind: "RoleBinding",
    metadata: { ...metadata(name), namespace },
    roleRef: reference("Role", of),
    subjects: who.map(subject),
  };
}

function reference(kind: "ClusterRole" | "Role", name: string): RoleRef {
  return { apiGroup: GROUP, kind, name };
}

function subject(text: string): Subject {
  const colon = text.indexOf(":");
  const name = text.slice(colon + 1);
  switch (text.slice(0, colon)) {
    case "user":
      return { kind: "User", apiGroup: GROUP, name };
    case "group":
      return { kind: "Group", apiGroup: GROUP, name };
    default:
      return { kind: "ServiceAccount", name, namespace: "kube-system" };
  }
}
