import type { CustomResourceSubresourceScale } from "@skates/api/apiextensions/v1";
import { type ApiObject, type FieldError, invalid, isRecord, jsonText } from "@skates/apimachinery";

const INT32_MAX = 2_147_483_647;

/** What is wrong with the numbers and the selector that a scale is read from. In upstream's words. */
export function checkScaleValues(
  { specReplicasPath, statusReplicasPath, labelSelectorPath }: CustomResourceSubresourceScale,
  object: ApiObject,
): readonly FieldError[] {
  const out: FieldError[] = [];
  for (const path of [specReplicasPath, statusReplicasPath]) {
    const value = valueAt(object, path);
    if (value === undefined) continue;
    const say = (shown: unknown, text: string): void => void out.push(invalid([path], shown, text));
    if (typeof value !== "number" || !Number.isInteger(value)) say(0, wrongType(path, value, "int64"));
    else if (value < 0) say(value, "should be a non-negative integer");
    else if (value > INT32_MAX) say(value, `should be less than or equal to ${INT32_MAX}`);
  }
  const selector = labelSelectorPath === undefined ? undefined : valueAt(object, labelSelectorPath);
  if (labelSelectorPath !== undefined && selector !== undefined && typeof selector !== "string") {
    out.push(invalid([labelSelectorPath], "", wrongType(labelSelectorPath, selector, "string")));
  }
  return out;
}

function wrongType(path: string, value: unknown, wanted: string): string {
  return `${path} accessor error: ${typeof value === "string" ? value : jsonText(value)} is of the type ${goType(value)}, expected ${wanted}`;
}

function goType(value: unknown): string {
  if (typeof value === "number") return "float64";
  if (typeof value === "boolean") return "bool";
  if (Array.isArray(value)) return "[]interface {}";
  return typeof value === "string" ? "string" : "map[string]interface {}";
}

function valueAt(object: ApiObject, path: string): unknown {
  let value: unknown = object;
  for (const name of path.replace(/^\./, "").split(".")) value = isRecord(value) ? value[name] : undefined;
  return value ?? undefined;
}
