import { Binding } from "./binding.ts";
import { CelError } from "./cel-error.ts";
import type { Checked } from "./checker/checked.ts";
import { visit } from "./checker/visit.ts";
import type { FunctionDeclaration } from "./declaration.ts";
import { estimateCost } from "./estimate-cost.ts";
import { block, Frame, OutOfBudget, type Run } from "./interpreter/frame.ts";
import type { Planned } from "./interpreter/planner.ts";
import type { JsonType } from "./json-type.ts";
import { PER_CALL_LIMIT } from "./limits.ts";
import { OPTIONAL_SELECT } from "./parser/operators.ts";
import type { Activation, CelProgram, Evaluation, Selection } from "./program.ts";
import type { CelValue } from "./value.ts";

/** What `compile` found out about an expression. */
export interface ProgramParts {
  readonly checked: Checked;
  readonly planned: Planned;
  readonly variables: ReadonlyMap<string, JsonType>;
  readonly functions: ReadonlyMap<string, FunctionDeclaration>;
}

/** A program from its parts. */
export function createProgram(
  expression: string,
  { checked, planned, variables, functions }: ProgramParts,
): CelProgram {
  const run = block(planned.plan);
  const names = planned.variables;
  const types = names.map((name) => variables.get(name));
  return {
    expression,
    resultType: checked.typeOf(checked.expr),
    references: new Set(names),
    selections: selectionsOf(checked),
    evaluate: (activation, options = {}) => {
      const resolve = (index: number) => resolveVariable(names[index] ?? "", types[index], activation);
      return runProgram(run, new Frame(options.costLimit ?? PER_CALL_LIMIT, resolve));
    },
    estimateCost: () => estimateCost(checked, { variables, functions }),
  };
}

function selectionsOf({ expr, variables }: Checked): readonly Selection[] {
  const out: Selection[] = [];
  visit(expr, (each) => {
    if (each.kind === "select") out.push({ variable: variables.get(each.operand.id), field: each.field });
    if (each.kind !== "call" || each.name !== OPTIONAL_SELECT) return;
    const [operand, field] = each.args;
    if (operand === undefined || field?.kind !== "literal" || typeof field.value !== "string") return;
    out.push({ variable: variables.get(operand.id), field: field.value });
  });
  return out;
}

function resolveVariable(name: string, type: JsonType | undefined, activation: Activation): CelValue {
  const given = Object.hasOwn(activation, name) ? activation[name] : undefined;
  if (given === undefined || type === undefined) throw new CelError(`no such attribute(s): ${name}`);
  return given instanceof Binding ? given.value() : type.adapt(given);
}

function runProgram(run: Run, frame: Frame): Evaluation {
  try {
    return { ok: true, value: run(frame), cost: frame.cost };
  } catch (error) {
    if (error instanceof CelError) return { ok: false, reason: "failed", error: error.message, cost: frame.cost };
    if (error instanceof OutOfBudget)
      return {
        ok: false,
        reason: "costLimit",
        error: "operation cancelled: actual cost limit exceeded",
        cost: frame.cost,
      };
    throw error;
  }
}
