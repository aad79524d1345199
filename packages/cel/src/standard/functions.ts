import { CelError } from "../cel-error.ts";
import type { FunctionDeclaration, Overload } from "../declaration.ts";
import {
  boolType,
  bytesType,
  type CelType,
  doubleType,
  durationType,
  dynType,
  intType,
  listType,
  mapType,
  paramType,
  stringType,
  timestampType,
  typeOfType,
  uintType,
} from "../type.ts";
import type { CelValue } from "../value.ts";
import { toBool, toBytes, toDouble, toDuration, toInt, toText, toTimestamp, toUint } from "../values/convert.ts";
import { actualSize } from "../values/size.ts";
import { isObject, typeValue } from "../values/scalars.ts";
import { typeOfValue } from "../values/type-of.ts";
import { affixCost, containsCost, decodeCost, encodeCost, matchCost } from "./costs.ts";
import { text } from "./overload.ts";
import { compilePattern, matchesPattern } from "./regex.ts";
import { timeFunctions } from "./time-functions.ts";

const A = paramType("A");
const B = paramType("B");

/** The functions of the language itself. */
export function standardFunctions(): readonly FunctionDeclaration[] {
  return [
    sizeFunction(),
    {
      name: "type",
      overloads: [{ id: "type", params: [A], result: typeOfType(A), run: (value) => typeValue(typeOfValue(value)) }],
    },
    { name: "dyn", overloads: [{ id: "to_dyn", params: [A], result: dynType, run: (value) => value }] },
    conversion("bool", boolType, toBool, [
      ["bool_to_bool", boolType],
      ["string_to_bool", stringType],
    ]),
    conversion("bytes", bytesType, toBytes, [
      ["bytes_to_bytes", bytesType],
      ["string_to_bytes", stringType],
    ]),
    conversion("double", doubleType, toDouble, [
      ["double_to_double", doubleType],
      ["int64_to_double", intType],
      ["string_to_double", stringType],
      ["uint64_to_double", uintType],
    ]),
    conversion("duration", durationType, toDuration, [
      ["duration_to_duration", durationType],
      // Declared, as upstream has it, and failing for every value.
      ["int64_to_duration", intType],
      ["string_to_duration", stringType],
    ]),
    conversion("int", intType, toInt, [
      ["int64_to_int64", intType],
      ["double_to_int64", doubleType],
      ["duration_to_int64", durationType],
      ["string_to_int64", stringType],
      ["timestamp_to_int64", timestampType],
      ["uint64_to_int64", uintType],
    ]),
    conversion("string", stringType, toText, [
      ["string_to_string", stringType],
      ["bool_to_string", boolType],
      ["bytes_to_string", bytesType],
      ["double_to_string", doubleType],
      ["duration_to_string", durationType],
      ["int64_to_string", intType],
      ["timestamp_to_string", timestampType],
      ["uint64_to_string", uintType],
    ]),
    conversion("timestamp", timestampType, toTimestamp, [
      ["timestamp_to_timestamp", timestampType],
      ["int64_to_timestamp", intType],
      ["string_to_timestamp", stringType],
    ]),
    conversion("uint", uintType, toUint, [
      ["uint64_to_uint64", uintType],
      ["double_to_uint64", doubleType],
      ["int64_to_uint64", intType],
      ["string_to_uint64", stringType],
    ]),
    {
      name: "contains",
      overloads: [
        {
          ...textTest("contains_string", (subject, part) => subject.includes(part)),
          cost: containsCost,
        },
      ],
    },
    {
      name: "endsWith",
      overloads: [{ ...textTest("ends_with_string", (subject, end) => subject.endsWith(end)), cost: affixCost }],
    },
    {
      name: "startsWith",
      overloads: [
        { ...textTest("starts_with_string", (subject, start) => subject.startsWith(start)), cost: affixCost },
      ],
    },
    {
      name: "matches",
      dispatch: matches,
      overloads: [
        {
          id: "matches",
          params: [stringType, stringType],
          result: boolType,
          run: matches,
          specialize: matchesConstant,
        },
        { ...textTest("matches_string", matchesPattern), cost: matchCost, specialize: matchesConstant },
      ],
    },
    ...timeFunctions(),
  ];
}

function sizeFunction(): FunctionDeclaration {
  const sized: readonly (readonly [string, CelType])[] = [
    ["size_bytes", bytesType],
    ["size_list", listType(A)],
    ["size_map", mapType(A, B)],
    ["size_string", stringType],
  ];
  const overloads = sized.flatMap(([id, type]): readonly Overload[] => {
    const overload = { params: [type], result: intType, run: actualSize };
    const memberId = `${id.slice("size_".length)}_size`;
    return [
      { id, ...overload },
      { id: memberId, member: true, ...overload },
    ];
  });
  return { name: "size", overloads, dispatch: size };
}

function size(value: CelValue): CelValue {
  const kind = typeof value === "string" ? "string" : isObject(value) ? value.kind : "";
  if (!["string", "bytes", "list", "map"].includes(kind)) throw new CelError("no such overload: size");
  return actualSize(value);
}

function matches(subject: CelValue, pattern: CelValue): CelValue {
  if (typeof subject !== "string") throw new CelError("no such overload: matches");
  return matchesPattern(subject, text(pattern));
}

function matchesConstant([, pattern]: readonly (CelValue | undefined)[]): Overload["run"] | undefined {
  if (typeof pattern !== "string") return undefined;
  const compiled = compilePattern(pattern);
  return (subject) => {
    if (typeof subject !== "string") throw new CelError("no such overload: matches");
    return compiled.test(subject);
  };
}

function conversion(
  name: string,
  result: CelType,
  run: (value: CelValue) => CelValue,
  from: readonly (readonly [id: string, type: CelType])[],
): FunctionDeclaration {
  const overloads = from.map(([id, type]): Overload => {
    const overload = { id, params: [type], result, run };
    if (id === "string_to_bytes") return { ...overload, cost: encodeCost };
    return id === "bytes_to_string" ? { ...overload, cost: decodeCost } : overload;
  });
  return { name, overloads };
}

function textTest(id: string, test: (subject: string, other: string) => boolean): Overload {
  return {
    id,
    member: true,
    params: [stringType, stringType],
    result: boolType,
    unguarded: true,
    run: (subject, other) => test(text(subject), text(other)),
  };
}
