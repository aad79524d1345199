import { RE2JS, RE2JSException } from "re2js";
import { CelError } from "../cel-error.ts";

/** Patterns that were used lately. Expressions use few, and most of them are constants. */
const CACHED_MAX = 256;
const cached = new Map<string, RE2JS>();

/** The pattern, ready to match in linear time. Throws CelError with Go's words where it is none. */
export function compilePattern(pattern: string): RE2JS {
  const known = cached.get(pattern);
  if (known !== undefined) return known;
  const compiled = compile(pattern);
  if (cached.size >= CACHED_MAX) cached.clear();
  cached.set(pattern, compiled);
  return compiled;
}

function compile(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    throw new CelError(error.message);
  }
}

/** True if the pattern matches anywhere in the text. */
export function matchesPattern(subject: string, pattern: string): boolean {
  return compilePattern(pattern).test(subject);
}
