import { CelError, noSuchOverload } from "../cel-error.ts";
import type { Expr } from "../ast.ts";
import type { Library } from "../declaration.ts";
import { type Macro, MacroError, type MacroExprs } from "../parser/macro.ts";
import { CONDITIONAL, INDEX, OPTIONAL_INDEX, OPTIONAL_SELECT } from "../parser/operators.ts";
import { global, list, member } from "../standard/overload.ts";
import { boolType, dynType, intType, listType, mapType, optionalType, paramType, stringType } from "../type.ts";
import type { CelOptional, CelValue } from "../value.ts";
import { formatKey } from "../values/format-value.ts";
import { elementsOf, listOf } from "../values/list.ts";
import { isObject, NONE, optionalOf } from "../values/scalars.ts";
import { isZero } from "../values/zero.ts";

const K = paramType("K");
const V = paramType("V");
const LIST = listType(V);
const MAP = mapType(K, V);
const OPTIONAL = optionalType(V);

/** Values that may not be there: `a.?b`, `m[?k]`, `[?e]`, `optional.of(…)`, `optMap`. */
export const optionalLibrary: Library = {
  name: "cel.lib.optional",
  functions: [
    { name: "optional.of", overloads: [global("optional_of", { params: [V], result: OPTIONAL, run: optionalOf })] },
    {
      name: "optional.ofNonZeroValue",
      overloads: [
        global("optional_ofNonZeroValue", {
          params: [V],
          result: OPTIONAL,
          run: (value) => (isZero(value) ? NONE : optionalOf(value)),
        }),
      ],
    },
    { name: "optional.none", overloads: [global("optional_none", { params: [], result: OPTIONAL, run: () => NONE })] },
    { name: "value", overloads: [member("optional_value", { params: [OPTIONAL], result: V, run: valueOf })] },
    {
      name: "hasValue",
      overloads: [
        member("optional_hasValue", {
          params: [OPTIONAL],
          result: boolType,
          run: (value) => optional(value).value !== undefined,
        }),
      ],
    },
    {
      name: "or",
      overloads: [
        member("optional_or_optional", {
          params: [OPTIONAL, OPTIONAL],
          result: OPTIONAL,
          run: (value, other) => (optional(value).value === undefined ? other : value),
        }),
      ],
    },
    {
      name: "orValue",
      overloads: [
        member("optional_orValue_value", {
          params: [OPTIONAL, V],
          result: V,
          run: (value, other) => optional(value).value ?? other,
        }),
      ],
    },
    {
      name: OPTIONAL_SELECT,
      overloads: [{ id: "select_optional_field", params: [dynType, stringType], result: OPTIONAL, run: planned }],
    },
    {
      name: OPTIONAL_INDEX,
      overloads: [
        { id: "list_optindex_optional_int", params: [LIST, intType], result: OPTIONAL, run: planned },
        {
          id: "optional_list_optindex_optional_int",
          params: [optionalType(LIST), intType],
          result: OPTIONAL,
          run: planned,
        },
        { id: "map_optindex_optional_value", params: [MAP, K], result: OPTIONAL, run: planned },
        { id: "optional_map_optindex_optional_value", params: [optionalType(MAP), K], result: OPTIONAL, run: planned },
      ],
    },
    {
      name: INDEX,
      overloads: [
        { id: "optional_list_index_int", params: [optionalType(LIST), intType], result: OPTIONAL, run: planned },
        { id: "optional_map_index_value", params: [optionalType(MAP), K], result: OPTIONAL, run: planned },
      ],
    },
    { name: "first", overloads: [member("list_first", { params: [LIST], result: OPTIONAL, run: first })] },
    { name: "last", overloads: [member("list_last", { params: [LIST], result: OPTIONAL, run: last })] },
    {
      name: "optional.unwrap",
      overloads: [global("optional_unwrap", { params: [listType(OPTIONAL)], result: LIST, run: unwrap })],
    },
    {
      name: "unwrapOpt",
      overloads: [member("optional_unwrapOpt", { params: [listType(OPTIONAL)], result: LIST, run: unwrap })],
    },
  ],
  macros: [
    optionalMacro("optMap", (make, mapped) => make.call("optional.of", mapped)),
    optionalMacro("optFlatMap", (_, mapped) => mapped),
  ],
  types: [optionalType(dynType)],
};

/** The planner has its own way with these. */
function planned(): never {
  throw noSuchOverload();
}

function optional(value: CelValue): CelOptional {
  if (!isObject(value) || value.kind !== "optional") throw noSuchOverload();
  return value;
}

function valueOf(value: CelValue): CelValue {
  const held = optional(value).value;
  if (held === undefined) throw new CelError("optional.none() dereference");
  return held;
}

function first(value: CelValue): CelValue {
  const elements = list(value);
  return elements.size === 0 ? NONE : optionalOf(elements.at(0));
}

function last(value: CelValue): CelValue {
  const elements = list(value);
  return elements.size === 0 ? NONE : optionalOf(elements.at(elements.size - 1));
}

function unwrap(value: CelValue): CelValue {
  const held = elementsOf(list(value)).map((element) => {
    if (isObject(element) && element.kind === "optional") return element.value;
    throw new CelError(`value ${formatKey(element)} is not optional`);
  });
  return listOf(held.filter((element) => element !== undefined));
}

function optionalMacro(name: string, finish: (make: MacroExprs, mapped: Expr) => Expr): Macro {
  return {
    name,
    member: true,
    arity: 2,
    expand(make, [variable, mapped], target) {
      if (variable?.kind !== "ident")
        throw new MacroError(`${name}() variable name must be a simple identifier`, variable);
      if (target === undefined || mapped === undefined) return undefined;
      const bound = make.factory.fold(make.offset, {
        range: make.list(),
        iterVar: "#unused",
        accuVar: variable.name,
        init: make.memberCall("value", make.factory.copy(target)),
        condition: make.literal(false),
        step: make.ident(variable.name),
        result: mapped,
      });
      const present = make.memberCall("hasValue", target);
      return make.call(CONDITIONAL, present, finish(make, bound), make.call("optional.none"));
    },
  };
}
