import {
  type CelEnvironment,
  CelError,
  type CelMap,
  type CelType,
  type CelValue,
  dynType,
  objectType,
} from "@skates/cel";
import { type CompiledExpression, compileExpression, resultTypeOf } from "./compiled-expression.ts";

interface Variable {
  readonly name: string;
  readonly expression: string;
}

/** Compiled variables of a policy, and an environment that knows them as `variables.<name>`. */
export interface CompiledVariables {
  readonly environment: CelEnvironment;
  readonly compiled: ReadonlyMap<string, CompiledExpression>;
}

/** Compiles variables in their order: each knows those before it. One that does not compile is of any type. */
export function compileVariables(base: CelEnvironment, variables: readonly Variable[]): CompiledVariables {
  const compiled = new Map<string, CompiledExpression>();
  const types = new Map<string, CelType>();
  let environment = withVariables(base, types);
  for (const { name, expression } of variables) {
    const result = compileExpression(environment, expression);
    compiled.set(name, result);
    types.set(name, resultTypeOf(result, dynType));
    environment = withVariables(base, types);
  }
  return { environment, compiled };
}

function withVariables(base: CelEnvironment, types: ReadonlyMap<string, CelType>): CelEnvironment {
  const known = new Map(types);
  const variables = objectType("kubernetes.variables", { field: (name) => known.get(name) });
  return base.extend({ variables: { variables } });
}

const EXPRESSION_BUDGET = 1_000_000;

/** The value of `variables` for one object: each is computed when an expression first needs it, and what that costs is counted. */
export class VariableValues implements CelMap {
  readonly kind = "map";
  readonly #compiled: ReadonlyMap<string, CompiledExpression>;
  readonly #activation: () => Readonly<Record<string, unknown>>;
  readonly #values = new Map<string, CelValue | CelError>();
  #cost = 0;

  constructor(compiled: ReadonlyMap<string, CompiledExpression>, activation: () => Readonly<Record<string, unknown>>) {
    this.#compiled = compiled;
    this.#activation = activation;
  }

  get size(): number {
    return this.#compiled.size;
  }

  keys(): Iterable<CelValue> {
    return this.#compiled.keys();
  }

  get(key: CelValue): CelValue | undefined {
    if (typeof key !== "string") return undefined;
    const compiled = this.#compiled.get(key);
    if (compiled === undefined) return undefined;
    let value = this.#values.get(key);
    if (value === undefined) {
      value = this.#compute(key, compiled);
      this.#values.set(key, value);
    }
    if (value instanceof CelError) throw value;
    return value;
  }

  /** What computing has cost since it was asked last. */
  takeCost(): number {
    const cost = this.#cost;
    this.#cost = 0;
    return cost;
  }

  #compute(name: string, compiled: CompiledExpression): CelValue | CelError {
    if ("error" in compiled) {
      return new CelError(`composited variable ${JSON.stringify(name)} fails to compile: ${compiled.error}`);
    }
    const result = compiled.program.evaluate(this.#activation(), { costLimit: EXPRESSION_BUDGET });
    this.#cost += result.cost;
    if (result.ok) return result.value;
    return new CelError(`composited variable ${JSON.stringify(name)} fails to evaluate: ${result.error}`);
  }
}
