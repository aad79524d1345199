import type { CallCost } from "../cost.ts";
import { exactly, plus, scaled, times } from "../cost-estimate.ts";
import type { FunctionDeclaration, Library } from "../declaration.ts";
import { global, list } from "../standard/overload.ts";
import { boolType, listType, paramType } from "../type.ts";
import type { CelList, CelValue } from "../value.ts";
import { equals } from "../values/equal.ts";
import { actualSize } from "../values/size.ts";

const LIST = listType(paramType("T"));

/** `sets.contains`, `sets.equivalent`, `sets.intersects`: lists without order or repetition. */
export const setsLibrary: Library = {
  name: "cel.lib.ext.sets",
  functions: [
    setFunction("contains", 1, contains),
    setFunction("equivalent", 2, (one, other) => contains(one, other) && contains(other, one)),
    setFunction("intersects", 1, (one, other) => some(one, (element) => includes(other, element))),
  ],
};

function setFunction(
  name: string,
  factor: number,
  run: (one: CelList, other: CelList) => boolean,
): FunctionDeclaration {
  const overload = global(`list_sets_${name}_list`, {
    params: [LIST, LIST],
    result: boolType,
    run: (one, other) => run(list(one), list(other)),
    cost: pairCost(factor),
  });
  return { name: `sets.${name}`, overloads: [overload] };
}

function pairCost(factor: number): CallCost {
  return {
    actual: ([one, other]) => 1 + Math.floor(actualSize(one ?? null) * actualSize(other ?? null) * factor),
    estimate({ args: [one, other] }) {
      if (one === undefined || other === undefined) return undefined;
      return { cost: plus(scaled(times(one.size, other.size), factor), exactly(1)) };
    },
  };
}

function some(within: CelList, test: (element: CelValue) => boolean): boolean {
  for (let i = 0; i < within.size; i++) if (test(within.at(i))) return true;
  return false;
}

function includes(within: CelList, element: CelValue): boolean {
  return some(within, (other) => equals(other, element));
}

function contains(one: CelList, other: CelList): boolean {
  return !some(other, (element) => !includes(one, element));
}
