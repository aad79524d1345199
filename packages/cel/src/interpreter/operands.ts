import { CelError } from "../cel-error.ts";
import type { CelValue } from "../value.ts";
import type { Frame, Run } from "./frame.ts";

/**
 * Both operands of a function. Upstream computes the second one even if the first fails, and charges for the call all the same, a
 * failure having size 1; after that the first failure is thrown.
 */
export function operands(
  frame: Frame,
  runA: Run,
  runB: Run,
  cost: ((a: CelValue, b: CelValue) => number) | undefined,
): { readonly a: CelValue; readonly b: CelValue } {
  const a = attempt(frame, runA);
  const b = attempt(frame, runB);
  if (cost !== undefined) frame.charge(cost(a instanceof CelError ? null : a, b instanceof CelError ? null : b));
  if (a instanceof CelError) throw a;
  if (b instanceof CelError) throw b;
  return { a, b };
}

/** The value, or why there is none. */
export function attempt(frame: Frame, run: Run): CelValue | CelError {
  try {
    return run(frame);
  } catch (error) {
    if (error instanceof CelError) return error;
    throw error;
  }
}
