import { CelError, noSuchOverload } from "../cel-error.ts";
import type { CelValue } from "../value.ts";
import { isObject } from "../values/scalars.ts";
import { block, type Frame, type Plan, resolvedBlock, type Run } from "./frame.ts";

/** `a && b` (for `decisive` false) or `a || b` (for true): a decisive operand decides, whatever happens to the other. */
export function planLogic(left: Plan, right: Plan, decisive: boolean): Plan {
  const runLeft = left.run;
  const runRight = block(right);
  return { fixed: left.fixed, run: (frame) => logic(frame, { runLeft, runRight, decisive }) };
}

interface Logic {
  readonly runLeft: Run;
  readonly runRight: Run;
  readonly decisive: boolean;
}

function logic(frame: Frame, { runLeft, runRight, decisive }: Logic): boolean {
  let left: CelValue;
  try {
    left = runLeft(frame);
  } catch (error) {
    if (error instanceof CelError && decides(frame, runRight, decisive)) return decisive;
    throw error;
  }
  if (left === decisive) return decisive;
  if (typeof left !== "boolean") {
    if (decides(frame, runRight, decisive)) return decisive;
    throw noSuchOverload();
  }
  const right = runRight(frame);
  if (typeof right !== "boolean") throw noSuchOverload();
  return right;
}

/** True if the operand decides; a failure does not. */
function decides(frame: Frame, run: Run, decisive: boolean): boolean {
  try {
    return run(frame) === decisive;
  } catch (error) {
    if (error instanceof CelError) return false;
    throw error;
  }
}

/** `condition ? a : b`. */
export function planConditional(condition: Plan, ifTrue: Plan, ifFalse: Plan): Plan {
  const test = condition.run;
  const yes = resolvedBlock(ifTrue);
  const no = resolvedBlock(ifFalse);
  return {
    fixed: condition.fixed,
    rootCost: 0,
    run: (frame) => {
      const value = test(frame);
      if (value === true) return yes(frame);
      if (value === false) return no(frame);
      throw noSuchOverload();
    },
  };
}

/** True unless the operand is false, also where it fails. */
export function planNotStrictlyFalse(operand: Plan): Plan {
  const { run, fixed } = operand;
  return { fixed: fixed + 1, run: (frame) => !decides(frame, run, false) };
}

/** `a.or(b)` and, with `unwraps`, `a.orValue(b)`: what `a` holds, or else `b`. Upstream charges nothing for the choice. */
export function planOptionalOr(held: Plan, other: Plan, unwraps: boolean): Plan {
  const { run, fixed } = held;
  const otherwise = block(other);
  return {
    fixed,
    run: (frame) => {
      const value = run(frame);
      // What turns out to be no optional is taken as it is.
      if (!isObject(value) || value.kind !== "optional") return value;
      if (value.value === undefined) return otherwise(frame);
      return unwraps ? value.value : value;
    },
  };
}
