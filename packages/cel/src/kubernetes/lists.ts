import { CelError } from "../cel-error.ts";
import type { FunctionDeclaration, Library } from "../declaration.ts";
import { list, member } from "../standard/overload.ts";
import {
  boolType,
  bytesType,
  type CelType,
  doubleType,
  durationType,
  intType,
  listType,
  paramType,
  stringType,
  timestampType,
  uintType,
} from "../type.ts";
import type { CelValue } from "../value.ts";
import { add } from "../values/arithmetic.ts";
import { compare } from "../values/compare.ts";
import { equals } from "../values/equal.ts";
import { elementsOf } from "../values/list.ts";
import { double, uint } from "../values/scalars.ts";

const A = paramType("A");
const SUMMABLE: readonly (readonly [name: string, type: CelType, zero: CelValue])[] = [
  ["int", intType, 0],
  ["uint", uintType, uint(0n)],
  ["double", doubleType, double(0)],
  ["duration", durationType, { kind: "duration", nanos: 0n }],
];
const COMPARABLE: readonly (readonly [name: string, type: CelType])[] = [
  ["int", intType],
  ["uint", uintType],
  ["double", doubleType],
  ["bool", boolType],
  ["duration", durationType],
  ["timestamp", timestampType],
  ["string", stringType],
  ["bytes", bytesType],
];

/** `isSorted`, `sum`, `min`, `max`, `indexOf` and `lastIndexOf` of lists. */
export const kubernetesListsLibrary: Library = {
  name: "kubernetes.lists",
  functions: [
    {
      name: "isSorted",
      overloads: COMPARABLE.map(([name, type]) =>
        member(`list_${name}_is_sorted_bool`, { params: [listType(type)], result: boolType, run: isSorted }),
      ),
    },
    {
      name: "sum",
      overloads: SUMMABLE.map(([name, type, zero]) =>
        member(`list_${name}_sum_${name}`, {
          params: [listType(type)],
          result: type,
          run: (value) => elementsOf(list(value)).reduce(add, zero),
        }),
      ),
    },
    extremum("min", 1),
    extremum("max", -1),
    {
      name: "indexOf",
      overloads: [
        member("list_a_index_of_int", {
          params: [listType(A), A],
          result: intType,
          run: (value, item) => elementsOf(list(value)).findIndex((element) => equals(element, item)),
        }),
      ],
    },
    {
      name: "lastIndexOf",
      overloads: [
        member("list_a_last_index_of_int", {
          params: [listType(A), A],
          result: intType,
          run: (value, item) => elementsOf(list(value)).findLastIndex((element) => equals(element, item)),
        }),
      ],
    },
  ],
};

function isSorted(value: CelValue): boolean {
  const elements = elementsOf(list(value));
  return elements.every((element, index) => index === 0 || compare(elements[index - 1] ?? null, element) <= 0);
}

/** The first element that no other one beats; `sign` is that of comparing what is beaten with what beats it. */
function extremum(name: string, sign: number): FunctionDeclaration {
  const run = (value: CelValue) => {
    const elements = elementsOf(list(value));
    if (elements.length === 0) throw new CelError(`${name} called on empty list`);
    return elements.reduce((best, element) => (Math.sign(compare(best, element)) === sign ? element : best));
  };
  const overloads = COMPARABLE.map(([type, celType]) =>
    member(`list_${type}_${name}_${type}`, { params: [listType(celType)], result: celType, run }),
  );
  return { name, overloads };
}
