import { type FieldError, invalid, isDns1123Label, notSupported, type Path, required } from "@skates/apimachinery";
import type { Findings } from "../../checks.ts";
import type { NonResourcePolicyRule, ResourcePolicyRule } from "./flow-schema.ts";

const VERBS = ["create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch"];

/** Requests for objects: known verbs, and wildcards that stand alone. */
export function resourceRuleFindings(rule: ResourcePolicyRule, path: Path): Findings {
  const { namespaces = [], clusterScope } = rule;
  const at = [...path, "namespaces"];
  const out: FieldError[] = [...verbFindings(rule.verbs, [...path, "verbs"])];
  out.push(...aloneFindings(rule.apiGroups, "api groups", [...path, "apiGroups"]));
  out.push(...aloneFindings(rule.resources, "resources", [...path, "resources"]));
  if (namespaces.length === 0 && clusterScope !== true) {
    return [...out, required(at, "resource rules that are not cluster scoped must supply at least one namespace")];
  }
  if (namespaces.includes("*")) return [...out, ...aloneFindings(namespaces, "namespaces", at)];
  for (const [index, name] of namespaces.entries()) {
    for (const message of isDns1123Label(name)) {
      out.push(invalid([...at, index], name, `each member of this list must be '*' or a DNS-1123 label; ${message}`));
    }
  }
  return out;
}

/** Requests for paths, whole ones or all below one. */
export function nonResourceRuleFindings(rule: NonResourcePolicyRule, path: Path): Findings {
  const { nonResourceURLs: urls } = rule;
  const at = [...path, "nonResourceURLs"];
  const verbs = verbFindings(rule.verbs, [...path, "verbs"]);
  if (urls.includes("*")) return [...verbs, ...aloneFindings(urls, "non-resource URLs", at)];
  const wrong = urls.flatMap((url, index) => {
    const problem = urlProblem(url);
    return problem === undefined ? [] : [invalid([...at, index], url, problem)];
  });
  return [...verbs, ...wrong];
}

function verbFindings(verbs: readonly string[], path: Path): Findings {
  if (verbs.includes("*")) return aloneFindings(verbs, "verbs", path);
  return verbs.every((verb) => VERBS.includes(verb)) ? [] : [notSupported(path, verbs, VERBS)];
}

function aloneFindings(values: readonly string[], what: string, path: Path): Findings {
  if (values.length < 2 || !values.includes("*")) return [];
  return [invalid(path, values, `if '*' is present, must not specify other ${what}`)];
}

function urlProblem(url: string): string | undefined {
  if (url === "") return "must not be empty";
  if (url === "/") return undefined;
  if (!url.startsWith("/")) return "must start with slash";
  if (url.includes(" ")) return "must not contain white-space";
  if (url.includes("//")) return "must not contain double slash";
  const stars = url.split("*").length - 1;
  return stars > 1 || (stars === 1 && !url.endsWith("/*")) ? "wildcard can only do suffix matching" : undefined;
}
