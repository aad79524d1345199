import type { Expr } from "../ast.ts";
import { locationOf } from "../ast.ts";
import { CelError } from "../cel-error.ts";
import type { CelIssue } from "../issue.ts";
import { compilePattern } from "../standard/regex.ts";
import { toDuration, toTimestamp } from "../values/convert.ts";
import type { CelValue } from "../value.ts";
import type { Checked } from "./checked.ts";
import { checkFormatCall } from "./format-calls.ts";
import { checkMembers } from "./homogeneous.ts";
import { visit } from "./visit.ts";

const CHECKS: ReadonlyMap<string, (value: CelValue) => void> = new Map<string, (value: CelValue) => void>([
  ["duration", toDuration],
  ["timestamp", toTimestamp],
  ["matches", (pattern) => void (typeof pattern === "string" && compilePattern(pattern))],
]);

/** What is wrong with a part of an expression. */
export interface LiteralComplaint {
  readonly id: number;
  readonly message: string;
}

/** What is spelled out and cannot work: see `EnvironmentOptions.checkedLiterals`. */
export function validateLiterals(checked: Checked): readonly CelIssue[] {
  const complaints: LiteralComplaint[] = [];
  visit(checked.expr, (expr) => complaints.push(...checkConversion(expr), ...checkFormatCall(expr, checked)));
  visit(checked.expr, (expr) => {
    // What is formatted may be of many types.
    if (expr.kind === "call" && expr.name === "format") return "skip";
    return complaints.push(...checkMembers(expr, checked));
  });
  const { source, offsets } = checked.parsed;
  return complaints.map(({ id, message }) => ({ ...locationOf(source, offsets[id] ?? 0), message }));
}

/** Durations, times and regular expressions that cannot be read. */
function checkConversion(expr: Expr): readonly LiteralComplaint[] {
  if (expr.kind !== "call") return [];
  const check = CHECKS.get(expr.name);
  // A call of `matches` without receiver has the pattern in the second place.
  const literal = expr.name === "matches" && expr.target === undefined ? expr.args[1] : expr.args[0];
  if (check === undefined || literal?.kind !== "literal" || isFine(check, literal.value)) return [];
  return [{ id: literal.id, message: `invalid ${expr.name} argument` }];
}

function isFine(check: (value: CelValue) => void, value: CelValue): boolean {
  try {
    check(value);
    return true;
  } catch (error) {
    if (error instanceof CelError) return false;
    throw error;
  }
}
