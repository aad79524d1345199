import { CelError } from "../cel-error.ts";
import type { Expr } from "../ast.ts";
import type { Library } from "../declaration.ts";
import {
  collectList,
  type IterVars,
  iterVar,
  type Macro,
  MacroError,
  type MacroExprs,
  quantifier,
} from "../parser/macro.ts";
import { CONDITIONAL, MAP_INSERT } from "../parser/operators.ts";
import { mapType, paramType } from "../type.ts";

const K = paramType("K");
const V = paramType("V");
const MAP = mapType(K, V);

/** Comprehensions over index and element, or key and value: `all(i, e, …)`, `transformList`, `transformMap`, `transformMapEntry`. */
export const twoVariablesLibrary: Library = {
  name: "cel.lib.ext.comprev2",
  functions: [
    {
      name: MAP_INSERT,
      overloads: [
        { id: "@mapInsert_map_key_value", params: [MAP, K, V], result: MAP, run: notCallable },
        { id: "@mapInsert_map_map", params: [MAP, MAP], result: MAP, run: notCallable },
      ],
    },
  ],
  macros: [
    quantifierMacro("all", "all"),
    quantifierMacro("exists", "exists"),
    quantifierMacro("existsOne", "existsOne"),
    quantifierMacro("exists_one", "existsOne"),
    ...transformMacro("transformList", expandTransformList),
    ...transformMacro("transformMap", (make, fold) =>
      collectMap(make, fold, [make.ident(fold.vars.iterVar), fold.transform]),
    ),
    ...transformMacro("transformMapEntry", (make, fold) => collectMap(make, fold, [fold.transform])),
  ],
};

/** Only folds insert, and those do it themselves: the name cannot be spelled. */
function notCallable(): never {
  throw new CelError(`no such overload: ${MAP_INSERT}`);
}

function iterVars([first, second]: readonly Expr[]): Required<IterVars> {
  const complaint = "argument must be a simple name";
  const one = iterVar(first, complaint);
  const other = iterVar(second, complaint);
  if (one === other) throw new MacroError(`duplicate variable name: ${one}`, second);
  return { iterVar: one, iterVar2: other };
}

function quantifierMacro(name: string, sort: "all" | "exists" | "existsOne"): Macro {
  return {
    name,
    member: true,
    arity: 3,
    expand(make, args, range) {
      const predicate = args[2];
      if (range === undefined || predicate === undefined) return undefined;
      return quantifier(make, sort, range, iterVars(args), predicate);
    },
  };
}

interface Transform {
  readonly range: Expr;
  readonly vars: Required<IterVars>;
  readonly filter: Expr | undefined;
  readonly transform: Expr;
}

function transformMacro(name: string, expandWith: (make: MacroExprs, fold: Transform) => Expr): readonly Macro[] {
  const expand: Macro["expand"] = (make, args, range) => {
    const transform = args.at(-1);
    if (range === undefined || transform === undefined) return undefined;
    return expandWith(make, {
      range,
      vars: iterVars(args),
      filter: args.length === 4 ? args[2] : undefined,
      transform,
    });
  };
  return [3, 4].map((arity) => ({ name, member: true, arity, expand }));
}

function expandTransformList(make: MacroExprs, { range, vars, filter, transform }: Transform): Expr {
  return collectList(make, range, vars, { filter, transform });
}

function collectMap(make: MacroExprs, { range, vars, filter }: Transform, inserted: readonly Expr[]): Expr {
  const insert = make.call(MAP_INSERT, make.accumulator(), ...inserted);
  const step = filter === undefined ? insert : make.call(CONDITIONAL, filter, insert, make.accumulator());
  const init = make.factory.map(make.offset, []);
  return make.factory.fold(make.offset, {
    range,
    ...vars,
    init,
    condition: make.literal(true),
    step,
    result: make.accumulator(),
  });
}
