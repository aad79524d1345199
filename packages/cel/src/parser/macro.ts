import type { Expr } from "../ast.ts";
import { ACCUMULATOR, type ExprFactory } from "./expr-factory.ts";
import { ADD, AND, CONDITIONAL, EQUALS, NOT, NOT_STRICTLY_FALSE, OR } from "./operators.ts";

/** A call that stands for another expression. */
export interface Macro {
  readonly name: string;
  readonly member: boolean;
  readonly arity: number;
  /** The expression in place of the call; undefined: it is a call after all. Throws MacroError where an argument is unfit. */
  expand(make: MacroExprs, args: readonly Expr[], target: Expr | undefined): Expr | undefined;
}

/** An unfit argument of a macro. */
export class MacroError extends Error {
  override readonly name = "MacroError";
  /** The argument; undefined: the call itself. */
  readonly at: Expr | undefined;

  constructor(message: string, at: Expr | undefined) {
    super(message);
    this.at = at;
  }
}

/** Makes the nodes of one expansion, all of them at the place of the call. */
export class MacroExprs {
  readonly factory: ExprFactory;
  readonly offset: number;

  constructor(factory: ExprFactory, offset: number) {
    this.factory = factory;
    this.offset = offset;
  }

  literal(value: boolean | number): Expr {
    return this.factory.literal(this.offset, value);
  }

  ident(name: string): Expr {
    return this.factory.ident(this.offset, name);
  }

  accumulator(): Expr {
    return this.ident(ACCUMULATOR);
  }

  call(name: string, ...args: readonly Expr[]): Expr {
    return this.factory.call(this.offset, name, ...args);
  }

  memberCall(name: string, target: Expr, ...args: readonly Expr[]): Expr {
    return this.factory.memberCall(this.offset, name, target, ...args);
  }

  list(...elements: readonly Expr[]): Expr {
    return this.factory.list(this.offset, elements);
  }
}

/** The variables of a fold, as a macro's first arguments name them. */
export interface IterVars {
  readonly iterVar: string;
  readonly iterVar2?: string;
}

/** The fold for `all`, `exists` and `existsOne`. */
export function quantifier(
  make: MacroExprs,
  sort: "all" | "exists" | "existsOne",
  range: Expr,
  vars: IterVars,
  predicate: Expr,
): Expr {
  const { factory, offset } = make;
  const accu = () => make.accumulator();
  if (sort === "all") {
    const init = make.literal(true);
    const condition = make.call(NOT_STRICTLY_FALSE, accu());
    const step = make.call(AND, accu(), predicate);
    return factory.fold(offset, { range, ...vars, init, condition, step, result: accu() });
  }
  if (sort === "exists") {
    const init = make.literal(false);
    const condition = make.call(NOT_STRICTLY_FALSE, make.call(NOT, accu()));
    const step = make.call(OR, accu(), predicate);
    return factory.fold(offset, { range, ...vars, init, condition, step, result: accu() });
  }
  const init = make.literal(0);
  const condition = make.literal(true);
  const step = make.call(CONDITIONAL, predicate, make.call(ADD, accu(), make.literal(1)), accu());
  const result = make.call(EQUALS, accu(), make.literal(1));
  return factory.fold(offset, { range, ...vars, init, condition, step, result });
}

/** The fold that collects a list: `transform` of each element that `filter` admits. */
export function collectList(
  make: MacroExprs,
  range: Expr,
  vars: IterVars,
  { filter, transform }: { readonly filter: Expr | undefined; readonly transform: Expr },
): Expr {
  const added = make.call(ADD, make.accumulator(), make.list(transform));
  const step = filter === undefined ? added : make.call(CONDITIONAL, filter, added, make.accumulator());
  const init = make.list();
  const condition = make.literal(true);
  return make.factory.fold(make.offset, { range, ...vars, init, condition, step, result: make.accumulator() });
}

/** The name that a macro's argument declares. Throws MacroError with `complaint` if it is no name. */
export function iterVar(arg: Expr | undefined, complaint: string): string {
  if (arg?.kind !== "ident") throw new MacroError(complaint, arg);
  if (arg.name === ACCUMULATOR || arg.name === "__result__")
    throw new MacroError("iteration variable overwrites accumulator variable", arg);
  return arg.name;
}
