import { CelError, noSuchOverload } from "../cel-error.ts";
import type { FunctionDeclaration, Overload } from "../declaration.ts";
import { get } from "../interpreter/access.ts";
import {
  boolType,
  bytesType,
  type CelType,
  doubleType,
  durationType,
  intType,
  listType,
  mapType,
  paramType,
  stringType,
  timestampType,
  uintType,
} from "../type.ts";
import type { CelValue } from "../value.ts";
import { add, divide, modulo, multiply, negate, subtract } from "../values/arithmetic.ts";
import { compare } from "../values/compare.ts";
import { equals } from "../values/equal.ts";
import { isObject } from "../values/scalars.ts";
import { list, map } from "./overload.ts";
import {
  comparisonCost,
  concatenationCost,
  containmentCost,
  conditionalCost,
  equalityCosts,
  listAdditionCost,
  logicCost,
} from "./costs.ts";

const A = paramType("A");
const B = paramType("B");
const LIST = listType(A);
const MAP = mapType(A, B);

/** All operators as functions. */
export function operatorFunctions(): readonly FunctionDeclaration[] {
  return [
    {
      name: "_?_:_",
      overloads: [{ id: "conditional", params: [boolType, A, A], result: A, run: never, cost: conditionalCost }],
    },
    {
      name: "_&&_",
      overloads: [{ id: "logical_and", params: [boolType, boolType], result: boolType, run: never, cost: logicCost }],
    },
    {
      name: "_||_",
      overloads: [{ id: "logical_or", params: [boolType, boolType], result: boolType, run: never, cost: logicCost }],
    },
    { name: "!_", overloads: [{ id: "logical_not", params: [boolType], result: boolType, run: not }] },
    {
      name: "@not_strictly_false",
      overloads: [{ id: "not_strictly_false", params: [boolType], result: boolType, run: never }],
    },
    {
      name: "_==_",
      overloads: [{ id: "equals", params: [A, A], result: boolType, run: (a, b) => equals(a, b), cost: equalityCosts }],
    },
    {
      name: "_!=_",
      overloads: [
        { id: "not_equals", params: [A, A], result: boolType, run: (a, b) => !equals(a, b), cost: equalityCosts },
      ],
    },
    arithmetic("_+_", add, [
      ["add_bytes", bytesType, bytesType, bytesType],
      ["add_double", doubleType, doubleType, doubleType],
      ["add_duration_duration", durationType, durationType, durationType],
      ["add_duration_timestamp", durationType, timestampType, timestampType],
      ["add_timestamp_duration", timestampType, durationType, timestampType],
      ["add_int64", intType, intType, intType],
      ["add_list", LIST, LIST, LIST],
      ["add_string", stringType, stringType, stringType],
      ["add_uint64", uintType, uintType, uintType],
    ]),
    arithmetic("_-_", subtract, [
      ["subtract_double", doubleType, doubleType, doubleType],
      ["subtract_duration_duration", durationType, durationType, durationType],
      ["subtract_int64", intType, intType, intType],
      ["subtract_timestamp_duration", timestampType, durationType, timestampType],
      ["subtract_timestamp_timestamp", timestampType, timestampType, durationType],
      ["subtract_uint64", uintType, uintType, uintType],
    ]),
    arithmetic("_*_", multiply, [
      ["multiply_double", doubleType, doubleType, doubleType],
      ["multiply_int64", intType, intType, intType],
      ["multiply_uint64", uintType, uintType, uintType],
    ]),
    arithmetic("_/_", divide, [
      ["divide_double", doubleType, doubleType, doubleType],
      ["divide_int64", intType, intType, intType],
      ["divide_uint64", uintType, uintType, uintType],
    ]),
    arithmetic("_%_", modulo, [
      ["modulo_int64", intType, intType, intType],
      ["modulo_uint64", uintType, uintType, uintType],
    ]),
    {
      name: "-_",
      dispatch: negate,
      overloads: [
        { id: "negate_double", params: [doubleType], result: doubleType, run: negate },
        { id: "negate_int64", params: [intType], result: intType, run: negate },
      ],
    },
    relation("_<_", "less", (order) => order < 0),
    relation("_<=_", "less_equals", (order) => order <= 0),
    relation("_>_", "greater", (order) => order > 0),
    relation("_>=_", "greater_equals", (order) => order >= 0),
    {
      name: "_[_]",
      dispatch: get,
      overloads: [
        { id: "index_list", params: [LIST, intType], result: A, run: get },
        { id: "index_map", params: [MAP, A], result: B, run: get },
      ],
    },
    {
      name: "@in",
      overloads: [
        { id: "in_list", params: [A, LIST], result: boolType, run: isIn, cost: containmentCost },
        { id: "in_map", params: [A, MAP], result: boolType, run: (key, within) => map(within).get(key) !== undefined },
      ],
    },
  ];
}

/** Planned in their own way; never called. */
function never(): CelValue {
  throw noSuchOverload();
}

function not(value: CelValue): CelValue {
  if (typeof value !== "boolean") throw noSuchOverload();
  return !value;
}

function isIn(value: CelValue, within: CelValue): boolean {
  const elements = list(within);
  for (let i = 0; i < elements.size; i++) if (equals(value, elements.at(i))) return true;
  return false;
}

type Row = readonly [id: string, left: CelType, right: CelType, result: CelType];

function arithmetic(
  name: string,
  run: (a: CelValue, b: CelValue) => CelValue,
  rows: readonly Row[],
): FunctionDeclaration {
  const overloads = rows.map(([id, left, right, result]): Overload => {
    const overload = { id, params: [left, right], result, run };
    if (id === "add_string" || id === "add_bytes") return { ...overload, cost: concatenationCost };
    return id === "add_list" ? { ...overload, cost: listAdditionCost } : overload;
  });
  return { name, overloads, dispatch: run };
}

/** The pairs of types that can be ordered, with upstream's names for them. */
const ORDERED: readonly (readonly [suffix: string, left: CelType, right: CelType])[] = [
  ["bool", boolType, boolType],
  ["int64", intType, intType],
  ["int64_double", intType, doubleType],
  ["int64_uint64", intType, uintType],
  ["uint64", uintType, uintType],
  ["uint64_double", uintType, doubleType],
  ["uint64_int64", uintType, intType],
  ["double", doubleType, doubleType],
  ["double_int64", doubleType, intType],
  ["double_uint64", doubleType, uintType],
  ["string", stringType, stringType],
  ["bytes", bytesType, bytesType],
  ["timestamp", timestampType, timestampType],
  ["duration", durationType, durationType],
];

function relation(name: string, prefix: string, test: (order: number) => boolean): FunctionDeclaration {
  const run = (a: CelValue, b: CelValue): CelValue => {
    if (!isOrdered(a)) throw new CelError(`no such overload: ${name}`);
    return test(compare(a, b));
  };
  const overloads = ORDERED.map(([suffix, left, right]): Overload => {
    const overload = { id: `${prefix}_${suffix}`, params: [left, right], result: boolType, run };
    return suffix === "string" || suffix === "bytes" ? { ...overload, cost: comparisonCost } : overload;
  });
  return { name, overloads, dispatch: run };
}

const ORDERED_KINDS: ReadonlySet<string> = new Set(["uint", "double", "bytes", "timestamp", "duration"]);

function isOrdered(value: CelValue): boolean {
  return isObject(value) ? ORDERED_KINDS.has(value.kind) : value !== null;
}
