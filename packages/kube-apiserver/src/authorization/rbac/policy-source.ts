import {
  type ClusterRole,
  type ClusterRoleBinding,
  clusterRoleBindings,
  clusterRoles,
  type PolicyRule,
  type Role,
  type RoleBinding,
  roleBindings,
  type RoleRef,
  roles,
} from "@skates/api/rbac/v1";
import type { Revision } from "@skates/apimachinery";
import type { Registry } from "@skates/apiserver";
import type { DefaultPolicy } from "../../bootstrap/policy/default-policy.ts";
import { type AnyBinding, type GrantsBySubject, grantsBySubject } from "./subjects.ts";

/**
 * Roles and bindings as they are in the cache. Until the cluster's default ones have been written (`settle`), those that are not
 * stored count as if they were: components need not wait for them.
 */
export class PolicySource {
  readonly #registry: Registry;
  #defaults: DefaultPolicy | undefined;
  #loaded = false;
  #clusterWide: Index | undefined;
  #namespaced: NamespacedIndex | undefined;
  readonly #rules = new Map<string, KnownRules>();

  constructor(registry: Registry, defaults: DefaultPolicy) {
    this.#registry = registry;
    this.#defaults = defaults;
  }

  /** The default roles and bindings are stored: from now on only what is stored counts. */
  settle(): void {
    this.#defaults = undefined;
    this.#clusterWide = undefined;
    this.#namespaced = undefined;
    this.#rules.clear();
  }

  /** True once `load` has resolved. */
  get loaded(): boolean {
    return this.#loaded;
  }

  /** Resolves once the cache has been loaded: before, nothing may be decided by it. */
  async load(signal: AbortSignal): Promise<void> {
    if (this.#loaded) return;
    await this.#registry.get<ClusterRole>(clusterRoles, { name: "cluster-admin" }, signal);
    this.#loaded = true;
  }

  /** Cluster role bindings by subject. */
  clusterGrants(): GrantsBySubject {
    const revision = this.#registry.cachedRevision(clusterRoleBindings);
    if (this.#clusterWide === undefined || this.#clusterWide.revision !== revision) {
      const stored = this.#registry.cachedList<ClusterRoleBinding>(clusterRoleBindings);
      const all = withDefaults(stored, this.#defaults?.clusterRoleBindings);
      this.#clusterWide = { revision, grants: grantsBySubject(all) };
    }
    return this.#clusterWide.grants;
  }

  /** Role bindings of a namespace by subject. */
  grantsIn(namespace: string): GrantsBySubject {
    const revision = this.#registry.cachedRevision(roleBindings);
    if (this.#namespaced === undefined || this.#namespaced.revision !== revision) {
      this.#namespaced = { revision, byNamespace: new Map() };
    }
    const { byNamespace } = this.#namespaced;
    let grants = byNamespace.get(namespace);
    if (grants === undefined) {
      const stored = this.#registry.cachedList<RoleBinding>(roleBindings, namespace);
      const defaults = this.#defaults?.roleBindings.filter(({ metadata }) => metadata.namespace === namespace);
      grants = grantsBySubject(withDefaults(stored, defaults));
      byNamespace.set(namespace, grants);
    }
    return grants;
  }

  /** Rules of the role that a binding names; undefined: it does not exist. */
  rulesOf(reference: RoleRef, namespace: string): readonly PolicyRule[] | undefined {
    const of = reference.kind === "ClusterRole" ? clusterRoles : roles;
    const revision = this.#registry.cachedRevision(of);
    let known = this.#rules.get(of.plural);
    if (known === undefined || known.revision !== revision) {
      known = { revision, byRole: new Map() };
      this.#rules.set(of.plural, known);
    }
    const key = of === roles ? `${namespace}/${reference.name}` : reference.name;
    if (known.byRole.has(key)) return known.byRole.get(key);
    const rules = this.#findRules(reference, namespace);
    // Only what exists is kept: names that bindings make up are without number.
    if (rules !== undefined) known.byRole.set(key, rules);
    return rules;
  }

  #findRules({ kind, name }: RoleRef, namespace: string): readonly PolicyRule[] | undefined {
    if (kind === "ClusterRole") {
      const stored = this.#registry.cached<ClusterRole>(clusterRoles, { name });
      const role = stored ?? this.#defaults?.clusterRoles.find(({ metadata }) => metadata.name === name);
      return role === undefined ? undefined : (role.rules ?? []);
    }
    const stored = this.#registry.cached<Role>(roles, { namespace, name });
    const same = ({ metadata }: Role): boolean => metadata.name === name && metadata.namespace === namespace;
    const role = stored ?? this.#defaults?.roles.find(same);
    return role === undefined ? undefined : (role.rules ?? []);
  }
}

interface Index {
  readonly revision: Revision;
  readonly grants: GrantsBySubject;
}

interface NamespacedIndex {
  readonly revision: Revision;
  readonly byNamespace: Map<string, GrantsBySubject>;
}

interface KnownRules {
  readonly revision: Revision;
  readonly byRole: Map<string, readonly PolicyRule[]>;
}

function withDefaults<T extends AnyBinding>(stored: readonly T[], defaults: readonly T[] | undefined): readonly T[] {
  if (defaults === undefined) return stored;
  const names = new Set(stored.map(({ metadata }) => metadata.name));
  return [...stored, ...defaults.filter(({ metadata }) => !names.has(metadata.name))];
}
