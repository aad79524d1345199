import {
  type ClusterRole,
  clusterRoleBindings,
  clusterRoles,
  type PolicyRule,
  type RoleRef,
  roleBindings,
  roles,
} from "@skates/api/rbac/v1";
import { type ApiObject, equalValues, forbiddenRequest, notFound, type UserInfo } from "@skates/apimachinery";
import type { AdmissionAttributes, AdmissionPlugin, Authorizer } from "@skates/apiserver";
import { GROUP_MASTERS } from "../authentication/users.ts";
import { missingRights } from "../authorization/rbac/policy-rules.ts";
import type { PolicySource } from "../authorization/rbac/policy-source.ts";
import { rulesOfUser } from "../authorization/rbac/rbac-authorizer.ts";

export interface EscalationOptions {
  readonly source: PolicySource;
  readonly authorizer: Authorizer;
}

interface Granting extends ApiObject {
  readonly rules?: readonly PolicyRule[] | undefined;
  readonly aggregationRule?: ClusterRole["aggregationRule"];
  readonly roleRef?: RoleRef | undefined;
  readonly subjects?: unknown;
}

const EVERYTHING: readonly PolicyRule[] = [
  { verbs: ["*"], apiGroups: ["*"], resources: ["*"] },
  { verbs: ["*"], nonResourceURLs: ["*"] },
];
const ROLES: ReadonlySet<string> = new Set([clusterRoles.plural, roles.plural]);
const BINDINGS: ReadonlySet<string> = new Set([clusterRoleBindings.plural, roleBindings.plural]);

/**
 * Nobody grants what they do not have: writing a role asks for all its rights or for `escalate`, binding one for its rights or for
 * `bind`. Upstream checks this in the storage of these kinds.
 */
export function rbacEscalation(options: EscalationOptions): AdmissionPlugin {
  return {
    name: "RBACEscalation",
    handles: ({ operation, resource, subresource }) =>
      (operation === "CREATE" || operation === "UPDATE") &&
      resource.group === clusterRoles.group &&
      subresource === "" &&
      (ROLES.has(resource.plural) || BINDINGS.has(resource.plural)),
    async validate(attributes, signal) {
      const { object, old, user, resource } = attributes;
      if (object === undefined || user.groups.includes(GROUP_MASTERS) || !changed(object, old)) return;
      await options.source.load(signal);
      if (ROLES.has(resource.plural)) await checkRole(options, { attributes, role: object }, signal);
      else await checkBinding(options, { attributes, binding: object }, signal);
    },
  };
}

/** References of the garbage collector may change without rights. Labels count: by them rules are collected. */
function changed(next: Granting, old: Granting | undefined): boolean {
  if (old === undefined) return true;
  const content = ({ rules, aggregationRule, roleRef, subjects, metadata }: Granting): unknown => ({
    rules: rules ?? [],
    aggregationRule: aggregationRule ?? {},
    roleRef: roleRef ?? {},
    subjects: subjects ?? [],
    labels: metadata.labels ?? {},
    annotations: metadata.annotations ?? {},
  });
  return !equalValues(content(next), content(old));
}

async function checkRole(
  options: EscalationOptions,
  { attributes, role }: { readonly attributes: AdmissionAttributes; readonly role: Granting },
  signal: AbortSignal,
): Promise<void> {
  const { resource, name } = attributes;
  if (await may(options, { attributes, verb: "escalate", resource: resource.plural, name }, signal)) return;
  const { source } = options;
  if (role.aggregationRule !== undefined) {
    if (escalation(source, attributes, EVERYTHING) === undefined) return;
    throw forbiddenRequest(
      resource,
      nameOf(attributes),
      "must have cluster-admin privileges to use the aggregationRule",
    );
  }
  const refusal = escalation(source, attributes, role.rules ?? []);
  if (refusal !== undefined) throw forbiddenRequest(resource, nameOf(attributes), refusal);
}

async function checkBinding(
  options: EscalationOptions,
  { attributes, binding }: { readonly attributes: AdmissionAttributes; readonly binding: Granting },
  signal: AbortSignal,
): Promise<void> {
  const { roleRef } = binding;
  if (roleRef === undefined) return;
  const of = roleRef.kind === clusterRoles.kind ? clusterRoles : roles;
  if (await may(options, { attributes, verb: "bind", resource: of.plural, name: roleRef.name }, signal)) return;
  const rules = options.source.rulesOf(roleRef, attributes.namespace);
  if (rules === undefined) throw notFound(of, roleRef.name);
  const refusal = escalation(options.source, attributes, rules);
  if (refusal !== undefined) throw forbiddenRequest(attributes.resource, nameOf(attributes), refusal);
}

interface Question {
  readonly attributes: AdmissionAttributes;
  readonly verb: "escalate" | "bind";
  readonly resource: string;
  readonly name: string;
}

async function may(
  { authorizer }: EscalationOptions,
  { attributes, verb, resource, name }: Question,
  signal: AbortSignal,
): Promise<boolean> {
  const { user, namespace } = attributes;
  const { group, version } = clusterRoles;
  const base = { user, verb, resourceRequest: true, path: "", group, version, subresource: "" };
  const { decision } = await authorizer.authorize({ ...base, resource, namespace, name }, signal);
  return decision === "allow";
}

/** Upstream's sentence on the rights that the user would grant without having them. */
function escalation(
  source: PolicySource,
  { user, namespace }: AdmissionAttributes,
  wanted: readonly PolicyRule[],
): string | undefined {
  const { rules, errors } = rulesOfUser(source, user, namespace);
  const missing = missingRights(rules, wanted);
  if (missing.length === 0) return undefined;
  const why = errors.length === 0 ? "" : `; resolution errors: [${errors.join(", ")}]`;
  return `${who(user)} is attempting to grant RBAC permissions not currently held:\n${missing.join("\n")}${why}`;
}

function who({ name, groups }: UserInfo): string {
  const quoted = groups.map((group) => JSON.stringify(group)).join(" ");
  return `user ${JSON.stringify(name)} (groups=[${quoted}])`;
}

function nameOf({ name, object }: AdmissionAttributes): string {
  return name === "" ? (object?.metadata.name ?? "") : name;
}
