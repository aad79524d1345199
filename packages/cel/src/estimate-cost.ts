import type { CallExpr, ComprehensionExpr, Expr, ListExpr, MapExpr, SelectExpr } from "./ast.ts";
import type { Checked } from "./checker/checked.ts";
import { COST_MAX, type CallEstimate, type CostEstimate, type SizedOperand, type SizeEstimate } from "./cost.ts";
import { either, exactly, plus, times, UNKNOWN_SIZE } from "./cost-estimate.ts";
import type { FunctionDeclaration, Overload } from "./declaration.ts";
import type { JsonType } from "./json-type.ts";
import { AND, CONDITIONAL, OR } from "./parser/operators.ts";
import type { CelType } from "./type.ts";
import type { CelValue } from "./value.ts";
import { codePointCount } from "./values/scalars.ts";

/** What estimates need of the environment. */
export interface EstimateContext {
  readonly variables: ReadonlyMap<string, JsonType>;
  readonly functions: ReadonlyMap<string, FunctionDeclaration>;
}

/** Bounds of the cost of an expression, as upstream estimates them: rules are refused by the upper one. */
export function estimateCost(checked: Checked, context: EstimateContext): CostEstimate {
  return new Estimator(checked, context).cost(checked.expr);
}

const NOTHING = exactly(0);
const ONE = exactly(1);
const LIST_COST = exactly(10);
const MAP_COST = exactly(30);
const STRUCT_COST = exactly(40);

/** Sizes of what a list or map that the expression makes contains. */
interface EntrySize {
  readonly container: "list" | "map";
  readonly key: SizeEstimate;
  readonly value: SizeEstimate;
}

interface Local {
  readonly name: string;
  readonly path: Path | undefined;
  readonly size: SizeEstimate | undefined;
  readonly entrySize: EntrySize | undefined;
}

/** Where in the variables' JSON an expression points to; undefined: nowhere that a schema describes. */
interface Path {
  readonly type: JsonType | undefined;
}

class Estimator {
  readonly #checked: Checked;
  readonly #context: EstimateContext;
  /**
   * What upstream takes for the first step from anything that no schema describes: it leaves out the name of a path's variable,
   * which here is the step itself, and so comes to the schema as a whole. A literal's elements have the size of `self`, then, and so
   * has the name of a type.
   */
  readonly #root: Path;
  readonly #paths = new Map<number, Path>();
  readonly #sizes = new Map<number, SizeEstimate>();
  readonly #entrySizes = new Map<number, EntrySize>();
  readonly #locals: Local[] = [];

  constructor(checked: Checked, context: EstimateContext) {
    this.#checked = checked;
    this.#context = context;
    this.#root = { type: context.variables.get("self") };
  }

  cost(expr: Expr): CostEstimate {
    switch (expr.kind) {
      case "literal":
      case "broken":
        return NOTHING;
      case "ident":
        return this.#costIdent(expr.id, expr.name);
      case "select":
        return this.#costSelect(expr);
      case "call":
        return this.#costCall(expr);
      case "list":
        return this.#costList(expr);
      case "map":
        return this.#costMap(expr);
      case "struct":
        return plus(STRUCT_COST, ...expr.fields.map(({ value }) => this.cost(value)));
      case "comprehension":
        return isBinding(expr) ? this.#costBinding(expr) : this.#costComprehension(expr);
    }
  }

  #costIdent(id: number, name: string): CostEstimate {
    const local = this.#local(name);
    const variable = this.#context.variables.get(name.replace(/^\./, ""));
    const path = local === undefined ? (variable === undefined ? this.#root : { type: variable }) : local.path;
    if (path !== undefined) this.#paths.set(id, path);
    return ONE;
  }

