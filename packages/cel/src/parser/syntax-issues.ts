import { locationOf, type Source } from "../ast.ts";
import type { CelIssue } from "../issue.ts";
import type { Lexed } from "./lexer.ts";

/** Why the tokens are no sentence of the grammar. */
export function syntaxIssues(lexed: Lexed, source: Source): readonly CelIssue[] {
  const last = lexed.tokens.at(-1);
  const found = lexed.issues.map(({ offset, message }) => ({
    ...locationOf(source, offset),
    message: `Syntax error: ${message}`,
  }));
  if (found.length > 0) return found;
  return [{ ...locationOf(source, last?.offset ?? 0), message: "Syntax error: mismatched input" }];
}
