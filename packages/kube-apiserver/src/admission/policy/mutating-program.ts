import type { MutatingAdmissionPolicy, Mutation } from "@skates/api/admissionregistration/v1";
import { type CelEnvironment, jsonPatchType, listType, mutationEnvironment, mutationObjectType } from "@skates/cel";
import { type CompiledExpression, compileExpression } from "../expressions/compiled-expression.ts";
import { type CompiledConditions, compileConditions } from "../expressions/match-conditions.ts";
import type { RequestEnvironments } from "../expressions/request-environment.ts";
import { type CompiledVariable, compileVariables } from "../expressions/variables.ts";

/** A change that a policy makes, compiled. */
export interface CompiledMutation {
  readonly type: Mutation["patchType"];
  readonly expression: CompiledExpression;
}

/** What a mutating policy's expressions compile to. */
export interface MutatingProgram {
  readonly variables: ReadonlyMap<string, CompiledVariable>;
  readonly conditions: CompiledConditions;
  readonly mutations: readonly CompiledMutation[];
  /** Looks again after others have changed the object. */
  readonly reinvoked: boolean;
}

const PATCHES = listType(jsonPatchType);
const CONFIGURATION = mutationObjectType("Object");

/** Compiles all expressions of a policy. Those that do not compile fail when they are reached. */
export function compileMutatingPolicy(
  environments: RequestEnvironments,
  { spec }: MutatingAdmissionPolicy,
): MutatingProgram {
  const base = environments.get({ params: spec.paramKind !== undefined, authorizer: true });
  const { environment, compiled } = compileVariables(base, spec.variables ?? []);
  const patching = mutationEnvironment(environment);
  return {
    variables: compiled,
    conditions: compileConditions(environment, spec.matchConditions),
    mutations: (spec.mutations ?? []).map((mutation) => compiledMutation(patching, mutation)),
    reinvoked: spec.reinvocationPolicy === "IfNeeded",
  };
}

function compiledMutation(environment: CelEnvironment, mutation: Mutation): CompiledMutation {
  const type = mutation.patchType;
  return type === "JSONPatch"
    ? { type, expression: compileExpression(environment, mutation.jsonPatch?.expression ?? "", [PATCHES]) }
    : {
        type,
        expression: compileExpression(environment, mutation.applyConfiguration?.expression ?? "", [CONFIGURATION]),
      };
}