  #local(name: string): Local | undefined {
    return this.#locals.findLast((local) => local.name === name);
  }

  #costSelect(expr: SelectExpr): CostEstimate {
    const operand = this.cost(expr.operand);
    if (expr.testOnly) return operand;
    this.#setPath(expr, expr.operand, (type) => type.field?.(expr.field));
    const { kind } = this.#checked.typeOf(expr.operand);
    return kind === "map" || kind === "object" || kind === "param" ? plus(operand, ONE) : operand;
  }

  #setPath(expr: Expr, operand: Expr, step: (type: JsonType) => JsonType | undefined): void {
    const from = this.#pathOf(operand);
    if (from === undefined) this.#paths.set(expr.id, this.#root);
    else this.#paths.set(expr.id, { type: from.type === undefined ? undefined : step(from.type) });
  }

  #pathOf(expr: Expr): Path | undefined {
    if (expr.kind === "ident") {
      const local = this.#local(expr.name);
      if (local !== undefined) return local.path;
    }
    return this.#paths.get(expr.id);
  }

  #costCall(expr: CallExpr): CostEstimate {
    const [first] = expr.args;
    if (expr.name === "dyn" && expr.target === undefined && first !== undefined) {
      const cost = this.cost(first);
      this.#copySizes(expr, first);
      return plus(ONE, cost);
    }
    const argCosts = expr.args.map((arg) => this.cost(arg));
    const overloads = this.#checked.overloads.get(expr.id) ?? [];
    // An optional selection has no overload, and upstream does not weigh it.
    if (overloads.length === 0) return NOTHING;
    const targetCost = expr.target === undefined ? NOTHING : this.cost(expr.target);
    let cost: CostEstimate = { min: COST_MAX, max: 0 };
    let resultSize: SizeEstimate | undefined;
    for (const overload of overloads) {
      const estimate = this.#estimateCall(expr, overload);
      cost = either(cost, plus(estimate.cost, argumentCost(expr.name, argCosts)));
      if (estimate.resultSize !== undefined)
        resultSize = resultSize === undefined ? estimate.resultSize : either(resultSize, estimate.resultSize);
      if (first !== undefined && (overload.id === "index_list" || overload.id === "index_map")) {
        resultSize = this.#entrySizeOf(first)?.value;
        this.#setPath(expr, first, (type) => type.element);
      }
      resultSize ??= this.#sizeOf(expr);
    }
    if (resultSize !== undefined) this.#sizes.set(expr.id, resultSize);
    return plus(targetCost, cost);
  }

  #estimateCall(expr: CallExpr, overload: Overload): CallEstimate {
    const [first, second, third] = expr.args;
    const entries =
      expr.name === CONDITIONAL && second !== undefined && third !== undefined
        ? joined(this.#entrySizeOf(second), this.#entrySizeOf(third))
        : overload.id.startsWith("add_") && first !== undefined && second !== undefined
          ? joined(this.#entrySizeOf(first), this.#entrySizeOf(second))
          : undefined;
    if (entries !== undefined) this.#entrySizes.set(expr.id, entries);
    const estimators = [this.#context.functions.get(expr.name)?.cost, overload.cost];
    for (const estimator of estimators) {
      const estimate = estimator?.estimate?.({
        overload: overload.id,
        target: expr.target === undefined ? undefined : this.#operand(expr.target),
        args: expr.args.map((arg) => this.#operand(arg)),
      });
      if (estimate !== undefined) return estimate;
    }
    return { cost: ONE };
  }

  #operand(expr: Expr): SizedOperand {
    const type = this.#checked.typeOf(expr);
    const size = this.#sizeOf(expr);
    const path = this.#pathOf(expr);
    return {
      type,
      size: size ?? UNKNOWN_SIZE,
      sized: size !== undefined,
      literal: expr.kind === "literal" ? expr.value : undefined,
      element: elementOf(type, path),
    };
  }

  #costList(expr: ListExpr): CostEstimate {
    let value: SizeEstimate = { min: expr.elements.length === 0 ? 0 : COST_MAX, max: 0 };
    let sum = LIST_COST;
    for (const element of expr.elements) {
      sum = plus(sum, this.cost(element));
      value = either(value, this.#sizeOf(element) ?? UNKNOWN_SIZE);
    }
    this.#entrySizes.set(expr.id, { container: "list", key: ONE, value });
    return sum;
  }

  #costMap(expr: MapExpr): CostEstimate {
    const start = { min: expr.entries.length === 0 ? 0 : COST_MAX, max: 0 };
    let key: SizeEstimate = start;
    let value: SizeEstimate = start;
    let sum = MAP_COST;
    for (const entry of expr.entries) {
      sum = plus(sum, this.cost(entry.key), this.cost(entry.value));
      key = either(key, this.#sizeOf(entry.key) ?? UNKNOWN_SIZE);
      value = either(value, this.#sizeOf(entry.value) ?? UNKNOWN_SIZE);
    }
    this.#entrySizes.set(expr.id, { container: "map", key, value });
    return sum;
  }

  #costBinding(expr: ComprehensionExpr): CostEstimate {
    const range = this.cost(expr.range);
    const init = this.cost(expr.init);
    this.#pushLocal(expr.accuVar, expr.init);
    const result = this.cost(expr.result);
    this.#locals.pop();
    this.#copySizes(expr, expr.result);
    return plus(range, init, result);
  }

  #pushLocal(name: string, expr: Expr): void {
    const path = this.#pathOf(expr);
    this.#locals.push({ name, path, size: this.#sizeOf(expr), entrySize: this.#entrySizeOf(expr) });
  }

  #costComprehension(expr: ComprehensionExpr): CostEstimate {
    const range = this.cost(expr.range);
    const init = this.cost(expr.init);
    this.#pushLocal(expr.accuVar, expr.init);
    this.#pushElement(expr);
    const condition = this.cost(expr.condition);
    const step = this.cost(expr.step);
    this.#locals.length -= expr.iterVar2 === undefined ? 1 : 2;
    const result = this.cost(expr.result);
    this.#locals.pop();
    const count = this.#sizeOf(expr.range) ?? UNKNOWN_SIZE;
    this.#setFoldSize(expr, count);
    return plus(range, init, result, times(count, plus(step, condition)));
  }

  #pushElement(expr: ComprehensionExpr): void {
    const entrySize = this.#entrySizeOf(expr.range);
    const from = this.#pathOf(expr.range);
    const path = (type: JsonType | undefined) => (from === undefined ? this.#root : { type });
    const isList = (entrySize?.container ?? this.#checked.typeOf(expr.range).kind) === "list";
    const key = { path: path(isList ? undefined : from?.type?.key), size: entrySize?.key, entrySize: undefined };
    const value = { path: path(from?.type?.element), size: entrySize?.value, entrySize: undefined };
    if (expr.iterVar2 === undefined) this.#locals.push({ name: expr.iterVar, ...(isList ? value : key) });
    else this.#locals.push({ name: expr.iterVar, ...key }, { name: expr.iterVar2, ...value });
  }

  #setFoldSize(expr: ComprehensionExpr, count: SizeEstimate): void {
    if (expr.init.kind === "literal") {
      const size = this.#sizeOf(expr.init);
      if (size !== undefined) this.#sizes.set(expr.id, size);
      return;
    }
    if (expr.init.kind !== "list" && expr.init.kind !== "map") return;
    this.#sizes.set(expr.id, count);
    const entries = this.#entrySizeOf(expr.step);
    if (entries !== undefined) this.#entrySizes.set(expr.id, entries);
  }

  #copySizes(to: Expr, from: Expr): void {
    const size = this.#sizeOf(from);
    if (size !== undefined) this.#sizes.set(to.id, size);
    const entries = this.#entrySizeOf(from);
    if (entries !== undefined) this.#entrySizes.set(to.id, entries);
  }

  #sizeOf(expr: Expr): SizeEstimate | undefined {
    const known = this.#sizes.get(expr.id) ?? spelledSize(expr);
    if (known !== undefined) return known;
    const max = this.#pathOf(expr)?.type?.maxSize;
    if (max !== undefined) {
      const size = { min: 0, max };
      this.#sizes.set(expr.id, size);
      return size;
    }
    if (isScalar(this.#checked.typeOf(expr))) return ONE;
    return expr.kind === "ident" ? this.#local(expr.name)?.size : undefined;
  }

  #entrySizeOf(expr: Expr): EntrySize | undefined {
    const known = this.#entrySizes.get(expr.id);
    if (known !== undefined || expr.kind !== "ident") return known;
    return this.#local(expr.name)?.entrySize;
  }
}

