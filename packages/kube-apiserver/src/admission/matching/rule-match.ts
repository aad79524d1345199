import type { RuleWithOperations } from "@skates/api/admissionregistration/v1";
import type { Resource } from "@skates/apimachinery";
import type { AdmissionAttributes } from "@skates/apiserver";

/** What rules ask about a request. */
export interface RuledRequest {
  readonly operation: AdmissionAttributes["operation"];
  readonly resource: Pick<Resource, "group" | "version" | "plural" | "namespaced">;
  /** Empty for the object itself. */
  readonly subresource: string;
}

/** Whether a rule of a webhook or policy is about a request. */
export function matchesRule(rule: RuleWithOperations, { operation, resource, subresource }: RuledRequest): boolean {
  const scope = rule.scope ?? "*";
  if (scope !== "*" && (scope === "Namespaced") !== resource.namespaced) return false;
  return (
    has(rule.operations, operation) &&
    has(rule.apiGroups, resource.group) &&
    has(rule.apiVersions, resource.version) &&
    (rule.resources ?? []).some((named) => matchesName(named, resource.plural, subresource))
  );
}

function has(values: readonly string[] | undefined, wanted: string): boolean {
  return values?.some((value) => value === "*" || value === wanted) === true;
}

/** The resource, and the subresource behind a slash: an asterisk alone means no subresources. */
function matchesName(named: string, plural: string, subresource: string): boolean {
  const slash = named.indexOf("/");
  const resource = slash < 0 ? named : named.slice(0, slash);
  const sub = slash < 0 ? "" : named.slice(slash + 1);
  return (resource === "*" || resource === plural) && (sub === "*" || sub === subresource);
}
