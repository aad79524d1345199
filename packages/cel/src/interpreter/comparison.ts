import { noSuchOverload } from "../cel-error.ts";
import type { CelValue } from "../value.ts";
import { equals } from "../values/equal.ts";
import { type MapKey, mapKey } from "../values/map.ts";
import { isObject } from "../values/scalars.ts";
import { actualSize, traversalCost } from "../values/size.ts";
import type { PlannedCall } from "./call.ts";
import { constantPlan, type Frame, type Plan } from "./frame.ts";
import { operands } from "./operands.ts";

/** `a == b`, or with `positive` false `a != b`. */
export function planEquals(call: PlannedCall, positive: boolean): Plan {
  const [left, right] = call.args;
  if (left === undefined || right === undefined) throw noSuchOverload();
  const fixed = left.fixed + right.fixed;
  const runLeft = left.run;
  const runRight = right.run;
  if (call.types.every(({ kind }) => SCALARS.has(kind)))
    return { fixed: fixed + 1, run: (frame) => equals(runLeft(frame), runRight(frame)) === positive };
  return {
    fixed,
    run: (frame) => {
      const { a, b } = operands(frame, runLeft, runRight, (left, right) => equalityCost(left, right, positive));
      return equals(a, b, frame) === positive;
    },
  };
}

/** Types whose values have size 1. */
const SCALARS: ReadonlySet<string> = new Set("bool int uint double timestamp duration null type".split(" "));

/** Values of libraries are compared at once, but upstream thought of `==` only. */
function equalityCost(a: CelValue, b: CelValue, positive: boolean): number {
  if (positive && isObject(a) && a.kind === "opaque") return 1;
  if (typeof a === "string" && typeof b === "string") {
    const length = Math.min(a.length, b.length);
    // Up to ten UTF-16 units are as many characters or fewer, but never none.
    if (length <= 10) return length === 0 ? 0 : 1;
  }
  return traversalCost(Math.min(actualSize(a), actualSize(b)));
}

/** `a in b`. */
export function planIn(call: PlannedCall): Plan {
  const [element, container] = call.args;
  if (element === undefined || container === undefined) throw noSuchOverload();
  const only = call.overloads.length === 1 ? call.overloads[0] : undefined;
  if (only?.id === "in_list" && container.constant !== undefined) {
    const plan = planMembership(element, container.constant);
    if (plan !== undefined) return plan;
  }
  const runElement = element.run;
  const runContainer = container.run;
  const inList = only?.id === "in_list";
  return {
    fixed: element.fixed + container.fixed + (inList ? 0 : 1),
    run: (frame: Frame) => {
      const charge = inList ? (_: CelValue, list: CelValue) => actualSize(list) : undefined;
      const { a: value, b: within } = operands(frame, runElement, runContainer, charge);
      if (!isObject(within)) throw noSuchOverload();
      if (within.kind === "map") return within.get(value) !== undefined;
      if (within.kind !== "list") throw noSuchOverload();
      for (let i = 0; i < within.size; i++) if (equals(value, within.at(i), frame)) return true;
      return false;
    },
  };
}

/** `a in` a list of constants: one look-up, which upstream does not charge. Undefined: the list has more than scalars. */
function planMembership(element: Plan, list: CelValue): Plan | undefined {
  if (!isObject(list) || list.kind !== "list") return undefined;
  if (list.size === 0) return constantPlan(false);
  const members = new Set<MapKey>();
  for (let i = 0; i < list.size; i++) {
    const key = mapKey(list.at(i));
    if (key === undefined) return undefined;
    members.add(key);
  }
  const { run, fixed } = element;
  return {
    fixed,
    run: (frame) => {
      const key = mapKey(run(frame));
      return key !== undefined && members.has(key);
    },
  };
}
