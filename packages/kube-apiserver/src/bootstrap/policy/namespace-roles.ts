import type { PolicyRule } from "@skates/api/rbac/v1";
import { EVENTS, READ, rule } from "./rules.ts";

const SYSTEM = "kube-system";
const PUBLIC = "kube-public";
const SIGNER = "system:controller:bootstrap-signer";

/** A role of a namespace that every cluster has. */
export interface NamespaceRole {
  readonly namespace: string;
  readonly name: string;
  readonly rules: readonly PolicyRule[];
}

/** Upstream's roles in the system's namespaces. */
export const NAMESPACE_ROLES: readonly NamespaceRole[] = [
  {
    namespace: SYSTEM,
    name: "extension-apiserver-authentication-reader",
    rules: [rule(READ, "core", "configmaps", "extension-apiserver-authentication")],
  },
  { namespace: SYSTEM, name: SIGNER, rules: [rule(READ, "core", "secrets")] },
  {
    namespace: SYSTEM,
    name: "system:controller:cloud-provider",
    rules: [rule("create get list watch", "core", "configmaps")],
  },
  {
    namespace: SYSTEM,
    name: "system:controller:token-cleaner",
    rules: [rule("delete get list watch", "core", "secrets"), EVENTS],
  },
  leader("kube-controller-manager"),
  leader("kube-scheduler"),
  {
    namespace: PUBLIC,
    name: SIGNER,
    rules: [rule(READ, "core", "configmaps"), rule("update", "core", "configmaps", "cluster-info"), EVENTS],
  },
];

/** A binding of such a role; `role` where it has another name. */
export interface NamespaceBinding {
  readonly namespace: string;
  readonly name: string;
  readonly role?: string | undefined;
  /** As `user:<name>` or, for an account of kube-system, `account:<name>`. */
  readonly to: readonly string[];
}

/** Who has them. */
export const NAMESPACE_BINDINGS: readonly NamespaceBinding[] = [
  {
    namespace: SYSTEM,
    name: "system::extension-apiserver-authentication-reader",
    role: "extension-apiserver-authentication-reader",
    to: ["user:system:kube-controller-manager", "user:system:kube-scheduler"],
  },
  { namespace: SYSTEM, name: SIGNER, to: ["account:bootstrap-signer"] },
  { namespace: SYSTEM, name: "system:controller:cloud-provider", to: ["account:cloud-provider"] },
  { namespace: SYSTEM, name: "system:controller:token-cleaner", to: ["account:token-cleaner"] },
  {
    namespace: SYSTEM,
    name: "system::leader-locking-kube-controller-manager",
    to: ["user:system:kube-controller-manager", "account:kube-controller-manager"],
  },
  {
    namespace: SYSTEM,
    name: "system::leader-locking-kube-scheduler",
    to: ["user:system:kube-scheduler", "account:kube-scheduler"],
  },
  { namespace: PUBLIC, name: SIGNER, to: ["account:bootstrap-signer"] },
];

function leader(component: string): NamespaceRole {
  return {
    namespace: SYSTEM,
    name: `system::leader-locking-${component}`,
    rules: [rule("watch", "core", "configmaps"), rule("get update", "core", "configmaps", component)],
  };
}
