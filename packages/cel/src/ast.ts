import type { CelValue } from "./value.ts";

/**
 * An expression as parsed, macros expanded. Immutable; each node has an id of its own, by which the checker's findings and the
 * positions are kept.
 */
export type Expr =
  | LiteralExpr
  | IdentExpr
  | SelectExpr
  | CallExpr
  | ListExpr
  | MapExpr
  | StructExpr
  | ComprehensionExpr
  | BrokenExpr;

/** A constant. */
export interface LiteralExpr {
  readonly kind: "literal";
  readonly id: number;
  readonly value: CelValue;
}

/** A name; after the check a variable's full name. A leading dot means: from the root, not from the container. */
export interface IdentExpr {
  readonly kind: "ident";
  readonly id: number;
  readonly name: string;
}

/** `operand.field`, or with `testOnly` what `has(operand.field)` asks. */
export interface SelectExpr {
  readonly kind: "select";
  readonly id: number;
  readonly operand: Expr;
  readonly field: string;
  readonly testOnly: boolean;
}

/** A call; operators are calls of functions such as `_+_`. */
export interface CallExpr {
  readonly kind: "call";
  readonly id: number;
  readonly name: string;
  readonly target: Expr | undefined;
  readonly args: readonly Expr[];
}

export interface ListExpr {
  readonly kind: "list";
  readonly id: number;
  readonly elements: readonly Expr[];
  /** Indices of elements written `?e`: optionals that are left out when they are empty. */
  readonly optional: ReadonlySet<number>;
}

export interface MapExpr {
  readonly kind: "map";
  readonly id: number;
  readonly entries: readonly MapEntry[];
}

export interface MapEntry {
  readonly id: number;
  readonly key: Expr;
  readonly value: Expr;
  readonly optional: boolean;
}

export interface StructExpr {
  readonly kind: "struct";
  readonly id: number;
  readonly typeName: string;
  readonly fields: readonly StructField[];
}

export interface StructField {
  readonly id: number;
  readonly name: string;
  readonly value: Expr;
  readonly optional: boolean;
}

/**
 * A fold over a list or a map: `accu` starts as `init`; while `condition` holds it becomes `step` for each element; then `result`.
 * With `iterVar2` the first variable is the index or key and the second the element or value.
 */
export interface ComprehensionExpr {
  readonly kind: "comprehension";
  readonly id: number;
  readonly range: Expr;
  readonly iterVar: string;
  readonly iterVar2: string | undefined;
  readonly accuVar: string;
  readonly init: Expr;
  readonly condition: Expr;
  readonly step: Expr;
  readonly result: Expr;
}

/** Stands where an issue was reported. */
export interface BrokenExpr {
  readonly kind: "broken";
  readonly id: number;
}

/** A parsed expression with the places of its nodes. */
export interface Parsed {
  readonly expr: Expr;
  /** Offset in code points of each node, by id. */
  readonly offsets: readonly number[];
  readonly source: Source;
}

/** The text of an expression by code points. */
export interface Source {
  readonly text: string;
  readonly points: readonly number[];
}

export interface Location {
  /** From 1. */
  readonly line: number;
  /** In code points, from 0. */
  readonly column: number;
}

/** The place of an offset. */
export function locationOf(source: Source, offset: number): Location {
  let line = 1;
  let start = 0;
  for (let i = 0; i < offset && i < source.points.length; i++) {
    if (source.points[i] !== 0x0a) continue;
    line++;
    start = i + 1;
  }
  return { line, column: offset - start };
}

/** What is true of the expression as a whole, not of a place in it. */
export const NO_LOCATION: Location = { line: -1, column: -1 };
