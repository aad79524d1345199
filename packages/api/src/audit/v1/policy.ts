import {
  bool,
  type ConfigurationKind,
  type FieldError,
  type Infer,
  invalid,
  isDns1123Subdomain,
  list,
  notSupported,
  ObjectMeta,
  opt,
  type Path,
  ref,
  required,
  string,
  struct,
  typeMeta,
} from "@skates/apimachinery";

export const GroupResources = struct(
  "audit.k8s.io/v1.GroupResources",
  {
    group: opt(1, string, "API group; empty: the core group, *: all."),
    resources: opt(2, list(string), "pods, pods/log, pods/*, */scale or *; none: all of the group."),
    resourceNames: opt(3, list(string), "Names of objects; none: all."),
  },
  { doc: "Kinds of one API group." },
);
export interface GroupResources extends Infer<typeof GroupResources> {}

export const PolicyRule = struct(
  "audit.k8s.io/v1.PolicyRule",
  {
    level: opt(1, string, "How much is written of requests that match: None, Metadata, Request or RequestResponse."),
    users: opt(2, list(string), "Names of users; none: all."),
    userGroups: opt(3, list(string), "Groups, one of which the user is in; none: all."),
    verbs: opt(4, list(string), "Verbs; none: all."),
    resources: opt(5, list(ref<GroupResources>(() => GroupResources)), "Kinds; none: all."),
    namespaces: opt(6, list(string), "Namespaces, the empty one for cluster-scoped objects; none: all."),
    nonResourceURLs: opt(7, list(string), "Paths that are no resources; a * at the end stands for the rest."),
    omitStages: opt(8, list(string), "Stages that are not written, besides those of the policy."),
    omitManagedFields: opt(9, bool, "Leave out managed fields; absent: as the policy says.", { keepZero: true }),
  },
  { doc: "What is written of some requests." },
);
export interface PolicyRule extends Infer<typeof PolicyRule> {}

export const Policy = struct(
  "audit.k8s.io/v1.Policy",
  {
    ...typeMeta,
    metadata: opt(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Not used.",
    ),
    rules: opt(
      2,
      list(ref<PolicyRule>(() => PolicyRule)),
      "The first one that matches a request counts; without one nothing is written.",
    ),
    omitStages: opt(3, list(string), "Stages that are never written."),
    omitManagedFields: opt(4, bool, "Leave out managed fields of objects."),
  },
  { doc: "What is written to the audit log." },
);
export interface Policy extends Infer<typeof Policy> {}

/** The file of `--audit-policy-file`. */
export const policyKind: ConfigurationKind = { group: "audit.k8s.io", version: "v1", kind: "Policy", schema: Policy };

export const AUDIT_LEVELS = ["None", "Metadata", "Request", "RequestResponse"] as const;
export type AuditLevel = (typeof AUDIT_LEVELS)[number];
export const AUDIT_STAGES = ["RequestReceived", "ResponseStarted", "ResponseComplete", "Panic"] as const;
export type AuditStage = (typeof AUDIT_STAGES)[number];

/** What upstream refuses in a policy, in its words. */
export function validatePolicy({ rules = [], omitStages = [] }: Policy): readonly FieldError[] {
  if (rules.length === 0) return [required(["rules"], "a policy has at least one rule")];
  return [
    ...stageFindings(omitStages, ["omitStages"]),
    ...rules.flatMap((rule, i) => ruleFindings(rule, ["rules", i])),
  ];
}

function ruleFindings(rule: PolicyRule, at: Path): readonly FieldError[] {
  const { level = "", nonResourceURLs = [], resources = [], namespaces = [], omitStages = [] } = rule;
  const out: FieldError[] = [];
  if (level === "") out.push(required([...at, "level"]));
  else if (!AUDIT_LEVELS.some((known) => known === level)) {
    out.push(notSupported([...at, "level"], level, AUDIT_LEVELS));
  }
  for (const [i, url] of nonResourceURLs.entries()) {
    if (url === "*") continue;
    const where = [...at, "nonResourceURLs", i];
    if (!url.startsWith("/")) out.push(invalid(where, url, "non-resource URL rules must begin with a '/' character"));
    if (url.slice(0, -1).includes("*")) {
      out.push(invalid(where, url, "non-resource URL wildcards '*' must be the final character of the rule"));
    }
  }
  for (const { group = "", resources: names = [], resourceNames = [] } of resources) {
    if (group !== "" && group !== "*") {
      const why = isDns1123Subdomain(group);
      if (why.length > 0) out.push(invalid([...at, "resources", "group"], group, why.join(",")));
    }
    if (resourceNames.length > 0 && names.length === 0) {
      const needs = "using resourceNames requires at least one resource";
      out.push(invalid([...at, "resources", "resourceNames"], [...resourceNames], needs));
    }
  }
  out.push(...stageFindings(omitStages, [...at, "omitStages"]));
  if (nonResourceURLs.length > 0 && (resources.length > 0 || namespaces.length > 0)) {
    const both = "rules cannot apply to both regular resources and non-resource URLs";
    out.push(invalid([...at, "nonResourceURLs"], [...nonResourceURLs], both));
  }
  return out;
}

function stageFindings(stages: readonly string[], at: Path): readonly FieldError[] {
  return stages.flatMap((stage, i) =>
    AUDIT_STAGES.some((known) => known === stage)
      ? []
      : [invalid([...at, i], stage, `allowed stages are ${AUDIT_STAGES.join(",")}`)],
  );
}