/** What the arguments of a call cost: all of them, but for operators that may leave some out. */
function argumentCost(name: string, costs: readonly CostEstimate[]): CostEstimate {
  const [first = NOTHING, second = NOTHING, third = NOTHING] = costs;
  if (name === AND || name === OR) return { min: first.min, max: plus(first, second).max };
  if (name === CONDITIONAL) return plus(first, either(second, third));
  return plus(...costs);
}

function joined(one: EntrySize | undefined, other: EntrySize | undefined): EntrySize | undefined {
  if (one === undefined || other === undefined) return undefined;
  return { container: one.container, key: either(one.key, other.key), value: either(one.value, other.value) };
}

function isBinding({ range, condition }: ComprehensionExpr): boolean {
  const isEmpty = range.kind === "list" && range.elements.length === 0;
  return isEmpty && condition.kind === "literal" && condition.value === false;
}

/** The size of what the expression spells out. */
function spelledSize(expr: Expr): SizeEstimate | undefined {
  switch (expr.kind) {
    case "literal":
      return exactly(literalSize(expr.value));
    case "list":
      return exactly(expr.elements.length);
    case "map":
      return exactly(expr.entries.length);
    default:
      return undefined;
  }
}

function literalSize(value: CelValue): number {
  if (typeof value === "string") return codePointCount(value);
  return typeof value === "object" && value?.kind === "bytes" ? value.value.length : 1;
}

const SCALARS: ReadonlySet<string> = new Set(["bool", "double", "duration", "int", "timestamp", "uint"]);

function isScalar(type: CelType): boolean {
  if (type.kind === "opaque" && type.name === "optional_type") {
    const [inner] = type.parameters;
    return inner !== undefined && isScalar(inner);
  }
  return SCALARS.has(type.kind);
}

function elementOf(type: CelType, path: Path | undefined): SizedOperand | undefined {
  const [elementType] = type.parameters;
  if (elementType === undefined) return undefined;
  const json = path?.type?.element;
  const max = json?.maxSize;
  return {
    type: elementType,
    size: max === undefined ? UNKNOWN_SIZE : { min: 0, max },
    sized: false,
    literal: undefined,
    element: undefined,
  };
}
