import type { PolicyRule } from "@skates/api/rbac/v1";
import type { AuthorizationAttributes } from "@skates/apiserver";

/** Whether a rule of a role allows it. */
export function ruleAllows(rule: PolicyRule, attributes: AuthorizationAttributes): boolean {
  if (!matches(rule.verbs, attributes.verb)) return false;
  if (!attributes.resourceRequest) return (rule.nonResourceURLs ?? []).some((url) => urlMatches(url, attributes.path));
  const { group, resource, subresource, name } = attributes;
  if (rule.apiGroups === undefined || !matches(rule.apiGroups, group)) return false;
  if (!resourceMatches(rule.resources ?? [], resource, subresource)) return false;
  const names = rule.resourceNames ?? [];
  return names.length === 0 || names.includes(name);
}

/**
 * What of `wanted` the rules of `held` do not give, in upstream's words: one `{APIGroups:…}` for each, sorted; empty: all is held.
 * A wildcard is held only by a wildcard.
 */
export function missingRights(held: readonly PolicyRule[], wanted: readonly PolicyRule[]): readonly string[] {
  const missing = new Map<string, PolicyRule>();
  for (const right of wanted.flatMap(singleRights)) {
    if (held.some((rule) => covers(rule, right))) continue;
    const { verbs, ...object } = right;
    const key = JSON.stringify(object);
    const before = missing.get(key);
    if (before === undefined) missing.set(key, right);
    else if (verbs.some((verb) => !before.verbs.includes(verb))) {
      missing.set(key, { ...before, verbs: [...before.verbs, ...verbs] });
    }
  }
  return [...missing.values()].map(ruleText).sort();
}

/** One rule for each verb on each thing. */
function singleRights(rule: PolicyRule): readonly PolicyRule[] {
  const { verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule;
  const objects: readonly Omit<PolicyRule, "verbs">[] = [
    ...apiGroups.flatMap((group) =>
      resources.flatMap((resource): readonly Omit<PolicyRule, "verbs">[] => {
        const object = { apiGroups: [group], resources: [resource] };
        return resourceNames.length === 0
          ? [object]
          : resourceNames.map((name) => ({ ...object, resourceNames: [name] }));
      }),
    ),
    ...nonResourceURLs.map((url) => ({ nonResourceURLs: [url] })),
  ];
  return objects.flatMap((object) => verbs.map((verb) => ({ ...object, verbs: [verb] })));
}

/** Whether a rule gives a single right. */
function covers(
  rule: PolicyRule,
  { verbs, apiGroups, resources, resourceNames, nonResourceURLs }: PolicyRule,
): boolean {
  if (!verbs.every((verb) => matches(rule.verbs, verb))) return false;
  if (nonResourceURLs !== undefined) {
    return nonResourceURLs.every((url) => (rule.nonResourceURLs ?? []).some((held) => urlMatches(held, url)));
  }
  if (!(apiGroups ?? []).every((group) => matches(rule.apiGroups ?? [], group))) return false;
  const held = rule.resources ?? [];
  const all = (resources ?? []).every((full) => {
    const [resource = "", subresource = ""] = full.split("/", 2);
    return resourceMatches(held, resource, subresource);
  });
  const names = rule.resourceNames ?? [];
  return all && (names.length === 0 || (resourceNames ?? [""]).every((name) => names.includes(name)));
}

function matches(list: readonly string[], value: string): boolean {
  return list.includes("*") || list.includes(value);
}

function resourceMatches(list: readonly string[], resource: string, subresource: string): boolean {
  if (subresource === "") return matches(list, resource);
  return matches(list, `${resource}/${subresource}`) || list.includes(`*/${subresource}`);
}

function urlMatches(pattern: string, path: string): boolean {
  return pattern.endsWith("*") ? path.startsWith(pattern.slice(0, -1)) : pattern === path;
}

/** As upstream prints rules in refusals. */
function ruleText({ apiGroups, resources, nonResourceURLs, resourceNames, verbs }: PolicyRule): string {
  const part = (name: string, values: readonly string[] | undefined): readonly string[] =>
    values === undefined || values.length === 0
      ? []
      : [`${name}:[${values.map((value) => JSON.stringify(value)).join(" ")}]`];
  const parts = [
    ...part("APIGroups", apiGroups),
    ...part("Resources", resources),
    ...part("NonResourceURLs", nonResourceURLs),
    ...part("ResourceNames", resourceNames),
    ...part("Verbs", verbs),
  ];
  return `{${parts.join(", ")}}`;
}
