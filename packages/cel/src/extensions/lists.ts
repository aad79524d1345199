import { CelError, noSuchOverload } from "../cel-error.ts";
import { COST_MAX, type CallCost, type CallEstimate, type SizedOperand, type SizeEstimate } from "../cost.ts";
import { exactly, plus, scaled, times, TRAVERSAL_FACTOR, UNKNOWN_SIZE } from "../cost-estimate.ts";
import type { FunctionDeclaration, Library, Overload } from "../declaration.ts";
import { OutOfBudget } from "../interpreter/frame.ts";
import { collectList, iterVar, type Macro, MacroError } from "../parser/macro.ts";
import { global, integer, list, member } from "../standard/overload.ts";
import {
  boolType,
  bytesType,
  type CelType,
  doubleType,
  durationType,
  dynType,
  intType,
  listType,
  paramType,
  stringType,
  timestampType,
  uintType,
} from "../type.ts";
import type { CelList, CelValue } from "../value.ts";
import { compare } from "../values/compare.ts";
import { equals } from "../values/equal.ts";
import { elementsOf, listOf } from "../values/list.ts";
import { type MapKey, mapKey } from "../values/map.ts";
import { isObject } from "../values/scalars.ts";
import { actualSize } from "../values/size.ts";
import { typeOfValue } from "../values/type-of.ts";

const LIST = listType(paramType("T"));
const DYNS = listType(dynType);
const ALLOCATION = 10;
const SORT_INPUT = "@__sortBy_input__";
/** What `sort` can put in order. */
const COMPARABLE: readonly CelType[] = [
  intType,
  uintType,
  doubleType,
  boolType,
  durationType,
  timestampType,
  stringType,
  bytesType,
];

const flattenCost: CallCost = {
  actual: ([value, depth]) => {
    const levels = depth === undefined ? 1 : integer(depth);
    return Math.floor(actualSize(value ?? null) * levels) + 1 + ALLOCATION;
  },
  estimate({ target, args: [depth] }) {
    if (target === undefined) return undefined;
    return allocating(depth === undefined ? 1 : literalSize(depth, COST_MAX), target.size);
  },
};

/** Functions on lists, as upstream's lists extension has them in version 3. */
export const listsLibrary: Library = {
  name: "cel.lib.ext.lists",
  functions: [
    {
      name: "slice",
      overloads: [
        member("list_slice", {
          params: [LIST, intType, intType],
          result: LIST,
          run: (value, start, end) => slice(list(value), integer(start), integer(end)),
          cost: resultCost(({ target, args: [start, end] }) => {
            if (target === undefined) return undefined;
            const size = literalSize(end, target.size.max) - literalSize(start, 0);
            return exactly(size < 0 ? COST_MAX : size);
          }),
        }),
      ],
    },
    {
      name: "flatten",
      overloads: [
        member("list_flatten", {
          params: [listType(LIST)],
          result: LIST,
          unguarded: true,
          run: (value) => listOf(flatten(list(value), 1)),
          cost: flattenCost,
        }),
        member("list_flatten_int", {
          params: [DYNS, intType],
          result: DYNS,
          unguarded: true,
          run: (value, depth) => listOf(flatten(list(value), integer(depth))),
          cost: flattenCost,
        }),
      ],
    },
    sortFunction("sort", "sort", (type) => [listType(type)], sort),
    sortFunction("@sortByAssociatedKeys", "sortByAssociatedKeys", (type) => [LIST, listType(type)], sortByKeys),
    {
      name: "lists.range",
      overloads: [
        global("lists_range", {
          params: [intType],
          result: listType(intType),
          run: (size) => new Range(integer(size)),
          cost: resultCost(({ args: [size] }) => exactly(literalSize(size, COST_MAX))),
        }),
      ],
    },
    {
      name: "reverse",
      overloads: [
        member("list_reverse", {
          params: [LIST],
          result: LIST,
          run: (value) => listOf(elementsOf(list(value)).reverse()),
          cost: resultCost(({ target }) => target?.size),
        }),
      ],
    },
    {
      name: "distinct",
      overloads: [
        member("list_distinct", {
          params: [LIST],
          result: LIST,
          run: (value) => distinct(list(value)),
          cost: {
            actual: ([value]) => selfComparisonCost(value),
            estimate: ({ target }) => allocating(2, square(target?.size ?? UNKNOWN_SIZE)),
          },
        }),
      ],
    },
  ],
  macros: [{ name: "sortBy", member: true, arity: 2, expand: expandSortBy }],
};

/** Numbers from 0, none of them stored: the cost is only known once the list is there. */
class Range implements CelList {
  readonly kind = "list";
  readonly size: number;

  constructor(size: number) {
    this.size = Math.max(size, 0);
  }

  at(index: number): CelValue {
    return index;
  }
}

function slice(value: CelList, start: number, end: number): CelList {
  const cannot = `cannot slice(${start}, ${end})`;
  if (start < 0 || end < 0) throw new CelError(`${cannot}, negative indexes not supported`);
  if (start > end) throw new CelError(`${cannot}, start index must be less than or equal to end index`);
  if (value.size < end) throw new CelError(`${cannot}, list is length ${value.size}`);
  const out: CelValue[] = [];
  for (let i = start; i < end; i++) out.push(value.at(i));
  return listOf(out);
}

