import type { SubjectAccessReviewSpec } from "@skates/api/authorization/v1";
import {
  duplicate,
  type FieldError,
  invalid,
  joinedErrors,
  type JsonRecord,
  type Path,
  required,
} from "@skates/apimachinery";
import {
  boolType,
  type CelEnvironment,
  type CelProgram,
  dynType,
  formatType,
  sameType,
  compilationFailure,
} from "@skates/cel";
import { apiServerError } from "../errors.ts";
import type { ReviewMatcher } from "./webhook-authorizer.ts";

/** Conditions that are ready to be asked; no `matches`: there are none. */
export interface CompiledConditions {
  readonly matches: ReviewMatcher | undefined;
  readonly findings: readonly FieldError[];
}

/**
 * Compiles conditions over `request`, the spec of a SubjectAccessReview. One that is false says no; when none is, one that fails makes
 * the whole fail (`WebhookFailed`).
 */
export function compileConditions(
  expressions: readonly string[],
  base: CelEnvironment,
  path: Path,
): CompiledConditions {
  const environment = base.extend({ variables: { request: dynType } });
  const findings: FieldError[] = [];
  const programs: CelProgram[] = [];
  expressions.forEach((expression, index) => {
    const at: Path = [...path, index, "expression"];
    if (expression.trim() === "") return void findings.push(required(at, ""));
    if (expressions.indexOf(expression) < index) return void findings.push(duplicate(at, expression));
    const compilation = environment.compile(expression);
    if (!compilation.ok) {
      return void findings.push(invalid(at, expression, compilationFailure(compilation)));
    }
    const { program } = compilation;
    if (!sameType(program.resultType, boolType) && !sameType(program.resultType, dynType)) {
      const message = `must evaluate to bool but got ${formatType(program.resultType)}`;
      return void findings.push(invalid(at, expression, message));
    }
    return void programs.push(program);
  });
  return { findings, matches: programs.length === 0 ? undefined : (spec) => allHold(programs, spec) };
}

function allHold(programs: readonly CelProgram[], spec: SubjectAccessReviewSpec): boolean {
  const activation = { request: requestValue(spec) };
  const failures: string[] = [];
  for (const program of programs) {
    const evaluation = program.evaluate(activation);
    if (!evaluation.ok) {
      failures.push(`cel evaluation error: expression '${program.expression}' resulted in error: ${evaluation.error}`);
    } else if (typeof evaluation.value !== "boolean") {
      failures.push(`cel evaluation error: expression '${program.expression}' eval result type should be bool`);
    } else if (!evaluation.value) return false;
  }
  if (failures.length === 0) return true;
  throw apiServerError("WebhookFailed", joinedErrors(failures));
}

/** Texts are all there, also empty ones, so that expressions need not ask for them. */
function requestValue({ user = "", uid = "", groups = [], extra = {}, ...about }: SubjectAccessReviewSpec): JsonRecord {
  const { resourceAttributes: of, nonResourceAttributes: other } = about;
  const none = { namespace: "", verb: "", group: "", version: "", resource: "", subresource: "", name: "" };
  const { fieldSelector, labelSelector, ...texts } = of ?? {};
  const given = Object.fromEntries(Object.entries(texts).filter(([, value]) => value !== undefined));
  return {
    user,
    uid,
    groups,
    extra,
    ...(of === undefined
      ? {}
      : {
          resourceAttributes: {
            ...none,
            ...given,
            ...(fieldSelector === undefined ? {} : { fieldSelector }),
            ...(labelSelector === undefined ? {} : { labelSelector }),
          },
        }),
    ...(other === undefined ? {} : { nonResourceAttributes: { path: other.path ?? "", verb: other.verb ?? "" } }),
  };
}
