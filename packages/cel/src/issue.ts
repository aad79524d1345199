/** Why an expression does not compile. */
export interface CelIssue {
  /** From 1. */
  readonly line: number;
  /** In code points, from 0; messages print it from 1. */
  readonly column: number;
  readonly message: string;
}

const SNIPPET_BYTES_MAX = 16_384;
const ISSUES_MAX = 100;

/** The issues as upstream prints them: each with its position, its line and a mark below it. */
export function formatIssues(expression: string, issues: readonly CelIssue[]): string {
  const lines = expression === "" ? [] : expression.split("\n");
  const shown = issues
    .slice(0, ISSUES_MAX)
    .toSorted((one, other) => one.line - other.line || one.column - other.column)
    .map((issue) => formatIssue(issue, lines[issue.line - 1]));
  if (issues.length > ISSUES_MAX) shown.push(`${issues.length - ISSUES_MAX} more errors were truncated`);
  return shown.join("\n");
}

function formatIssue(issue: CelIssue, line: string | undefined): string {
  const text = `ERROR: <input>:${issue.line}:${issue.column + 1}: ${issue.message}`;
  if (line === undefined || new TextEncoder().encode(line).length > SNIPPET_BYTES_MAX) return text;
  const snippet = line.replaceAll("\t", " ");
  const points = Array.from(snippet);
  const before = points.slice(0, issue.column).map((point) => (isWide(point) ? "\uff0e" : "."));
  const mark = isWide(points[issue.column] ?? " ") ? "\uff3e" : "^";
  return `${text}\n | ${snippet}\n | ${before.join("")}${mark}`;
}

/** Upstream takes whatever needs more than one byte for a wide character. */
function isWide(point: string): boolean {
  return (point.codePointAt(0) ?? 0) > 0x7f;
}
