import type { CelEnvironment, CelProgram } from "@skates/cel";
import { dynType, mapType, stringType, compilationFailure } from "@skates/cel";
import { type FieldError, invalid, type JsonRecord, type Path } from "@skates/apimachinery";
import { apiServerError } from "../../errors.ts";
import { plainValue } from "./plain-value.ts";
import type { JWTAuthenticator } from "./jwt-configuration.ts";

/** An expression that is ready to run. */
export interface Expression {
  readonly text: string;
  /** The value as plain JSON. Throws `TokenInvalid` when it fails. */
  evaluate(values: JsonRecord): unknown;
}

/** The expressions of an authenticator, compiled. */
export interface UserExpressions {
  readonly username: Expression | undefined;
  readonly groups: Expression | undefined;
  readonly uid: Expression | undefined;
  readonly extra: readonly { readonly key: string; readonly expression: Expression }[];
  readonly claimRules: readonly { readonly expression: Expression; readonly message: string }[];
  readonly userRules: readonly { readonly expression: Expression; readonly message: string }[];
}

/** An authenticator's configuration with its expressions. */
export interface CompiledJwt {
  readonly config: JWTAuthenticator;
  readonly expressions: UserExpressions;
}

/** Compiles all expressions; findings name the field of each that does not compile. */
export function compileJwt(
  config: JWTAuthenticator,
  base: CelEnvironment,
  path: Path,
): { readonly compiled: CompiledJwt; readonly findings: readonly FieldError[] } {
  const findings: FieldError[] = [];
  const overClaims = base.extend({ variables: { claims: mapType(stringType, dynType) } });
  const overUser = base.extend({ variables: { user: dynType } });
  const compile = (environment: CelEnvironment, text: string | undefined, at: Path): Expression | undefined => {
    if (text === undefined || text === "") return undefined;
    const compilation = environment.compile(text);
    if (compilation.ok) return expressionOf(text, compilation.program);
    findings.push(invalid([...path, ...at], text, compilationFailure(compilation)));
    return undefined;
  };
  const { username, groups, uid, extra = [] } = config.claimMappings ?? {};
  const mapped = (name: string, text: string | undefined): Expression | undefined =>
    compile(overClaims, text, ["claimMappings", name, "expression"]);
  const rules = (
    environment: CelEnvironment,
    list: "claimValidationRules" | "userValidationRules",
  ): UserExpressions["claimRules"] =>
    (config[list] ?? []).flatMap(({ expression: text, message = "" }, index) => {
      const expression = compile(environment, text, [list, index, "expression"]);
      return expression === undefined ? [] : [{ expression, message }];
    });
  const expressions: UserExpressions = {
    username: mapped("username", username?.expression),
    groups: mapped("groups", groups?.expression),
    uid: mapped("uid", uid?.expression),
    extra: extra.flatMap(({ key = "", valueExpression }, index) => {
      const expression = compile(overClaims, valueExpression, ["claimMappings", "extra", index, "valueExpression"]);
      return expression === undefined ? [] : [{ key, expression }];
    }),
    claimRules: rules(overClaims, "claimValidationRules"),
    userRules: rules(overUser, "userValidationRules"),
  };
  return { compiled: { config, expressions }, findings };
}

function expressionOf(text: string, program: CelProgram): Expression {
  return {
    text,
    evaluate: (values) => {
      const evaluation = program.evaluate(values);
      if (evaluation.ok) return plainValue(evaluation.value);
      throw apiServerError("TokenInvalid", `oidc: expression '${text}' resulted in error: ${evaluation.error}`);
    },
  };
}
