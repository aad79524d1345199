import { bindValue } from "@skates/cel";
import type { CompiledExpression } from "./compiled-expression.ts";
import { CONDITIONS_BUDGET, ExpressionRun } from "./expression-run.ts";
import { type CompiledConditions, type ConditionsResult, evaluateConditions } from "./match-conditions.ts";
import { authorizerActivation, type RequestAuthorizer } from "./request-authorizer.ts";
import { requestActivation, type RequestValues } from "./request-activation.ts";
import { VariableValues } from "./variables.ts";

/** One request, as the expressions of one policy with one parameter see it. Variables are computed once for all of them. */
export class PolicyInput {
  readonly #variables: VariableValues;
  readonly #activation: Readonly<Record<string, unknown>>;

  constructor(
    values: RequestValues,
    variables: ReadonlyMap<string, CompiledExpression>,
    authorizer: RequestAuthorizer,
  ) {
    this.#variables = new VariableValues(variables, () => this.#activation);
    this.#activation = {
      ...requestActivation(values),
      ...authorizerActivation(values.attributes, authorizer),
      variables: bindValue(this.#variables),
    };
  }

  /** Expressions under one budget. */
  run(budget: number): ExpressionRun {
    return new ExpressionRun(
      { activation: this.#activation, takeVariablesCost: () => this.#variables.takeCost() },
      budget,
    );
  }

  conditions(conditions: CompiledConditions): ConditionsResult {
    return conditions.length === 0 ? { matches: true } : evaluateConditions(this.run(CONDITIONS_BUDGET), conditions);
  }
}