function flatten(value: CelList, depth: number): CelValue[] {
  if (depth < 0) throw new CelError("level must be non-negative");
  const out: CelValue[] = [];
  for (const element of elementsOf(value)) {
    if (depth === 0 || !isObject(element) || element.kind !== "list") out.push(element);
    else for (const inner of flatten(element, depth - 1)) out.push(inner);
  }
  return out;
}

function sort(value: CelValue): CelValue {
  return sortByKeys(value, value);
}

function sortByKeys(value: CelValue, keysValue: CelValue): CelValue {
  const elements = elementsOf(list(value));
  const keys = elementsOf(list(keysValue));
  if (elements.length !== keys.length)
    throw new CelError(
      "@sortByAssociatedKeys() expected a list of the same size as the associated keys list, " +
        `but got ${elements.length} and ${keys.length} elements respectively`,
    );
  const [first] = keys;
  if (first === undefined) return listOf([]);
  const type = typeOfValue(first).name;
  if (!COMPARABLE.some(({ name }) => name === type)) throw new CelError("list elements must be comparable");
  if (keys.some((key) => typeOfValue(key).name !== type)) throw new CelError("list elements must have the same type");
  const order = keys.map((key, index) => ({ key, index })).sort((one, other) => compare(one.key, other.key));
  return listOf(order.map(({ index }) => elements[index] ?? null));
}

/** More comparisons than this cost more than any limit. */
const COMPARISONS_MAX = 2_000_000;

function distinct(value: CelList): CelList {
  const scalars = new Set<MapKey>();
  const others: CelValue[] = [];
  let comparisons = 0;
  const out = elementsOf(value).filter((element) => {
    const key = mapKey(element);
    if (key !== undefined) {
      const isNew = !scalars.has(key);
      scalars.add(key);
      return isNew;
    }
    comparisons += others.length;
    if (comparisons > COMPARISONS_MAX) throw new OutOfBudget();
    if (others.some((other) => equals(element, other))) return false;
    others.push(element);
    return true;
  });
  return listOf(out);
}

function sortFunction(
  name: string,
  suffix: string,
  params: (type: CelType) => readonly CelType[],
  run: (value: CelValue, keys: CelValue) => CelValue,
): FunctionDeclaration {
  const overloads = COMPARABLE.map((type): Overload => {
    const factor = type.kind === "string" || type.kind === "bytes" ? 2 + TRAVERSAL_FACTOR : 2;
    const signature = params(type);
    return member(`list_${type.name}_${suffix}`, {
      params: signature,
      result: signature[0] ?? LIST,
      run,
      cost: {
        actual: (args) => selfComparisonCost(args.at(-1)),
        estimate: ({ target, args: [keys] }) => allocating(factor, square((keys ?? target)?.size ?? UNKNOWN_SIZE)),
      },
    });
  });
  return { name, overloads, dispatch: run };
}

function expandSortBy(...[make, args, target]: Parameters<Macro["expand"]>): ReturnType<Macro["expand"]> {
  if (target === undefined) return undefined;
  if (target.kind === "literal" || target.kind === "map" || target.kind === "struct") {
    const text = "sortBy can only be applied to a list, identifier, comprehension, call or select expression";
    throw new MacroError(text, target);
  }
  const variable = iterVar(args[0], "argument is not an identifier");
  const transform = args[1];
  if (transform === undefined) return undefined;
  const keys = collectList(make, make.ident(SORT_INPUT), { iterVar: variable }, { filter: undefined, transform });
  return make.factory.fold(make.offset, {
    range: make.list(),
    iterVar: "#unused",
    accuVar: SORT_INPUT,
    init: target,
    condition: make.literal(false),
    step: make.ident(SORT_INPUT),
    result: make.memberCall("@sortByAssociatedKeys", make.ident(SORT_INPUT), keys),
  });
}

function literalSize(operand: SizedOperand | undefined, otherwise: number): number {
  const value = operand?.literal;
  if (typeof value !== "number" && typeof value !== "bigint") return otherwise;
  return Math.max(Number(value), 0);
}

function square(size: SizeEstimate): SizeEstimate {
  return times(size, size);
}

function allocating(factor: number, size: SizeEstimate): CallEstimate {
  return { cost: plus(scaled(size, factor), exactly(1), exactly(ALLOCATION)), resultSize: size };
}

/** One for each element of the result, estimated by `size`. */
function resultCost(
  size: (call: Parameters<NonNullable<CallCost["estimate"]>>[0]) => SizeEstimate | undefined,
): CallCost {
  return {
    actual: (_, result) => actualSize(result) + 1 + ALLOCATION,
    estimate(call) {
      const estimated = size(call);
      return estimated === undefined ? undefined : allocating(1, estimated);
    },
  };
}

/** Each element with each other. */
function selfComparisonCost(value: CelValue | undefined): number {
  if (value === undefined) throw noSuchOverload();
  const elements = list(value);
  const first = elements.size === 0 ? null : elements.at(0);
  const isLong = typeof first === "string" || (isObject(first) && first.kind === "bytes");
  const factor = isLong ? 2 + TRAVERSAL_FACTOR : 2;
  return Math.floor(elements.size ** 2 * factor) + 1 + ALLOCATION;
}
