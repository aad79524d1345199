import type { MatchCondition } from "@skates/api/admissionregistration/v1";
import { joinedErrors } from "@skates/apimachinery";
import { boolType, type CelEnvironment } from "@skates/cel";
import { type CompiledExpression, compileExpression } from "./compiled-expression.ts";
import { type ExpressionRun, OutOfBudget } from "./expression-run.ts";

/** Compiled `matchConditions`. */
export type CompiledConditions = readonly CompiledExpression[];

export function compileConditions(
  environment: CelEnvironment,
  conditions: readonly MatchCondition[] | undefined,
): CompiledConditions {
  return (conditions ?? []).map(({ expression }) => compileExpression(environment, expression, [boolType]));
}

/** Whether all conditions hold; `error`: neither is known, and the failure policy decides. One that does not hold outweighs errors. */
export type ConditionsResult = { readonly matches: boolean } | { readonly error: string };

export function evaluateConditions(run: ExpressionRun, conditions: CompiledConditions): ConditionsResult {
  const errors: string[] = [];
  try {
    for (const condition of conditions) {
      const result = run.evaluate(condition);
      if (!result.ok) errors.push(result.error);
      else if (result.value !== true) return { matches: false };
    }
  } catch (error) {
    if (!(error instanceof OutOfBudget)) throw error;
    return { error: error.message };
  }
  if (errors.length === 0) return { matches: true };
  return { error: joinedErrors(errors) };
}
