import type {
  CallExpr,
  ComprehensionExpr,
  Expr,
  IdentExpr,
  ListExpr,
  MapExpr,
  SelectExpr,
  StructExpr,
} from "../ast.ts";
import { CelError } from "../cel-error.ts";
import type { Checked } from "../checker/checked.ts";
import type { FunctionDeclaration } from "../declaration.ts";
import {
  ADD,
  AND,
  CONDITIONAL,
  EQUALS,
  IN,
  INDEX,
  MAP_INSERT,
  NOT_EQUALS,
  NOT_STRICTLY_FALSE,
  OPTIONAL_INDEX,
  OPTIONAL_SELECT,
  OR,
} from "../parser/operators.ts";
import type { CelType } from "../type.ts";
import type { CelValue } from "../value.ts";
import { formatKey } from "../values/format-value.ts";
import { listOf } from "../values/list.ts";
import { EntryMap } from "../values/map.ts";
import { isObject, NONE, optionalOf, typeValue } from "../values/scalars.ts";
import { find, get } from "./access.ts";
import { planCall, type PlannedCall } from "./call.ts";
import { planEquals, planIn } from "./comparison.ts";
import { type FoldSlots, planBinding, planCollectList, planCollectMap, planFold, planQuantifier } from "./fold.ts";
import { bareFrame, constantPlan, type Frame, type Plan } from "./frame.ts";
import { planConditional, planLogic, planNotStrictlyFalse, planOptionalOr } from "./operators.ts";

const LIST_COST = 10;
const MAP_COST = 30;
const STRUCT_COST = 40;

/** Overloads whose argument is only looked at when the receiver is empty. */
const OPTIONAL_CHOICES: ReadonlySet<string> = new Set(["optional_or_optional", "optional_orValue_value"]);

/** What planning needs of the environment. */
export interface PlanContext {
  function(name: string): FunctionDeclaration | undefined;
  /** Makes a value of an object type from fields. */
  makeObject(type: CelType, fields: ReadonlyMap<string, CelValue>): CelValue;
}

/** A plan and the variables of the environment that it reads, by their index in `Frame.variable`. */
export interface Planned {
  readonly plan: Plan;
  readonly variables: readonly string[];
}

/** Turns a checked expression into closures. Throws CelError where a constant part of it fails. */
export function planExpression(checked: Checked, context: PlanContext): Planned {
  const planner = new Planner(checked, context);
  const plan = planner.plan(checked.expr);
  return { plan, variables: planner.variables };
}

class Planner {
  readonly variables: string[] = [];
  readonly #checked: Checked;
  readonly #context: PlanContext;
  /** Local variables in scope, innermost last; the index is the slot. */
  readonly #locals: string[] = [];

  constructor(checked: Checked, context: PlanContext) {
    this.#checked = checked;
    this.#context = context;
  }

  plan(expr: Expr): Plan {
    switch (expr.kind) {
      case "literal":
        return constantPlan(expr.value);
      case "ident":
        return this.#planIdent(expr);
      case "select":
        return this.#planSelect(expr);
      case "call":
        return this.#planCall(expr);
      case "list":
        return this.#planList(expr);
      case "map":
        return this.#planMap(expr);
      case "struct":
        return this.#planStruct(expr);
      case "comprehension":
        return this.#planComprehension(expr);
      case "broken":
        throw new CelError("the expression has errors");
    }
  }

