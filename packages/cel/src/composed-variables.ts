import { type Binding, bindValue } from "./binding.ts";
import { CelError } from "./cel-error.ts";
import { unescapeName } from "./json/escape-name.ts";
import type { Activation, CelProgram, EvaluationOptions } from "./program.ts";
import { type CelType, dynType, listType, mapType, objectType } from "./type.ts";
import type { CelMap, CelValue } from "./value.ts";

/** The expression of a variable, or why it does not compile. */
export type ComposedVariable = CelProgram | { readonly error: string };

/** Variables of a policy during one request. */
export interface ComposedVariables {
  /** For the variable `variables` of the activation. */
  readonly binding: Binding;
  /** What evaluating variables has cost since this was last asked. */
  takeCost(): number;
}

/**
 * Computes variables when an expression first refers to them, and each only once. `activation` is what their expressions see; it
 * is asked for at the first evaluation, so that it can hold the binding itself and variables can refer to each other.
 */
export function composeVariables(
  variables: ReadonlyMap<string, ComposedVariable>,
  activation: () => Activation,
  options: EvaluationOptions = {},
): ComposedVariables {
  const computed = new Map<string, CelValue | CelError>();
  let cost = 0;
  const compute = (name: string, variable: ComposedVariable): CelValue | CelError => {
    const failed = (what: string, why: string) =>
      new CelError(`composited variable "${name}" fails to ${what}: ${why}`);
    if ("error" in variable) return failed("compile", variable.error);
    const outcome = variable.evaluate(activation(), options);
    cost += outcome.cost;
    return outcome.ok ? outcome.value : failed("evaluate", outcome.error);
  };
  const map: CelMap = {
    kind: "map",
    size: variables.size,
    get(key) {
      const name = typeof key === "string" ? unescapeName(key) : undefined;
      const variable = name === undefined ? undefined : variables.get(name);
      if (name === undefined || variable === undefined) return undefined;
      let value = computed.get(name);
      if (value === undefined) {
        value = compute(name, variable);
        computed.set(name, value);
      }
      if (value instanceof CelError) throw value;
      return value;
    },
    keys: () => variables.keys(),
  };
  return {
    binding: bindValue(map),
    takeCost() {
      const taken = cost;
      cost = 0;
      return taken;
    },
  };
}

/** The type of `variables`: a field for each variable declared so far, of the type of its expression as far as upstream keeps it. */
export function composedVariablesType(variables: ReadonlyMap<string, CelType>): CelType {
  return objectType("kubernetes.variables", {
    field: (name) => {
      const type = variables.get(name);
      return type === undefined ? undefined : keptType(type);
    },
  });
}

const SCALARS: ReadonlySet<string> = new Set(
  "any bool bytes double duration int null string timestamp uint".split(" "),
);

function keptType(type: CelType): CelType {
  if (SCALARS.has(type.kind)) return type;
  const [first = dynType, second = dynType] = type.parameters;
  if (type.kind === "list") return listType(keptType(first));
  return type.kind === "map" ? mapType(keptType(first), keptType(second)) : dynType;
}
