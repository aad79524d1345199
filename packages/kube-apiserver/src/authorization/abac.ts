import { isRecord, type UserInfo } from "@skates/apimachinery";
import type { AuthorizationAttributes } from "@skates/apiserver";
import { messageOf } from "@skates/component-base";
import { GROUP_AUTHENTICATED } from "../authentication/users.ts";
import { apiServerError } from "../errors.ts";
import type { ChainedAuthorizer, UserRules } from "./union.ts";

/** One line of a policy file. A star stands for all, an absent value for none. */
interface Policy {
  readonly user: string;
  readonly group: string;
  readonly readonly: boolean;
  readonly apiGroup: string;
  readonly resource: string;
  readonly namespace: string;
  readonly nonResourcePath: string;
}

const VERSIONS = ["abac.authorization.kubernetes.io/v1beta1", "abac.authorization.kubernetes.io/v0", undefined];
const FIELDS = ["user", "group", "apiGroup", "resource", "namespace", "nonResourcePath"] as const;

/**
 * Attribute-based access: each line of the file is a policy in JSON, `#` starts a comment, and what one line allows is allowed. Lines
 * without apiVersion are of the version before the first. Throws `InvalidPolicyFile` that names the line.
 */
export function abacAuthorizer(text: string): ChainedAuthorizer {
  const policies = text.split("\n").flatMap((line, index) => policyOf(line, index + 1));
  return {
    async authorize(attributes) {
      const allowed = policies.some((policy) => isFor(policy, attributes.user) && allows(policy, attributes));
      return allowed ? { decision: "allow", reason: "" } : { decision: "no opinion", reason: "No policy matched." };
    },
    rulesFor: async (user, namespace) => rulesOf(policies, user, namespace),
  };
}

function policyOf(line: string, number: number): readonly Policy[] {
  const trimmed = line.trim();
  if (trimmed === "" || trimmed.startsWith("#")) return [];
  let value: unknown;
  try {
    value = JSON.parse(trimmed);
  } catch (error) {
    throw apiServerError("InvalidPolicyFile", `line ${number} is no JSON: ${messageOf(error)}`);
  }
  if (!isRecord(value) || !VERSIONS.some((version) => version === (isRecord(value) ? value["apiVersion"] : ""))) {
    throw apiServerError(
      "InvalidPolicyFile",
      `line ${number} is no Policy of abac.authorization.kubernetes.io/v1beta1`,
    );
  }
  const old = value["apiVersion"] !== VERSIONS[0];
  const spec = old ? value : value["spec"];
  if (!isRecord(spec)) throw apiServerError("InvalidPolicyFile", `line ${number} has no spec`);
  const read = Object.fromEntries(FIELDS.map((name) => [name, textAt(spec, name, number)]));
  const policy = { ...EMPTY, ...read, readonly: spec["readonly"] === true };
  return [old ? modern(policy) : policy];
}

const EMPTY: Policy = {
  user: "",
  group: "",
  readonly: false,
  apiGroup: "",
  resource: "",
  namespace: "",
  nonResourcePath: "",
};

function textAt(spec: Readonly<Record<string, unknown>>, name: string, line: number): string {
  const value = spec[name] ?? "";
  if (typeof value === "string") return value;
  throw apiServerError("InvalidPolicyFile", `line ${line}: ${name} is no text`);
}

/** In the first version what was not said meant everything. */
function modern({ user, group, ...rest }: Policy): Policy {
  const everything = rest.resource === "" && rest.namespace === "";
  return {
    ...rest,
    user: user === "" && group === "" ? "*" : user === "*" ? "*" : user,
    group: group === "*" ? GROUP_AUTHENTICATED : group,
    apiGroup: "*",
    resource: rest.resource === "" ? "*" : rest.resource,
    namespace: rest.namespace === "" ? "*" : rest.namespace,
    nonResourcePath: everything ? "*" : "",
  };
}

/** With a user and a group both must fit; a star means anybody whose credentials were accepted. */
function isFor({ user, group }: Policy, who: UserInfo): boolean {
  if (user === "" && group === "") return false;
  const authenticated = who.groups.includes(GROUP_AUTHENTICATED);
  const userFits = user === "" || (user === "*" ? authenticated : user === who.name);
  const groupFits = group === "" || (group === "*" ? authenticated : who.groups.includes(group));
  return userFits && groupFits;
}

function allows(policy: Policy, attributes: AuthorizationAttributes): boolean {
  const { verb, namespace, resource, group, path } = attributes;
  if (policy.readonly && !["get", "list", "watch"].includes(verb)) return false;
  if (!attributes.resourceRequest) return pathFits(policy.nonResourcePath, path);
  return fits(policy.namespace, namespace) && fits(policy.resource, resource) && fits(policy.apiGroup, group);
}

function fits(pattern: string, value: string): boolean {
  return pattern === "*" || pattern === value;
}

function pathFits(pattern: string, path: string): boolean {
  if (pattern === "") return false;
  return pattern.endsWith("*") ? path.startsWith(pattern.slice(0, -1)) : pattern === path;
}

function rulesOf(policies: readonly Policy[], user: UserInfo, namespace: string): UserRules {
  const own = policies.filter((policy) => isFor(policy, user) && fits(policy.namespace, namespace));
  const verbs = ({ readonly }: Policy): readonly string[] => (readonly ? ["get", "list", "watch"] : ["*"]);
  return {
    resourceRules: own
      .filter(({ resource }) => resource !== "")
      .map((policy) => ({ verbs: verbs(policy), apiGroups: [policy.apiGroup], resources: [policy.resource] })),
    nonResourceRules: own
      .filter(({ nonResourcePath }) => nonResourcePath !== "")
      .map((policy) => ({ verbs: verbs(policy), nonResourceURLs: [policy.nonResourcePath] })),
    incomplete: false,
    errors: [],
  };
}
