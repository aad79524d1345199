import type { ValidatingAdmissionPolicy } from "@skates/api/admissionregistration/v1";
import { boolType, type CelEnvironment, nullType, stringType } from "@skates/cel";
import { type CompiledExpression, compileExpression } from "../expressions/compiled-expression.ts";
import { type CompiledConditions, compileConditions } from "../expressions/match-conditions.ts";
import { type CompiledVariable, compileVariables } from "../expressions/variables.ts";
import type { RequestEnvironments } from "../expressions/request-environment.ts";

/** A check of a policy, compiled. */
export interface CompiledValidation {
  readonly condition: CompiledExpression;
  readonly message: string;
  readonly messageExpression: CompiledExpression | undefined;
  readonly reason: string;
}

/** What a validating policy's expressions compile to. */
export interface ValidatingProgram {
  readonly variables: ReadonlyMap<string, CompiledVariable>;
  readonly conditions: CompiledConditions;
  readonly validations: readonly CompiledValidation[];
  readonly annotations: readonly { readonly key: string; readonly value: CompiledExpression }[];
}

/** Compiles all expressions of a policy. Those that do not compile fail when they are reached. */
export function compileValidatingPolicy(
  environments: RequestEnvironments,
  { spec }: ValidatingAdmissionPolicy,
): ValidatingProgram {
  const params = spec.paramKind !== undefined;
  const { environment, compiled } = compileVariables(
    environments.get({ params, authorizer: true }),
    spec.variables ?? [],
  );
  // Messages may not ask the authorizer.
  const messages = compileVariables(environments.get({ params, authorizer: false }), spec.variables ?? []).environment;
  return {
    variables: compiled,
    conditions: compileConditions(environment, spec.matchConditions),
    validations: (spec.validations ?? []).map((validation) => ({
      condition: compileExpression(environment, validation.expression, [boolType]),
      message: (validation.message ?? "").trim(),
      messageExpression: messageOf(messages, validation.messageExpression),
      reason: (validation.reason ?? "") === "" ? "Invalid" : (validation.reason ?? ""),
    })),
    annotations: (spec.auditAnnotations ?? []).map(({ key, valueExpression }) => ({
      key,
      value: compileExpression(environment, valueExpression, [stringType, nullType]),
    })),
  };
}

function messageOf(environment: CelEnvironment, expression: string | undefined): CompiledExpression | undefined {
  return (expression ?? "") === "" ? undefined : compileExpression(environment, expression ?? "", [stringType]);
}
