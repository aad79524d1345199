/** Objects made from the schemas: a sample of the kind, changed in some places, sensibly or not. */
import type { Struct, TypeNode } from "@skates/apimachinery";
import fc from "fast-check";

/** What stands where something else is expected. */
const odd: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    -1,
    0,
    2 ** 31,
    2 ** 53,
    1e308,
    -0,
    0.5,
    "",
    "\ud800",
    "a\u0000b",
    "x".repeat(300),
  ),
  fc.constantFrom<unknown>([], {}, [null], [[]], { a: null }, { "": "" }, ["a", "a"]),
  // As own keys, which a literal would not make.
  fc.constantFrom<unknown>(
    ...['{"__proto__":{"a":1}}', '{"constructor":{"prototype":1}}'].map((text) => JSON.parse(text)),
  ),
  fc.string({ maxLength: 8 }),
);
const WORDS =
  "a b main sample default app 1 80 10% 1Gi 100m TCP Always Exists In * example.com/a a.example.com 10.96.0.9 fd00::1 " +
  "2026-01-01T00:00:00Z kubernetes.io/hostname -1 1e9 0x10 ../a a/b/c A 1s YQ== %zz ü";
const words = fc.constantFrom(...WORDS.split(" "));
const KEYS = fc.constantFrom("a", "app", "example.com/a", "cpu", "memory", "hugepages-2Mi", "a b", "", "constructor");

/** A value of a type, to a depth; now and then something odd. */
function valueOf(type: TypeNode, depth: number): fc.Arbitrary<unknown> {
  const fitting = fittingOf(type, depth);
  return fc.oneof({ weight: 12, arbitrary: fitting }, { weight: 1, arbitrary: odd });
}

function fittingOf(type: TypeNode, depth: number): fc.Arbitrary<unknown> {
  switch (type.kind) {
    case "string":
      return type.values === undefined
        ? words
        : fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...type.values) }, words);
    case "bool":
      return fc.boolean();
    case "int":
      return fc.constantFrom(0, 1, 2, 80, 443, 30_000, 65_535, 65_536, -1, 2 ** 31 - 1, 2 ** 31, 2 ** 53);
    case "double":
      return fc.constantFrom(0, 0.5, -1.5, 1e300);
    case "bytes":
      return fc.constantFrom("", "YQ==", "YQ", "/w==", "not base64!");
    case "quantity":
      return fc.constantFrom("1", "100m", "1Gi", "-1", "1e3", "0.5", 2, 1.5, "999999999999999999999Ei", "1.2.3");
    case "time":
    case "microTime":
      return fc.constantFrom(
        "2026-01-01T00:00:00Z",
        "2026-01-01T00:00:00.123456+01:00",
        "9999-12-31T23:59:59Z",
        "now",
        null,
      );
    case "duration":
      return fc.constantFrom("1s", "1h2m", "-1s", "1", "");
    case "intOrString":
      return fc.constantFrom<unknown>(80, "80", "http", "25%", "-1%", -1, 2 ** 31, "");
    case "fieldsV1":
    case "rawExtension":
      return fc.constantFrom<unknown>(
        {},
        { "f:a": {} },
        { kind: "ConfigMap", apiVersion: "v1" },
        { ".": {}, "k:{}": {} },
      );
    case "json":
      return fc.json({ maxDepth: 3 }).map((text) => JSON.parse(text) as unknown);
    case "list":
      return depth === 0 ? fc.constant([]) : fc.array(valueOf(type.items, depth - 1), { maxLength: 3 });
    case "map":
      return depth === 0 ? fc.constant({}) : fc.dictionary(KEYS, valueOf(type.values, depth - 1), { maxKeys: 3 });
    case "ref":
      return depth === 0 ? fc.constant({}) : structOf(type.target(), depth - 1);
  }
}

/** Some fields of a struct: what must be sent mostly, of the others a few. */
function structOf({ fields }: Struct, depth: number): fc.Arbitrary<Record<string, unknown>> {
  const names = Object.keys(fields);
  if (names.length === 0) return fc.constant({});
  const needed = names.filter((name) => fields[name]?.sent === true);
  return fc.tuple(fc.subarray(names, { maxLength: Math.min(3, names.length) }), fc.boolean()).chain(([some, all]) => {
    const chosen = new Set(all ? [...needed, ...some] : some);
    const members = [...chosen].map((name) => [name, memberOf(fields, name, depth)] as const);
    return fc.record(Object.fromEntries(members));
  });
}

function memberOf(fields: Struct["fields"], name: string, depth: number): fc.Arbitrary<unknown> {
  const field = fields[name];
  return field === undefined ? odd : valueOf(field.type, depth);
}

/** A change to an object: at a place that its schema has, or at one that it has not, another value. */
export interface Mutation {
  readonly path: readonly (string | number)[];
  readonly value: unknown;
}

/** Up to three changes of a sample, at any depth of what it has. */
export function mutations(schema: Struct, sample: unknown): fc.Arbitrary<readonly Mutation[]> {
  const places = placesOf(schema, sample);
  const one = fc.constantFrom(...places).chain(({ path, type }) => {
    return (type === undefined ? odd : valueOf(type, 3)).map((value) => ({ path, value }));
  });
  return fc.array(one, { minLength: 1, maxLength: 3 });
}

interface Place {
  readonly path: readonly (string | number)[];
  /** Undefined: no such field. */
  readonly type: TypeNode | undefined;
}

/** Every field that the schema has beside what the sample says, down as far as the sample goes, and a field that it has not. */
function placesOf(schema: Struct, sample: unknown, path: Place["path"] = []): readonly Place[] {
  const record = typeof sample === "object" && sample !== null ? (sample as Record<string, unknown>) : {};
  const here = Object.entries(schema.fields).flatMap(([name, { type }]) => {
    const at = [...path, name];
    return [{ path: at, type }, ...placesIn(type, record[name], at)];
  });
  return [...here, { path: [...path, "__proto__"], type: undefined }, { path: [...path, "unknown"], type: undefined }];
}

function placesIn(type: TypeNode, value: unknown, path: Place["path"]): readonly Place[] {
  if (type.kind === "ref" && value !== undefined) return placesOf(type.target(), value, path);
  if (type.kind !== "list" || !Array.isArray(value)) return [];
  return value.flatMap((item: unknown, index) => placesIn(type.items, item, [...path, index]));
}

/** The sample with the changes. */
export function mutated(sample: unknown, changes: readonly Mutation[]): unknown {
  return changes.reduce((object, { path, value }) => withAt(object, path, value), sample);
}

function withAt(object: unknown, [first, ...rest]: Mutation["path"], value: unknown): unknown {
  if (first === undefined) return value;
  if (Array.isArray(object)) return object.map((item: unknown, i) => (i === first ? withAt(item, rest, value) : item));
  const members = typeof object === "object" && object !== null ? Object.entries(object) : [];
  const old = members.find(([name]) => name === first)?.[1];
  // Not spread: `__proto__` is to be a member.
  return Object.fromEntries([...members.filter(([name]) => name !== first), [first, withAt(old, rest, value)]]);
}
