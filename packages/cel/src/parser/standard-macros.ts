import type { Expr } from "../ast.ts";
import { collectList, iterVar, type Macro, MacroError, type MacroExprs, quantifier } from "./macro.ts";

/** `has`, `all`, `exists`, `exists_one`, `existsOne`, `map` and `filter`. */
export const STANDARD_MACROS: readonly Macro[] = [
  { name: "has", member: false, arity: 1, expand: expandHas },
  quantifierMacro("all", "all"),
  quantifierMacro("exists", "exists"),
  quantifierMacro("exists_one", "existsOne"),
  quantifierMacro("existsOne", "existsOne"),
  { name: "map", member: true, arity: 2, expand: expandMap },
  { name: "map", member: true, arity: 3, expand: expandMap },
  { name: "filter", member: true, arity: 2, expand: expandFilter },
];

function expandHas(make: MacroExprs, [arg]: readonly Expr[]): Expr {
  if (arg?.kind !== "select") throw new MacroError("invalid argument to has() macro", arg);
  return make.factory.presenceTest(make.offset, arg.operand, arg.field);
}

function quantifierMacro(name: string, sort: "all" | "exists" | "existsOne"): Macro {
  return {
    name,
    member: true,
    arity: 2,
    expand(make, [variable, predicate], range) {
      if (range === undefined || predicate === undefined) return undefined;
      return quantifier(make, sort, range, { iterVar: iterVar(variable, "argument must be a simple name") }, predicate);
    },
  };
}

function expandMap(make: MacroExprs, args: readonly Expr[], range: Expr | undefined): Expr | undefined {
  const variable = iterVar(args[0], "argument is not an identifier");
  const filter = args.length === 3 ? args[1] : undefined;
  const transform = args.at(-1);
  if (range === undefined || transform === undefined) return undefined;
  return collectList(make, range, { iterVar: variable }, { filter, transform });
}

function expandFilter(
  make: MacroExprs,
  [variable, filter]: readonly Expr[],
  range: Expr | undefined,
): Expr | undefined {
  const name = iterVar(variable, "argument is not an identifier");
  if (range === undefined || variable === undefined) return undefined;
  return collectList(make, range, { iterVar: name }, { filter, transform: variable });
}
