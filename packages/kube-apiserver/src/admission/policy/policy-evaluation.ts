import { type CelValue, RUNTIME_COST_BUDGET, usableMessage } from "@skates/cel";
import type { CompiledExpression } from "../expressions/compiled-expression.ts";
import { ExpressionRun, OutOfBudget } from "../expressions/expression-run.ts";
import type { PolicyInput } from "../expressions/policy-input.ts";
import type { CompiledValidation, ValidatingProgram } from "./validating-program.ts";

/** What one check of a policy says about one object. */
export interface PolicyDecision {
  readonly allowed: boolean;
  /** It could not be evaluated, and the failure policy has decided. */
  readonly failed: boolean;
  readonly message: string;
  readonly reason: string;
}

export type AuditNote = { readonly key: string; readonly value: string } | { readonly error: string };

export interface PolicyVerdict {
  /** One for each check; one alone where nothing could be evaluated; none where conditions do not match. */
  readonly decisions: readonly PolicyDecision[];
  readonly notes: readonly AuditNote[];
}

/** Evaluates a policy over one request and one parameter. Pure but for lazily computed variables within `input`. */
export function evaluatePolicy(program: ValidatingProgram, input: PolicyInput, failOpen: boolean): PolicyVerdict {
  const failed = (message: string): PolicyDecision => ({ allowed: failOpen, failed: true, message, reason: "" });
  const matched = input.conditions(program.conditions);
  if ("error" in matched) return { decisions: failOpen ? [] : [failed(matched.error)], notes: [] };
  if (!matched.matches) return { decisions: [], notes: [] };
  try {
    const decisions = decide(program.validations, input.run(RUNTIME_COST_BUDGET), failed);
    return { decisions, notes: notesOf(program.annotations, input.run(RUNTIME_COST_BUDGET), failOpen) };
  } catch (error) {
    if (!(error instanceof OutOfBudget)) throw error;
    return { decisions: [failed(error.message)], notes: [] };
  }
}

/** All checks first; messages of those that refuse have what is left. */
function decide(
  validations: readonly CompiledValidation[],
  run: ExpressionRun,
  failed: (message: string) => PolicyDecision,
): readonly PolicyDecision[] {
  const results = validations.map(({ condition }) => run.evaluate(condition));
  return validations.map((validation, index) => {
    const result = results[index];
    if (result === undefined || !result.ok) return failed(result?.error ?? "");
    if (result.value === true) return { allowed: true, failed: false, message: "", reason: "" };
    try {
      const message = refusalMessage(validation, run);
      return { allowed: false, failed: false, message, reason: validation.reason };
    } catch (error) {
      if (!(error instanceof OutOfBudget)) throw error;
      return failed(`failed messageExpression: ${error.message}`);
    }
  });
}

/** What the message expression says, else the fixed message, else the expression that is not true. */
function refusalMessage({ condition, message, messageExpression }: CompiledValidation, run: ExpressionRun): string {
  const made = messageExpression === undefined ? undefined : run.evaluate(messageExpression);
  const text = made?.ok === true ? usableMessage(made.value) : undefined;
  if (text !== undefined) return text;
  return message === "" ? `failed expression: ${condition.expression.trim()}` : message;
}

function notesOf(
  annotations: readonly { readonly key: string; readonly value: CompiledExpression }[],
  run: ExpressionRun,
  failOpen: boolean,
): readonly AuditNote[] {
  return annotations.flatMap(({ key, value: compiled }): readonly AuditNote[] => {
    const result = run.evaluate(compiled);
    if (!result.ok) return failOpen ? [] : [{ error: result.error }];
    return noteOf(key, result.value, compiled.expression);
  });
}

function noteOf(key: string, value: CelValue, expression: string): readonly AuditNote[] {
  if (value === null) return [];
  if (typeof value === "string") return value.trim() === "" ? [] : [{ key, value: value.trim() }];
  const error = `valueExpression '${expression}' resulted in unsupported return type. Return type must be either string or null.`;
  return [{ error }];
}
