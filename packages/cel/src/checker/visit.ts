import type { Expr } from "../ast.ts";

/** Calls `see` for the expression and everything in it, outside first. What is within one of which `see` says `"skip"` is left out. */
export function visit(expr: Expr, see: (expr: Expr) => unknown): void {
  if (see(expr) === "skip") return;
  for (const child of childrenOf(expr)) visit(child, see);
}

/** The parts of an expression, in the order of the text. */
export function childrenOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case "literal":
    case "ident":
    case "broken":
      return [];
    case "select":
      return [expr.operand];
    case "call":
      return expr.target === undefined ? expr.args : [expr.target, ...expr.args];
    case "list":
      return expr.elements;
    case "map":
      return expr.entries.flatMap(({ key, value }) => [key, value]);
    case "struct":
      return expr.fields.map(({ value }) => value);
    case "comprehension":
      return [expr.range, expr.init, expr.condition, expr.step, expr.result];
  }
}
