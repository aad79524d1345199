import type { LabelSelector, LabelSelectorRequirement } from "../meta/v1/label-selector.ts";
import { type FieldError, forbidden, invalid, type Path, required } from "../schema/field-error.ts";
import { isLabelValue, isQualifiedName } from "../text/names.ts";
import { everything, nothing, type Operator, type Requirement, type Selector, selectorOf } from "./selector.ts";

const OPERATORS: Readonly<Record<string, Operator>> = {
  In: "in",
  NotIn: "notin",
  Exists: "exists",
  DoesNotExist: "!",
};

/** The selector that an API object holds: absent matches nothing, empty matches everything, an unknown operator nothing. */
export function labelSelector(selector: LabelSelector | undefined): Selector {
  if (selector === undefined) return nothing;
  const requirements: Requirement[] = [];
  for (const [key, value] of Object.entries(selector.matchLabels ?? {})) {
    requirements.push({ key, operator: "=", values: [value] });
  }
  for (const expression of selector.matchExpressions ?? []) {
    const operator = Object.hasOwn(OPERATORS, expression.operator) ? OPERATORS[expression.operator] : undefined;
    if (operator === undefined) return nothing;
    requirements.push({ key: expression.key, operator, values: [...new Set(expression.values ?? [])].toSorted() });
  }
  return requirements.length === 0 ? everything : selectorOf(requirements);
}

/** What is wrong with a selector in an API object. */
export function validateLabelSelector(selector: LabelSelector | undefined, path: Path): readonly FieldError[] {
  if (selector === undefined) return [];
  const errors: FieldError[] = [...validateLabels(selector.matchLabels, [...path, "matchLabels"])];
  for (const [index, expression] of (selector.matchExpressions ?? []).entries()) {
    errors.push(...validateExpression(expression, [...path, "matchExpressions", index]));
  }
  return errors;
}

/** What is wrong with a map of labels. */
export function validateLabels(
  labels: Readonly<Record<string, string>> | undefined,
  path: Path,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  for (const [key, value] of Object.entries(labels ?? {})) {
    for (const message of isQualifiedName(key)) errors.push(invalid(path, key, message));
    for (const message of isLabelValue(value)) errors.push(invalid(path, value, message));
  }
  return errors;
}

function validateExpression(expression: LabelSelectorRequirement, path: Path): readonly FieldError[] {
  const errors: FieldError[] = [];
  const values = expression.values ?? [];
  switch (expression.operator) {
    case "In":
    case "NotIn":
      if (values.length === 0) {
        errors.push(required([...path, "values"], "must be specified when `operator` is 'In' or 'NotIn'"));
      }
      break;
    case "Exists":
    case "DoesNotExist":
      if (values.length > 0) {
        errors.push(
          forbidden([...path, "values"], "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"),
        );
      }
      break;
    default:
      errors.push(invalid([...path, "operator"], expression.operator, "not a valid selector operator"));
  }
  for (const message of isQualifiedName(expression.key))
    errors.push(invalid([...path, "key"], expression.key, message));
  for (const [index, value] of values.entries()) {
    for (const message of isLabelValue(value)) errors.push(invalid([...path, "values", index], value, message));
  }
  return errors;
}
