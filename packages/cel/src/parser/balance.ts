import type { Expr } from "../ast.ts";

/**
 * A balanced tree of one operator over terms, as upstream builds it for `&&` and `||`: a long chain nests no deeper than its
 * logarithm. The shape shows in cost estimates. `node` gets the index of the operator.
 */
export function balance(terms: readonly Expr[], node: (index: number, left: Expr, right: Expr) => Expr): Expr {
  const term = (index: number): Expr => {
    const expr = terms[index];
    if (expr === undefined) throw new RangeError("no such term");
    return expr;
  };
  const tree = (low: number, high: number): Expr => {
    const middle = Math.floor((low + high + 1) / 2);
    const left = middle === low ? term(middle) : tree(low, middle - 1);
    const right = middle === high ? term(middle + 1) : tree(middle + 1, high);
    return node(middle, left, right);
  };
  return terms.length === 1 ? term(0) : tree(0, terms.length - 2);
}
