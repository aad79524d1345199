/** Several messages as one, as upstream's aggregates of errors print: each is told once, and one alone stands without brackets. */
export function joinedErrors(messages: readonly string[]): string {
  const unique = [...new Set(messages)];
  return unique.length === 1 ? unique.join("") : `[${unique.join(", ")}]`;
}
