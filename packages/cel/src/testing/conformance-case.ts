import { type Type, Type_PrimitiveType, Type_WellKnownType } from "@bufbuild/cel-spec/cel/expr/checked_pb.js";
import type { SimpleTest } from "@bufbuild/cel-spec/cel/expr/conformance/test/simple_pb.js";
import type { Value } from "@bufbuild/cel-spec/cel/expr/value_pb.js";
import { anyUnpack, DurationSchema, TimestampSchema } from "@bufbuild/protobuf/wkt";
import { expect } from "vitest";
import { listsLibrary } from "../extensions/lists.ts";
import { optionalLibrary } from "../extensions/optional.ts";
import { setsLibrary } from "../extensions/sets.ts";
import { stringsLibrary } from "../extensions/strings.ts";
import { twoVariablesLibrary } from "../extensions/two-variables.ts";
import { bindValue } from "../binding.ts";
import type { FunctionDeclaration, Overload } from "../declaration.ts";
import { type CelEnvironment, createEnvironment } from "../environment.ts";
import { intOf } from "../integer.ts";
import type { Compilation } from "../program.ts";
import * as types from "../type.ts";
import { type CelType, formatType } from "../type.ts";
import type { CelValue } from "../value.ts";
import { equals } from "../values/equal.ts";
import { listOf } from "../values/list.ts";
import { mapOfEntries } from "../values/map.ts";
import { typeValue } from "../values/scalars.ts";

const base: CelEnvironment = createEnvironment({
  libraries: [stringsLibrary, optionalLibrary, twoVariablesLibrary, listsLibrary, setsLibrary],
});

/** Runs a case of the conformance suite, checked; fails where the checker refuses it. */
export function runCase(original: SimpleTest): void {
  const compiled = compile(original);
  if (!compiled.ok) throw new Error(compiled.message);
  const matcher = original.resultMatcher;
  const { program } = compiled;
  const activation = Object.fromEntries(
    Object.entries(original.bindings).map(([name, { kind }]) => {
      if (kind.case !== "value") throw new Error(`binding ${name} is no value`);
      return [name, bindValue(valueOf(kind.value))];
    }),
  );
  if (matcher.case === "typedResult" && matcher.value.deducedType !== undefined)
    expect(formatType(program.resultType)).toBe(formatType(typeOf(matcher.value.deducedType)));
  if (original.checkOnly) return;
  const outcome = program.evaluate(activation, { costLimit: Infinity });
  if (expectsFailure(original)) {
    expect(outcome.ok).toBe(false);
    return;
  }
  if (!outcome.ok) throw new Error(outcome.error);
  const expected =
    matcher.case === "value" ? matcher.value : matcher.case === "typedResult" ? matcher.value.result : undefined;
  const value = expected === undefined ? true : valueOf(expected);
  if (!same(outcome.value, value)) expect(outcome.value).toEqual(value);
}

/** What the compiler has against a case; undefined if nothing. */
export function refusalOf(original: SimpleTest): string | undefined {
  const compiled = compile(original);
  return compiled.ok ? undefined : compiled.message;
}

function compile(original: SimpleTest): Compilation {
  return base.extend({ variables: variablesOf(original), container: original.container }).compile(original.expr);
}

/** Whether the suite wants an error for an answer. */
export function expectsFailure({ resultMatcher }: SimpleTest): boolean {
  return resultMatcher.case === "evalError" || resultMatcher.case === "anyEvalErrors";
}

/** Equal and of the same type; NaN is itself. */
function same(actual: CelValue, expected: CelValue): boolean {
  if (isNan(expected)) return isNan(actual);
  return typeof actual === typeof expected && kindOf(actual) === kindOf(expected) && equals(actual, expected);
}

function isNan(value: CelValue): boolean {
  return typeof value === "object" && value?.kind === "double" && Number.isNaN(value.value);
}

function kindOf(value: CelValue): string {
  return typeof value === "object" && value !== null ? value.kind : typeof value;
}

/** The variables that a test declares. */
export function variablesOf(original: SimpleTest): Readonly<Record<string, CelType>> {
  const declared: Record<string, CelType> = {};
  for (const name of Object.keys(original.bindings)) declared[name] = types.dynType;
  for (const { name, declKind } of original.typeEnv)
    if (declKind.case === "ident" && declKind.value.type !== undefined) declared[name] = typeOf(declKind.value.type);
  return declared;
}

