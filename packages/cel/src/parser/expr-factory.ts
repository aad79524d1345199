import type { CallExpr, Expr, IdentExpr, ListExpr, LiteralExpr, MapExpr, StructField } from "../ast.ts";
import type { CelValue } from "../value.ts";

/** Name of the variable that macros accumulate in; cannot be spelled in an expression. */
export const ACCUMULATOR = "@result";

/** More nodes than this are refused: macros that repeat their target would else grow without bound. */
const NODES_MAX = 100_000;

/** The expression has more than NODES_MAX nodes. */
export class TooManyNodes extends Error {
  override readonly name = "TooManyNodes";
}

export interface Fold {
  readonly range: Expr;
  readonly iterVar: string;
  readonly iterVar2?: string;
  readonly accuVar?: string;
  readonly init: Expr;
  readonly condition: Expr;
  readonly step: Expr;
  readonly result: Expr;
}

/** Makes nodes with ids, each at an offset. */
export class ExprFactory {
  readonly offsets: number[] = [-1];

  id(offset: number): number {
    if (this.offsets.length > NODES_MAX) throw new TooManyNodes();
    return this.offsets.push(offset) - 1;
  }

  offsetOf(expr: { readonly id: number }): number {
    return this.offsets[expr.id] ?? -1;
  }

  broken(offset: number): Expr {
    return { kind: "broken", id: this.id(offset) };
  }

  literal(offset: number, value: CelValue): LiteralExpr {
    return { kind: "literal", id: this.id(offset), value };
  }

  ident(offset: number, name: string): IdentExpr {
    return { kind: "ident", id: this.id(offset), name };
  }

  select(offset: number, operand: Expr, field: string): Expr {
    return { kind: "select", id: this.id(offset), operand, field, testOnly: false };
  }

  presenceTest(offset: number, operand: Expr, field: string): Expr {
    return { kind: "select", id: this.id(offset), operand, field, testOnly: true };
  }

  call(offset: number, name: string, ...args: readonly Expr[]): CallExpr {
    return { kind: "call", id: this.id(offset), name, target: undefined, args };
  }

  memberCall(offset: number, name: string, target: Expr, ...args: readonly Expr[]): CallExpr {
    return { kind: "call", id: this.id(offset), name, target, args };
  }

  list(offset: number, elements: readonly Expr[], optional: ReadonlySet<number> = NONE): ListExpr {
    return { kind: "list", id: this.id(offset), elements, optional };
  }

  map(offset: number, entries: MapExpr["entries"]): MapExpr {
    return { kind: "map", id: this.id(offset), entries };
  }

  struct(offset: number, typeName: string, fields: readonly StructField[]): Expr {
    return { kind: "struct", id: this.id(offset), typeName, fields };
  }

  fold(offset: number, fold: Fold): Expr {
    return { iterVar2: undefined, accuVar: ACCUMULATOR, ...fold, kind: "comprehension", id: this.id(offset) };
  }

  /** The same expression with ids of its own. */
  copy(expr: Expr): Expr {
    const id = this.id(this.offsetOf(expr));
    switch (expr.kind) {
      case "literal":
      case "ident":
      case "broken":
        return { ...expr, id };
      case "select":
        return { ...expr, id, operand: this.copy(expr.operand) };
      case "call": {
        const target = expr.target === undefined ? undefined : this.copy(expr.target);
        return { ...expr, id, target, args: expr.args.map((arg) => this.copy(arg)) };
      }
      case "list":
        return { ...expr, id, elements: expr.elements.map((element) => this.copy(element)) };
      case "map":
        return {
          ...expr,
          id,
          entries: expr.entries.map((entry) => ({
            ...entry,
            id: this.id(this.offsetOf(entry)),
            key: this.copy(entry.key),
            value: this.copy(entry.value),
          })),
        };
      case "struct":
        return {
          ...expr,
          id,
          fields: expr.fields.map((field) => ({
            ...field,
            id: this.id(this.offsetOf(field)),
            value: this.copy(field.value),
          })),
        };
      case "comprehension":
        return {
          ...expr,
          id,
          range: this.copy(expr.range),
          init: this.copy(expr.init),
          condition: this.copy(expr.condition),
          step: this.copy(expr.step),
          result: this.copy(expr.result),
        };
    }
  }
}

const NONE: ReadonlySet<number> = new Set();
