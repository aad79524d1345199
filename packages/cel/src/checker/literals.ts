import type { Expr } from "../ast.ts";
import { locationOf } from "../ast.ts";
import { CelError } from "../cel-error.ts";
import type { CelIssue } from "../issue.ts";
import { compilePattern } from "../standard/regex.ts";
import { toDuration, toTimestamp } from "../values/convert.ts";
import type { CelValue } from "../value.ts";
import type { Checked } from "./checked.ts";
import { visit } from "./visit.ts";

const CHECKS: ReadonlyMap<string, (value: CelValue) => void> = new Map<string, (value: CelValue) => void>([
  ["duration", toDuration],
  ["timestamp", toTimestamp],
  ["matches", (pattern) => void (typeof pattern === "string" && compilePattern(pattern))],
]);

/** Durations, times and regular expressions that are spelled out and cannot be read. */
export function validateLiterals({ expr, parsed }: Checked): readonly CelIssue[] {
  const issues: CelIssue[] = [];
  for (const name of CHECKS.keys()) {
    visit(expr, (call) => {
      const literal = call.kind === "call" && call.name === name ? argumentOf(call.args, call.target, name) : undefined;
      if (literal?.kind !== "literal" || isFine(name, literal.value)) return;
      const at = locationOf(parsed.source, parsed.offsets[literal.id] ?? 0);
      issues.push({ ...at, message: `invalid ${name} argument` });
    });
  }
  return issues;
}

/** The first argument; of `matches` the pattern, which a call without receiver has in the second place. */
function argumentOf(args: readonly Expr[], target: Expr | undefined, name: string): Expr | undefined {
  return name === "matches" && target === undefined ? args[1] : args[0];
}

function isFine(name: string, value: CelValue): boolean {
  try {
    CHECKS.get(name)?.(value);
    return true;
  } catch (error) {
    if (error instanceof CelError) return false;
    throw error;
  }
}