/** The functions that a test declares; nobody calls them. */
export function functionsOf(original: SimpleTest): readonly FunctionDeclaration[] {
  return original.typeEnv.flatMap(({ name, declKind }) => {
    if (declKind.case !== "function") return [];
    const overloads = declKind.value.overloads.map((overload): Overload => {
      const params = overload.params.map(typeOf);
      const signature = { id: overload.overloadId, params, result: inner(overload.resultType), run: () => null };
      return overload.isInstanceFunction ? { ...signature, member: true } : signature;
    });
    return [{ name, overloads }];
  });
}

const PRIMITIVES: ReadonlyMap<Type_PrimitiveType, CelType> = new Map([
  [Type_PrimitiveType.BOOL, types.boolType],
  [Type_PrimitiveType.INT64, types.intType],
  [Type_PrimitiveType.UINT64, types.uintType],
  [Type_PrimitiveType.DOUBLE, types.doubleType],
  [Type_PrimitiveType.STRING, types.stringType],
  [Type_PrimitiveType.BYTES, types.bytesType],
]);
const WELL_KNOWN: ReadonlyMap<Type_WellKnownType, CelType> = new Map([
  [Type_WellKnownType.ANY, types.anyType],
  [Type_WellKnownType.TIMESTAMP, types.timestampType],
  [Type_WellKnownType.DURATION, types.durationType],
]);

/** The type of the published declarations. */
export function typeOf({ typeKind }: Type): CelType {
  switch (typeKind.case) {
    case "dyn":
      return types.dynType;
    case "null":
      return types.nullType;
    case "primitive":
      return PRIMITIVES.get(typeKind.value) ?? types.errorType;
    case "wrapper":
      return types.nullableType(PRIMITIVES.get(typeKind.value) ?? types.errorType);
    case "wellKnown":
      return WELL_KNOWN.get(typeKind.value) ?? types.errorType;
    case "listType":
      return types.listType(inner(typeKind.value.elemType));
    case "mapType":
      return types.mapType(inner(typeKind.value.keyType), inner(typeKind.value.valueType));
    case "messageType":
      return TYPE_NAMES.get(typeKind.value) ?? types.objectType(typeKind.value);
    case "typeParam":
      return types.paramType(typeKind.value);
    case "type":
      return typeKind.value.typeKind.case === undefined ? types.typeType : types.typeOfType(typeOf(typeKind.value));
    case "abstractType":
      return types.opaqueType(typeKind.value.name, ...typeKind.value.parameterTypes.map(typeOf));
    default:
      throw new Error(`no type for ${typeKind.case}`);
  }
}

function inner(type: Type | undefined): CelType {
  return type === undefined ? types.dynType : typeOf(type);
}

const TYPE_NAMES: ReadonlyMap<string, CelType> = new Map(
  Object.values(types)
    .filter((value) => typeof value === "object")
    .map((type) => [type.name, type]),
);

/** The value of the published results. */
function valueOf({ kind }: Value): CelValue {
  switch (kind.case) {
    case "nullValue":
      return null;
    case "boolValue":
    case "stringValue":
      return kind.value;
    case "int64Value":
      return intOf(kind.value);
    case "uint64Value":
      return { kind: "uint", value: kind.value };
    case "doubleValue":
      return { kind: "double", value: kind.value };
    case "bytesValue":
      return { kind: "bytes", value: kind.value };
    case "listValue":
      return listOf(kind.value.values.map(valueOf));
    case "mapValue":
      return mapOfEntries(
        kind.value.entries.map(({ key, value }) => {
          if (key === undefined || value === undefined) throw new Error("an entry lacks its key or value");
          return [valueOf(key), valueOf(value)] as const;
        }),
      );
    case "typeValue":
      return typeValue(TYPE_NAMES.get(kind.value) ?? types.opaqueType(kind.value));
    case "objectValue": {
      const time = anyUnpack(kind.value, TimestampSchema);
      if (time !== undefined)
        return { kind: "timestamp", seconds: Number(time.seconds), nanos: time.nanos, offsetMinutes: 0 };
      const span = anyUnpack(kind.value, DurationSchema);
      if (span !== undefined) return { kind: "duration", nanos: span.seconds * 1_000_000_000n + BigInt(span.nanos) };
      throw new Error(`no value for ${kind.value.typeUrl}`);
    }
    default:
      throw new Error(`no value for ${kind.case}`);
  }
}
