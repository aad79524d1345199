import { type ClusterRole, clusterRoles, type PolicyRule } from "@skates/api/rbac/v1";
import { equalValues, labelSelector, type ObjectKey } from "@skates/apimachinery";
import { type Action, type Controller, type Lister, NOTHING, type Plan, watch } from "@skates/controller-runtime";

/** What the plan of a cluster role looks at. */
export interface ClusterRoleView {
  readonly clusterRoles: Lister<ClusterRole>;
}

/** The one key: a change of any role may change any that collects, and those are few. */
const ALL: ObjectKey = { name: "all" };

/** Keeps the rules of cluster roles that collect those of others: `admin`, `edit`, `view` and whatever users make so. */
export const clusterRoleAggregation: Controller<ClusterRoleView> = {
  name: "clusterrole-aggregation-controller",
  watches: [watch({ resource: clusterRoles, keys: () => [ALL] })],
  view: (listers) => ({ clusterRoles: listers.for(clusterRoles) }),
  plan: (view) => planAggregation(view.clusterRoles.list()),
};

/** Writes the roles whose collected rules are others than they have. */
export function planAggregation(all: readonly ClusterRole[]): Plan {
  const actions = all.flatMap((role) => {
    if (role.aggregationRule === undefined) return [];
    const rules = collectedRules(role, all);
    return equalValues(rules, role.rules ?? []) ? [] : [applied(role, rules)];
  });
  return actions.length === 0 ? NOTHING : { stages: [actions] };
}

/** Applied, as upstream does it: who looks at a role's fields sees whose the rules are, and an apply of the rest leaves them alone. */
function applied({ apiVersion, kind, metadata: { name } }: ClusterRole, rules: readonly PolicyRule[]): Action {
  const body = { apiVersion, kind, metadata: { name }, rules };
  return { do: "patch", resource: clusterRoles, key: { name }, patch: { type: "apply", body } };
}

/** Rules of the roles that the selectors match, by selector and then by the roles' names, each once. */
export function collectedRules(role: ClusterRole, all: readonly ClusterRole[]): readonly PolicyRule[] {
  const sorted = [...all].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  const rules: PolicyRule[] = [];
  for (const selector of role.aggregationRule?.clusterRoleSelectors ?? []) {
    const selected = labelSelector(selector);
    for (const other of sorted) {
      if (other.metadata.name === role.metadata.name || !selected.matches(other.metadata.labels)) continue;
      for (const rule of other.rules ?? []) if (!rules.some((known) => equalValues(known, rule))) rules.push(rule);
    }
  }
  return rules;
}
