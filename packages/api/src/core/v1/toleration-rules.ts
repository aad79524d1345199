import { type FieldError, invalid, isLabelValue, notSupported, type Path } from "@skates/apimachinery";
import { checkQualifiedName, type Findings } from "../../checks.ts";
import type { Taint, Toleration } from "./toleration.ts";

/** The parts of a toleration fit each other. */
export function tolerationRules(toleration: Toleration, _old: unknown, path: Path): Findings {
  const { key = "", operator, value = "", effect, tolerationSeconds } = toleration;
  const at = [...path, "operator"];
  const out: FieldError[] = [];
  if (key !== "") out.push(...checkQualifiedName([...path, "key"], key));
  else if (operator !== "Exists") {
    out.push(
      invalid(
        at,
        operator ?? "",
        'operator must be Exists when `key` is empty, which means "match all values and all keys"',
      ),
    );
  }
  if (tolerationSeconds !== undefined && effect !== "NoExecute") {
    out.push(invalid([...path, "effect"], effect ?? "", "effect must be 'NoExecute' when `tolerationSeconds` is set"));
  }
  if (operator === "Exists") {
    if (value !== "") out.push(invalid(at, toleration, "value must be empty when `operator` is 'Exists'"));
  } else if (operator === "Gt" || operator === "Lt") {
    // The gate TaintTolerationComparisonOperators is alpha and off.
    out.push(notSupported(at, operator, ["Equal", "Exists"]));
  } else if (operator === undefined || operator === "Equal") {
    const messages = isLabelValue(value);
    if (messages.length > 0) out.push(invalid(at, value, messages.join(";")));
  }
  return out;
}

/** A taint's key and value are those of labels. */
export function taintRules(taint: Taint, _old: unknown, path: Path): Findings {
  const messages = isLabelValue(taint.value ?? "");
  return [
    ...(taint.key === "" ? [] : checkQualifiedName([...path, "key"], taint.key)),
    ...(messages.length === 0 ? [] : [invalid([...path, "value"], taint.value, messages.join(";"))]),
  ];
}
