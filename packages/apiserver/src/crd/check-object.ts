import type { CustomResourceSubresourceScale } from "@skates/api/apiextensions/v1";
import { type ApiObject, type FieldError, invalid, isQualifiedName } from "@skates/apimachinery";
import { checkEmbedded } from "./check-embedded.ts";
import { repeatedItems } from "./list-uniqueness.ts";
import { hasRules, runRules } from "./rules/run-rules.ts";
import { checkScaleValues } from "./scale-values.ts";
import { withoutMeta } from "./schema-struct.ts";
import type { StructuralSchema } from "./structural-schema.ts";
import { NOWHERE, validateCustom } from "./validate-custom.ts";

export interface ObjectRules {
  /** As the definition has it. */
  readonly schema: StructuralSchema;
  /** The same, without what every object has. */
  readonly content: StructuralSchema;
  readonly scale: CustomResourceSubresourceScale | undefined;
}

/** All that upstream finds wrong with a custom object, in its order. */
export function checkObject(
  { schema, content, scale }: ObjectRules,
  self: ApiObject,
  old: ApiObject | undefined,
): readonly FieldError[] {
  const plain = plainFindings({ schema, content, scale }, self, old);
  if (plain.some(({ reason }) => BLOCKING.has(reason))) return hasRules(schema) ? [...plain, NOT_CHECKED] : plain;
  return [...plain, ...runRules(schema, self, old)];
}

/** After these, values are not of the shape that rules are written for. */
const BLOCKING: ReadonlySet<FieldError["reason"]> = new Set([
  "NotSupported",
  "Required",
  "TooLong",
  "TooMany",
  "TypeInvalid",
]);
const NOT_CHECKED: FieldError = invalid(
  NOWHERE,
  "null",
  "some validation rules were not checked because the object was invalid; correct the existing errors to complete validation",
);

function plainFindings(
  { schema, content, scale }: ObjectRules,
  self: ApiObject,
  old: ApiObject | undefined,
): readonly FieldError[] {
  const next = withoutMeta(self);
  const before = old === undefined ? undefined : withoutMeta(old);
  const repeatedBefore = before === undefined ? [] : repeatedItems(content, before);
  return [
    ...nameFindings(schema, self, old),
    ...validateCustom(content, next, before),
    ...(scale === undefined ? [] : checkScaleValues(scale, self)),
    ...checkEmbedded(content, next, []),
    ...(repeatedBefore.length > 0 ? [] : repeatedItems(content, next)),
  ];
}

/** A schema may narrow the name and what it is made of. */
function nameFindings(schema: StructuralSchema, self: ApiObject, old: ApiObject | undefined): readonly FieldError[] {
  const metadata = schema.properties.get("metadata");
  if (metadata === undefined) return [];
  const of = ({ metadata: { name, generateName } }: ApiObject): object =>
    generateName === undefined ? { name } : { name, generateName };
  return validateCustom(metadata, of(self), old === undefined ? undefined : of(old), ["metadata"]);
}

const STANDARD_FINALIZERS: ReadonlySet<string> = new Set(["orphan", "foregroundDeletion", "kubernetes"]);

/** Finalizers that somebody else might choose too. */
export function finalizerWarnings(next: ApiObject, old: ApiObject | undefined): readonly string[] {
  const known = new Set(old?.metadata.finalizers);
  const added = (next.metadata.finalizers ?? []).filter((name) => !known.has(name)).toSorted();
  return added.flatMap((name) => {
    const about = `metadata.finalizers: ${JSON.stringify(name)}`;
    const out = isQualifiedName(name).map((message) => `${about}: ${message}`);
    if (name.includes("/") || STANDARD_FINALIZERS.has(name)) return out;
    const path = name.includes(".") ? " including a path (/)" : "";
    const text = `prefer a domain-qualified finalizer name${path} to avoid accidental conflicts with other finalizer writers`;
    return [...out, `${about}: ${text}`];
  });
}
