import {
  type ComposedVariable,
  type ComposedVariables,
  composeVariables,
  MATCH_CONDITIONS_COST_BUDGET,
} from "@skates/cel";
import { ExpressionRun } from "./expression-run.ts";
import { type CompiledConditions, type ConditionsResult, evaluateConditions } from "./match-conditions.ts";
import { authorizerActivation, type RequestAuthorizer } from "./request-authorizer.ts";
import { requestActivation, type RequestValues } from "./request-activation.ts";

/** One request, as the expressions of one policy with one parameter see it. Variables are computed once for all of them. */
export class PolicyInput {
  readonly #variables: ComposedVariables;
  readonly #activation: Readonly<Record<string, unknown>>;

  constructor(values: RequestValues, variables: ReadonlyMap<string, ComposedVariable>, authorizer: RequestAuthorizer) {
    this.#variables = composeVariables(variables, () => this.#activation);
    this.#activation = {
      ...requestActivation(values),
      ...authorizerActivation(values.attributes, authorizer),
      variables: this.#variables.binding,
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
    return conditions.length === 0
      ? { matches: true }
      : evaluateConditions(this.run(MATCH_CONDITIONS_COST_BUDGET), conditions);
  }
}
