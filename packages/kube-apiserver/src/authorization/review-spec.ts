import type { ResourceAttributes, SubjectAccessReviewSpec } from "@skates/api/authorization/v1";
import {
  fieldSelectorOf,
  parseFieldSelector,
  parseLabelSelector,
  type Requirement,
  SelectorError,
  type UserInfo,
} from "@skates/apimachinery";
import type { AuthorizationAttributes } from "@skates/apiserver";

/** What is asked, as a SubjectAccessReview asks it: with every requirement of the selectors that can be told in it. */
export function reviewSpec(attributes: AuthorizationAttributes): SubjectAccessReviewSpec {
  const { user, verb, path, resourceRequest } = attributes;
  const who = {
    user: user.name,
    ...(user.groups.length === 0 ? {} : { groups: user.groups }),
    ...(user.uid === undefined ? {} : { uid: user.uid }),
    ...(user.extra === undefined ? {} : { extra: user.extra }),
  };
  if (!resourceRequest) return { nonResourceAttributes: { path, verb }, ...who };
  const { namespace, group, version, resource, subresource, name } = attributes;
  const fields = fieldRequirements(attributes.fieldSelector ?? "");
  const labels = labelRequirements(attributes.labelSelector ?? "");
  const resourceAttributes: ResourceAttributes = {
    namespace: given(namespace),
    verb: given(verb),
    group: given(group),
    version: given(version),
    resource: given(resource),
    subresource: given(subresource),
    name: given(name),
    ...(fields.length === 0 ? {} : { fieldSelector: { requirements: fields } }),
    ...(labels.length === 0 ? {} : { labelSelector: { requirements: labels } }),
  };
  return { resourceAttributes, ...who };
}

/** What a review asks, for one user. A selector that cannot be read is none: the question is then about everything. */
export function reviewedAttributes(spec: SubjectAccessReviewSpec, user: UserInfo): AuthorizationAttributes {
  const { resourceAttributes: of, nonResourceAttributes: other } = spec;
  if (of === undefined) {
    const none = { group: "", version: "", resource: "", subresource: "", namespace: "", name: "" };
    return { ...none, user, verb: other?.verb ?? "", resourceRequest: false, path: other?.path ?? "" };
  }
  return {
    user,
    verb: of.verb ?? "",
    resourceRequest: true,
    path: "",
    group: of.group ?? "",
    version: of.version ?? "",
    resource: of.resource ?? "",
    subresource: of.subresource ?? "",
    namespace: of.namespace ?? "",
    name: of.name ?? "",
    ...selectorsOf(of),
  };
}

type Selectors = Pick<AuthorizationAttributes, "fieldSelector" | "labelSelector">;

function selectorsOf({ fieldSelector, labelSelector }: ResourceAttributes): Selectors {
  return { fieldSelector: fieldText(fieldSelector), labelSelector: labelText(labelSelector) };
}

/** Field selectors know single values only; others are left out, as upstream does. */
function fieldText(selector: ResourceAttributes["fieldSelector"]): string | undefined {
  if (selector === undefined) return undefined;
  if ((selector.rawSelector ?? "") !== "") return selector.rawSelector;
  const requirements = (selector.requirements ?? []).flatMap(({ key, operator, values = [] }) => {
    const [value, ...more] = values;
    if (value === undefined || more.length > 0 || (operator !== "In" && operator !== "NotIn")) return [];
    return [{ field: key, operator: operator === "In" ? ("=" as const) : ("!=" as const), value }];
  });
  return fieldSelectorOf(requirements).toString();
}

function labelText(selector: ResourceAttributes["labelSelector"]): string | undefined {
  if (selector === undefined) return undefined;
  if ((selector.rawSelector ?? "") !== "") return selector.rawSelector;
  return (selector.requirements ?? []).flatMap(labelTerm).join(",");
}

/** One term, read back: a key or value that would be read as something else is left out, which makes the question a wider one. */
function labelTerm({ key, operator, values = [] }: LabelRequirements[number]): readonly string[] {
  const term = TERMS[operator]?.(key, values);
  const read = term === undefined ? undefined : readable(() => parseLabelSelector(term).requirements);
  const [only, ...others] = read ?? [];
  const same = only?.key === key && others.length === 0 && String(only.values) === String([...new Set(values)].sort());
  return term !== undefined && same ? [term] : [];
}

const TERMS: Readonly<Record<string, (key: string, values: readonly string[]) => string>> = {
  In: (key, values) => `${key} in (${values.join(",")})`,
  NotIn: (key, values) => `${key} notin (${values.join(",")})`,
  Exists: (key) => key,
  DoesNotExist: (key) => `!${key}`,
};

type FieldRequirements = NonNullable<NonNullable<ResourceAttributes["fieldSelector"]>["requirements"]>;
type LabelRequirements = NonNullable<NonNullable<ResourceAttributes["labelSelector"]>["requirements"]>;

function fieldRequirements(text: string): FieldRequirements {
  const requirements = text === "" ? [] : (readable(() => parseFieldSelector(text).requirements) ?? []);
  return requirements.map(({ field, operator, value }) => ({
    key: field,
    operator: operator === "=" ? "In" : "NotIn",
    values: [value],
  }));
}

function labelRequirements(text: string): LabelRequirements {
  const requirements = text === "" ? [] : (readable(() => parseLabelSelector(text).requirements) ?? []);
  return requirements.flatMap(({ key, operator, values }) => {
    const name = OPERATORS.get(operator);
    if (name === undefined) return [];
    return [{ key, operator: name, ...(values.length === 0 ? {} : { values }) }];
  });
}

const OPERATORS: ReadonlyMap<Requirement["operator"], LabelRequirements[number]["operator"]> = new Map([
  ["=", "In"],
  ["==", "In"],
  ["in", "In"],
  ["!=", "NotIn"],
  ["notin", "NotIn"],
  ["exists", "Exists"],
  ["!", "DoesNotExist"],
] as const);

function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof SelectorError) return undefined;
    throw error;
  }
}

/** Empty texts are left out on the wire. */
function given(text: string): string | undefined {
  return text === "" ? undefined : text;
}
