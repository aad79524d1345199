import type { ResourceAttributes } from "@skates/api/authorization/v1";
import { type FieldError, forbidden, formatPath, invalid, type Path, required } from "@skates/apimachinery";

/** What is wrong with the selectors of a question: both forms at once, neither, or requirements without key, operator or values. */
export function selectorFindings(
  { fieldSelector, labelSelector }: ResourceAttributes,
  path: Path,
): readonly FieldError[] {
  return [
    ...(fieldSelector === undefined ? [] : findingsOf(fieldSelector, [...path, "fieldSelector"])),
    ...(labelSelector === undefined ? [] : findingsOf(labelSelector, [...path, "labelSelector"])),
  ];
}

type Selector = NonNullable<ResourceAttributes["fieldSelector"]> | NonNullable<ResourceAttributes["labelSelector"]>;

function findingsOf({ rawSelector = "", requirements = [] }: Selector, path: Path): readonly FieldError[] {
  if (rawSelector !== "" && requirements.length > 0) {
    return [invalid([...path, "rawSelector"], rawSelector, "may not specified at the same time as requirements")];
  }
  if (rawSelector === "" && requirements.length === 0) {
    const which = formatPath(path);
    return [required([...path, "requirements"], `when ${which} is specified, requirements or rawSelector is required`)];
  }
  return requirements.flatMap((requirement, index) =>
    requirementFindings(requirement, [...path, "requirements", index]),
  );
}

interface AnyRequirement {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[] | undefined;
}

function requirementFindings({ key, operator, values = [] }: AnyRequirement, path: Path): readonly FieldError[] {
  const out: FieldError[] = key === "" ? [required([...path, "key"], "must be specified")] : [];
  if (operator === "In" || operator === "NotIn") {
    const missing = "must be specified when `operator` is 'In' or 'NotIn'";
    if (values.length === 0) out.push(required([...path, "values"], missing));
  } else if (operator === "Exists" || operator === "DoesNotExist") {
    const surplus = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
    if (values.length > 0) out.push(forbidden([...path, "values"], surplus));
  } else {
    out.push(invalid([...path, "operator"], operator, "not a valid selector operator"));
  }
  return out;
}
