import { type CelEnvironment, type CelProgram, type CelType, composedVariablesType, dynType } from "@skates/cel";
import { compileExpression } from "./compiled-expression.ts";

interface Variable {
  readonly name: string;
  readonly expression: string;
}

/** A variable's expression: a program, or why it is none. */
export type CompiledVariable = CelProgram | { readonly expression: string; readonly error: string };

/** Compiled variables of a policy, and an environment that knows them as `variables.<name>`. */
export interface CompiledVariables {
  readonly environment: CelEnvironment;
  readonly compiled: ReadonlyMap<string, CompiledVariable>;
}

/** Compiles variables in their order: each knows those before it. One that does not compile is of any type. */
export function compileVariables(base: CelEnvironment, variables: readonly Variable[]): CompiledVariables {
  const compiled = new Map<string, CompiledVariable>();
  const types = new Map<string, CelType>();
  let environment = withVariables(base, types);
  for (const { name, expression } of variables) {
    const result = compileExpression(environment, expression);
    compiled.set(name, "error" in result ? result : result.program);
    types.set(name, "error" in result ? dynType : result.program.resultType);
    environment = withVariables(base, types);
  }
  return { environment, compiled };
}

function withVariables(base: CelEnvironment, types: ReadonlyMap<string, CelType>): CelEnvironment {
  return base.extend({ variables: { variables: composedVariablesType(new Map(types)) } });
}
