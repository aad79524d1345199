import type { Path, Step } from "@skates/apimachinery";
import type { StructuralSchema } from "./structural-schema.ts";

/** A path of fields and keys that a schema knows, and what stands there; or what is wrong with it, in upstream's words. */
export type FieldPathResult =
  | { readonly path: Path; readonly schema: StructuralSchema | undefined }
  | { readonly error: string };

/** Reads `.spec.name` or `['a.b'].c` by a schema. `brackets` off: dots only, as for selectable fields. */
export function fieldPath(text: string, root: StructuralSchema, brackets = true): FieldPathResult {
  const tokens = tokensOf(text);
  const path: Step[] = [];
  let schema: StructuralSchema | undefined = root;
  for (let at = 0; at < tokens.length; ) {
    const token = tokens[at++] ?? "";
    if (token !== "." && token !== "[") return { error: `expected [ or . but got: ${token}` };
    if (token === "[" && !brackets) return { error: "array notation is not allowed" };
    const given = tokens[at++];
    if (given === undefined) return { error: "unexpected end of JSON path" };
    const name = token === "." ? given : unquoted(given);
    if (typeof name !== "string") return name;
    const next = stepInto(schema, name);
    if (next === undefined) return { error: "does not refer to a valid field" };
    path.push(next.step);
    schema = next.schema;
    if (token === ".") continue;
    const close = tokens[at++];
    if (close === undefined) return { error: "unexpected end of JSON path" };
    if (close !== "]") return { error: `expected ] but got ${close}` };
  }
  return { path, schema };
}

/** Delimiters one by one, quoted texts with their quotes, and what stands between. */
function tokensOf(text: string): readonly string[] {
  return text.match(/'(?:\\.|[^'\\])*'|[.[\]]|[^.[\]]+/g) ?? [];
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: "\u0007",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "'": "'",
  "\\": "\\",
};

function unquoted(token: string): string | { readonly error: string } {
  if (token.length < 2 || !token.startsWith("'") || !token.endsWith("'")) {
    return { error: `expected single quoted string but got ${token}` };
  }
  const inner = token.slice(1, -1);
  const wrong = inner.match(/\\./g)?.find((escape) => !Object.hasOwn(ESCAPES, escape.slice(1)));
  if (wrong !== undefined) return { error: `invalid string literal: invalid escape char ${wrong}` };
  return inner.replaceAll(/\\(.)/g, (_, letter: string) => ESCAPES[letter] ?? "");
}

function stepInto(
  schema: StructuralSchema | undefined,
  name: string,
): { readonly step: Step; readonly schema: StructuralSchema | undefined } | undefined {
  if (schema === undefined) return undefined;
  if (schema.properties.size > 0) {
    const part = schema.properties.get(name);
    return part === undefined ? undefined : { step: name, schema: part };
  }
  if (schema.additional === undefined) return undefined;
  return { step: { key: name }, schema: typeof schema.additional === "object" ? schema.additional : undefined };
}
