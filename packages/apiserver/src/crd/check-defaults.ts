import { equalValues, type FieldError, formatFieldError, invalid, isRecord, type Path } from "@skates/apimachinery";
import { checkEmbedded } from "./check-embedded.ts";
import { completeValue } from "./complete-value.ts";
import { EMBEDDED_MEMBERS, isEmbedded, type StructuralSchema } from "./structural-schema.ts";
import { NOWHERE, validateCustom } from "./validate-custom.ts";

/** Whether each default is a value of its own schema. Defaults under `additionalProperties` are not looked at, as upstream has it. */
export function checkDefaults(schema: StructuralSchema, path: Path, inMeta = false): readonly FieldError[] {
  const out: FieldError[] = [];
  const value = schema.props.default;
  if (value !== undefined) out.push(...checkDefault(schema, value, [...path, "default"], inMeta));
  if (schema.items !== undefined) out.push(...checkDefaults(schema.items, [...path, "items"], inMeta));
  for (const [name, part] of schema.properties) {
    const meta = inMeta || (isEmbedded(schema) && EMBEDDED_MEMBERS.includes(name));
    out.push(...checkDefaults(part, [...path, "properties", { key: name }], meta && !isEmbedded(part)));
  }
  return out;
}

function checkDefault(schema: StructuralSchema, value: unknown, path: Path, inMeta: boolean): readonly FieldError[] {
  const pruned = completeValue(schema, value, { defaults: false });
  const out: FieldError[] = [];
  if (!equalValues(pruned, value)) out.push(invalid(path, value, "must not have unknown fields"));
  const embedded = checkEmbedded(schema, value, path);
  if (embedded.length > 0) {
    if (!inMeta) return [...out, ...embedded];
    return [invalid(path, value, `must result in valid metadata: ${embedded.map(formatFieldError).join(", ")}`)];
  }
  // Upstream completes defaults by the defaults within them before objects get them.
  const completed = isRecord(value) || Array.isArray(value) ? completeValue(schema, value) : value;
  const wrong = validateCustom(schema, completed);
  return [...out, ...wrong.map((one) => ({ ...one, path: one.path === NOWHERE ? path : [...path, ...one.path] }))];
}