  #planIdent(expr: IdentExpr): Plan {
    const type = this.#checked.typeNames.get(expr.id);
    if (type !== undefined) return constantPlan(typeValue(type));
    const variable = this.#checked.variables.get(expr.id);
    if (variable !== undefined) {
      const index = this.#variable(variable);
      return { fixed: 1, rootCost: 1, run: (frame) => frame.variable(index) };
    }
    const slot = this.#locals.lastIndexOf(expr.name);
    return { fixed: 1, rootCost: 1, run: (frame) => frame.locals[slot] ?? null };
  }

  #variable(name: string): number {
    const known = this.variables.indexOf(name);
    return known >= 0 ? known : this.variables.push(name) - 1;
  }

  /** An operand from which something is selected: what is no name costs as much as one besides. */
  #planOperand(expr: Expr): Plan {
    const plan = this.plan(expr);
    return plan.rootCost === undefined ? { run: plan.run, fixed: plan.fixed + 1, rootCost: 1 } : plan;
  }

  #planSelect(expr: SelectExpr): Plan {
    const operand = this.#planOperand(expr.operand);
    const { run } = operand;
    const { field } = expr;
    const rootCost = operand.rootCost ?? 0;
    if (expr.testOnly) {
      const test = (frame: Frame) => {
        const from = run(frame);
        return find(from, field) !== undefined;
      };
      return { fixed: operand.fixed - rootCost + 1, rootCost: 0, run: test };
    }
    if (this.#isOptional(expr.operand)) return this.#optionalStep(operand, () => field);
    return { fixed: operand.fixed + 1, rootCost, run: (frame) => get(run(frame), field) };
  }

  #isOptional(expr: Expr): boolean {
    const type = this.#checked.typeOf(expr);
    return type.kind === "opaque" && type.name === "optional_type";
  }

  /** A step into what may not be there: nothing comes of nothing, and costs nothing. */
  #optionalStep(operand: Plan, key: (frame: Frame) => CelValue): Plan {
    const { run } = operand;
    const step = (frame: Frame): CelValue => {
      let from = run(frame);
      if (isObject(from) && from.kind === "optional") {
        if (from.value === undefined) return NONE;
        from = from.value;
      }
      const value = find(from, key(frame));
      if (value === undefined) return NONE;
      frame.charge(1);
      return optionalOf(value);
    };
    return { fixed: operand.fixed, rootCost: operand.rootCost ?? 0, run: step };
  }

  #planIndex(operandExpr: Expr, indexExpr: Expr, optional: boolean): Plan {
    const operand = this.#planOperand(operandExpr);
    const index = this.plan(indexExpr);
    const indexCost = index.fixed - (index.rootCost ?? 0);
    const key = index.run;
    if (optional || this.#isOptional(operandExpr)) {
      const step = this.#optionalStep(operand, key);
      return { ...step, fixed: step.fixed + indexCost };
    }
    const { run } = operand;
    const constant = index.constant;
    return {
      fixed: operand.fixed + indexCost + 1,
      rootCost: operand.rootCost ?? 0,
      run: constant === undefined ? (frame) => get(run(frame), key(frame)) : (frame) => get(run(frame), constant),
    };
  }

  #planCall(expr: CallExpr): Plan {
    const [first, second, third] = expr.args;
    if (expr.target === undefined && first !== undefined) {
      if (second === undefined && expr.name === NOT_STRICTLY_FALSE) return planNotStrictlyFalse(this.plan(first));
      if (second !== undefined) {
        const special = this.#planSpecial(expr, first, { second, third });
        if (special !== undefined) return special;
      }
    }
    const overloads = this.#checked.overloads.get(expr.id) ?? [];
    const chooses = overloads.length > 0 && overloads.every(({ id }) => OPTIONAL_CHOICES.has(id));
    if (expr.target !== undefined && first !== undefined && chooses)
      return planOptionalOr(this.plan(expr.target), this.plan(first), expr.name === "orValue");
    const operands = expr.target === undefined ? expr.args : [expr.target, ...expr.args];
    return planCall(this.#call(expr, operands));
  }

  #planSpecial(
    expr: CallExpr,
    first: Expr,
    { second, third }: { readonly second: Expr; readonly third: Expr | undefined },
  ): Plan | undefined {
    switch (expr.name) {
      case AND:
        return planLogic(this.plan(first), this.plan(second), false);
      case OR:
        return planLogic(this.plan(first), this.plan(second), true);
      case CONDITIONAL:
        return third === undefined ? undefined : planConditional(this.plan(first), this.plan(second), this.plan(third));
      case INDEX:
        return this.#planIndex(first, second, false);
      case OPTIONAL_INDEX:
        return this.#planIndex(first, second, true);
      case OPTIONAL_SELECT:
        return this.#planIndex(first, second, true);
      case EQUALS:
      case NOT_EQUALS:
        return planEquals(this.#call(expr, [first, second]), expr.name === EQUALS);
      case IN:
        return planIn(this.#call(expr, [first, second]));
      default:
        return undefined;
    }
  }

  #call(expr: CallExpr, operands: readonly Expr[]): PlannedCall {
    const declared = this.#context.function(expr.name);
    if (declared === undefined) throw new CelError(`no such overload: ${expr.name}`);
    return {
      declared,
      overloads: this.#checked.overloads.get(expr.id) ?? [],
      args: operands.map((operand) => this.plan(operand)),
      types: operands.map((operand) => this.#checked.typeOf(operand)),
    };
  }

  #planList(expr: ListExpr): Plan {
    const elements = expr.elements.map((element) => this.plan(element));
    const { optional } = expr;
    const runs = elements.map((element) => element.run);
    const run = (frame: Frame) => {
      const out: CelValue[] = [];
      runs.forEach((element, index) => {
        const value = element(frame);
        if (!optional.has(index)) out.push(value);
        else if (!isObject(value) || value.kind !== "optional")
          throw new CelError(`cannot initialize optional list element from non-optional value ${formatKey(value)}`);
        else if (value.value !== undefined) out.push(value.value);
      });
      return listOf(out);
    };
    const constants = elements.map((element) => element.constant);
    if (optional.size === 0 && isComplete(constants)) return constantPlan(listOf(constants));
    return { run, fixed: LIST_COST + costOf(elements) };
  }

  #planMap(expr: MapExpr): Plan {
    const entries = expr.entries.map(({ key, value, optional }) => ({
      key: this.plan(key),
      value: this.plan(value),
      optional,
    }));
    const plans = entries.flatMap(({ key, value }) => [key, value]);
    const steps = entries.map(({ key, value, optional }) => ({ key: key.run, value: value.run, optional }));
    const run = (frame: Frame) => {
      const out = new EntryMap();
      for (const step of steps) {
        const key = step.key(frame);
        const value = optionalEntry(key, step.value(frame), step.optional);
        if (value === undefined) out.delete(key);
        else if (!out.set(key, value)) throw new CelError(`unsupported key type: ${formatKey(key)}`);
      }
      return out;
    };
    const isConstant = plans.every(({ constant }) => constant !== undefined);
    if (isConstant && entries.every(({ optional }) => !optional)) return constantPlan(run(bareFrame()));
    return { run, fixed: MAP_COST + costOf(plans) };
  }

  #planStruct(expr: StructExpr): Plan {
    const type = this.#checked.typeOf(expr);
    const fields = expr.fields.map(({ name, value, optional }) => ({ name, plan: this.plan(value), optional }));
    const { makeObject } = this.#context;
    const run = (frame: Frame) => {
      const out = new Map<string, CelValue>();
      for (const { name, plan, optional } of fields) {
        const value = optionalEntry(name, plan.run(frame), optional);
        if (value === undefined) out.delete(name);
        else out.set(name, value);
      }
      return makeObject(type, out);
    };
    return { run, fixed: STRUCT_COST + costOf(fields.map(({ plan }) => plan)) };
  }

  #planComprehension(expr: ComprehensionExpr): Plan {
    const depth = this.#locals.length;
    if (isEmptyList(expr.range) && isLiteral(expr.condition, false)) return this.#planBinding(expr);
    const range = this.plan(expr.range);
    const init = this.plan(expr.init);
    const slots: FoldSlots = {
      accu: this.#locals.push(expr.accuVar) - 1,
      first: this.#locals.push(expr.iterVar) - 1,
      second: expr.iterVar2 === undefined ? undefined : this.#locals.push(expr.iterVar2) - 1,
    };
    const plan = this.#planLoop(expr, range, slots);
    if (plan !== undefined) {
      this.#locals.length = depth;
      return plan;
    }
    const step = this.plan(expr.step);
    this.#locals.length = slots.first;
    const result = this.plan(expr.result);
    this.#locals.length = depth;
    return planFold(range, slots, { init, step, result });
  }

  #planBinding(expr: ComprehensionExpr): Plan {
    const init = this.plan(expr.init);
    const slot = this.#locals.push(expr.accuVar) - 1;
    const result = this.plan(expr.result);
    this.#locals.length = slot;
    return planBinding(slot, init, result);
  }

  /** The loops that macros make, each in the one way that fits it. */
  #planLoop(expr: ComprehensionExpr, range: Plan, slots: FoldSlots): Plan | undefined {
    const { step, init, accuVar } = expr;
    if (step.kind !== "call" || !isIdent(expr.result, accuVar)) return undefined;
    const [first, second, third] = step.args;
    if (second === undefined) return undefined;
    if ((step.name === AND || step.name === OR) && isIdent(first, accuVar) && init.kind === "literal")
      return planQuantifier(range, slots, this.plan(second), step.name === OR);
    if (step.name !== CONDITIONAL) return this.#planCollect(step, { range, slots, filter: undefined, accuVar });
    if (first === undefined || second.kind !== "call" || !isIdent(third, accuVar)) return undefined;
    return this.#planCollect(second, { range, slots, filter: first, accuVar });
  }

  #planCollect(
    step: CallExpr,
    fold: {
      readonly range: Plan;
      readonly slots: FoldSlots;
      readonly filter: Expr | undefined;
      readonly accuVar: string;
    },
  ): Plan | undefined {
    const [accu, second, third] = step.args;
    if (!isIdent(accu, fold.accuVar) || second === undefined) return undefined;
    const filter = fold.filter === undefined ? undefined : this.plan(fold.filter);
    if (step.name === ADD && second.kind === "list") {
      const [element] = second.elements;
      if (element === undefined || second.elements.length !== 1) return undefined;
      const plan = this.plan(element);
      // The accumulator and the addition cost one each, a list that is not constant ten.
      const cost = plan.constant === undefined ? 2 + LIST_COST : 2;
      return planCollectList(fold.range, fold.slots, { filter, cost }, plan);
    }
    if (step.name !== MAP_INSERT) return undefined;
    return this.#planInsert(second, third, { ...fold, filter });
  }

  #planInsert(
    key: Expr,
    value: Expr | undefined,
    { range, slots, filter }: { readonly range: Plan; readonly slots: FoldSlots; readonly filter: Plan | undefined },
  ): Plan {
    const first = this.plan(key);
    if (value === undefined) {
      const insert = (frame: Frame, into: EntryMap) => {
        const entries = first.run(frame);
        if (!isObject(entries) || entries.kind !== "map") throw new CelError(`no such overload: ${MAP_INSERT}`);
        for (const each of entries.keys()) insertEntry(into, each, entries.get(each) ?? null);
      };
      return planCollectMap(range, slots, { filter, cost: first.fixed + 2 }, insert);
    }
    const second = this.plan(value);
    const insert = (frame: Frame, into: EntryMap) => insertEntry(into, first.run(frame), second.run(frame));
    return planCollectMap(range, slots, { filter, cost: first.fixed + second.fixed + 2 }, insert);
  }
}

