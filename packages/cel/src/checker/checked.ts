import type { Expr, Parsed } from "../ast.ts";
import type { Overload } from "../declaration.ts";
import type { CelType } from "../type.ts";

/** A checked expression: names are full, namespaced calls have no target, and each node has its type. */
export interface Checked {
  readonly expr: Expr;
  readonly parsed: Parsed;
  typeOf(expr: { readonly id: number }): CelType;
  /** Overloads that a call may turn out to be, by the id of the call. */
  readonly overloads: ReadonlyMap<number, readonly Overload[]>;
  /** Identifiers that name a type, by id. */
  readonly typeNames: ReadonlyMap<number, CelType>;
  /** Identifiers that are variables of the environment, by id; the others are local. */
  readonly variables: ReadonlyMap<number, string>;
}
