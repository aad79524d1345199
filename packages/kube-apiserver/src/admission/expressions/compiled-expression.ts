import {
  type CelEnvironment,
  type CelProgram,
  type CelType,
  sameType,
  typeName,
  compilationFailure,
} from "@skates/cel";

/** An expression of a policy: a program, or why it is none, in upstream's words. */
export type CompiledExpression =
  | { readonly expression: string; readonly program: CelProgram }
  | { readonly expression: string; readonly error: string };

/** Compiles an expression that must give one of these types; none: any. */
export function compileExpression(
  environment: CelEnvironment,
  expression: string,
  types: readonly CelType[] = [],
): CompiledExpression {
  const compilation = environment.compile(expression);
  if (!compilation.ok) return { expression, error: compilationFailure(compilation) };
  const { program } = compilation;
  const fits = types.length === 0 || types.some((type) => sameType(type, program.resultType));
  return fits ? { expression, program } : { expression, error: wrongType(types, program.resultType) };
}

function wrongType(types: readonly CelType[], result: CelType): string {
  const [only] = types;
  if (types.length === 1 && only !== undefined) return `must evaluate to ${typeName(only)} but got ${typeName(result)}`;
  return `must evaluate to one of [${types.map(typeName).join(" ")}] but got ${typeName(result)}`;
}