function insertEntry(into: EntryMap, key: CelValue, value: CelValue): void {
  if (into.get(key) !== undefined) throw new CelError(`insert failed: key ${formatKey(key)} already exists`);
  if (!into.set(key, value)) throw new CelError(`unsupported key type: ${formatKey(key)}`);
}

/** The value of an entry or field written with `?`; undefined: it is left out. */
function optionalEntry(key: CelValue, value: CelValue, optional: boolean): CelValue | undefined {
  if (!optional) return value;
  if (isObject(value) && value.kind === "optional") return value.value;
  throw new CelError(
    `cannot initialize optional entry '${formatKey(key)}' from non-optional value ${formatKey(value)}`,
  );
}

function costOf(plans: readonly Plan[]): number {
  return plans.reduce((sum, { fixed }) => sum + fixed, 0);
}

function isComplete(values: readonly (CelValue | undefined)[]): values is readonly CelValue[] {
  return values.every((value) => value !== undefined);
}

function isIdent(expr: Expr | undefined, name: string): boolean {
  return expr?.kind === "ident" && expr.name === name;
}

function isLiteral(expr: Expr, value: CelValue): boolean {
  return expr.kind === "literal" && expr.value === value;
}

function isEmptyList(expr: Expr): boolean {
  return expr.kind === "list" && expr.elements.length === 0;
}
