import type { ValidationRule } from "@skates/api/apiextensions/v1";
import { type FieldError, invalid, notSupported, type Path, required } from "@skates/apimachinery";
import { fieldPath } from "./field-path.ts";
import type { StructuralSchema } from "./structural-schema.ts";

const REASONS = ["FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"];

/** What can be told of rules without compiling them, in upstream's words. */
export function checkRuleTexts(schema: StructuralSchema, path: Path): readonly FieldError[] {
  const rules = schema.props["x-kubernetes-validations"] ?? [];
  return rules.flatMap((rule, index) => {
    const place = [...path, "x-kubernetes-validations", index];
    return [...messageFindings(rule, place), ...pathFindings(rule, schema, place)];
  });
}

function messageFindings(
  { rule, message = "", messageExpression = "", reason }: ValidationRule,
  path: Path,
): readonly FieldError[] {
  const at = (name: string): Path => [...path, name];
  const out: FieldError[] = [];
  const [text, told] = [rule.trim(), message.trim()];
  if (text === "") out.push(required(at("rule"), "rule is not specified"));
  else if (message !== "" && told === "") out.push(invalid(at("message"), message, "must be non-empty if specified"));
  else if (hasLineBreak(told)) out.push(invalid(at("message"), message, "must not contain line breaks"));
  else if (hasLineBreak(text) && told === "") {
    out.push(required(at("message"), "message must be specified if rule contains line breaks"));
  }
  if (messageExpression !== "" && messageExpression.trim() === "") {
    out.push(required(at("messageExpression"), "messageExpression must be non-empty if specified"));
  }
  if (reason !== undefined && !REASONS.includes(reason)) out.push(notSupported(at("reason"), reason, REASONS));
  return out;
}

function pathFindings(
  { fieldPath: text = "" }: ValidationRule,
  schema: StructuralSchema,
  path: Path,
): readonly FieldError[] {
  if (text === "") return [];
  const at = [...path, "fieldPath"];
  return [
    ...(text.trim() === "" ? [invalid(at, text, "must be non-empty if specified")] : []),
    ...(hasLineBreak(text) ? [invalid(at, text, "must not contain line breaks")] : []),
    ...("error" in fieldPath(text, schema) ? [invalid(at, text, "must be a valid path")] : []),
  ];
}

function hasLineBreak(text: string): boolean {
  return /[\n\r]/.test(text);
}
