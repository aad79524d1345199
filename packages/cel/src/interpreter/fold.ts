import { CelError, noSuchOverload } from "../cel-error.ts";
import type { CelValue } from "../value.ts";
import { listOf } from "../values/list.ts";
import { EntryMap } from "../values/map.ts";
import { isObject } from "../values/scalars.ts";
import { programTypeName } from "../values/type-of.ts";
import { block, type Frame, type Plan, type Run } from "./frame.ts";

/** A fold's variables, as slots of the frame. */
export interface FoldSlots {
  readonly accu: number;
  readonly first: number;
  /** Absent: the fold has one variable. */
  readonly second: number | undefined;
}

/** Called with each element once the variables are set; false ends the fold. */
type Visit = (frame: Frame) => boolean;

function visitAll(frame: Frame, range: CelValue, { first, second }: FoldSlots, visit: Visit): void {
  if (!isObject(range) || (range.kind !== "list" && range.kind !== "map"))
    throw notIterable(range, second !== undefined);
  const { locals } = frame;
  if (range.kind === "list") {
    for (let i = 0; i < range.size; i++) {
      if (second === undefined) locals[first] = range.at(i);
      else {
        locals[first] = i;
        locals[second] = range.at(i);
      }
      if (!visit(frame)) return;
    }
    return;
  }
  for (const key of range.keys()) {
    locals[first] = key;
    if (second !== undefined) locals[second] = range.get(key) ?? null;
    if (!visit(frame)) return;
  }
}

function notIterable(range: CelValue, two: boolean): CelError {
  const name = programTypeName(range);
  return new CelError(two ? `unsupported comprehension range type: ${name}` : `got '${name}', expected iterable type`);
}

/** `all` (decisive false) and `exists` (decisive true): ends at the first element that decides; a failure counts if none does. */
export function planQuantifier(range: Plan, slots: FoldSlots, predicate: Plan, decisive: boolean): Plan {
  const runRange = range.run;
  const test = block(predicate);
  // What upstream's loop looks at before each element: the accumulator, negated for `exists`, and that it is not strictly false.
  const conditionCost = decisive ? 3 : 2;
  return {
    // The accumulator is read once more as the result.
    fixed: range.fixed + 1,
    run: (frame) => {
      let decided = false;
      let failure: CelError | undefined;
      visitAll(frame, runRange(frame), slots, () => {
        frame.charge(conditionCost);
        if (decided) return false;
        frame.charge(1);
        const answer = tryTest(frame, test);
        if (answer === decisive) decided = true;
        else if (answer instanceof CelError) failure ??= answer;
        return true;
      });
      if (!decided && failure !== undefined) throw failure;
      return decided ? decisive : !decisive;
    },
  };
}

function tryTest(frame: Frame, test: Run): boolean | CelError {
  try {
    const value = test(frame);
    return typeof value === "boolean" ? value : noSuchOverload();
  } catch (error) {
    if (error instanceof CelError) return error;
    throw error;
  }
}

/** What a fold does with each element: tests it, if `filter` is there, and then computes. Costs are those of upstream's steps. */
export interface FoldStep {
  readonly filter: Plan | undefined;
  /** Charged for an element besides what `filter` and the computed plans cost. */
  readonly cost: number;
}

function admits(filter: Plan | undefined): (frame: Frame) => boolean {
  if (filter === undefined) return () => true;
  const run = block(filter);
  return (frame) => {
    const value = run(frame);
    if (typeof value !== "boolean") throw noSuchOverload();
    return value;
  };
}

/** `map`, `filter`, `transformList`: the list of what `element` gives for the elements that are admitted. */
export function planCollectList(range: Plan, slots: FoldSlots, { filter, cost }: FoldStep, element: Plan): Plan {
  const runRange = range.run;
  const admit = admits(filter);
  const run = element.run;
  const elementCost = element.fixed + cost;
  return {
    fixed: range.fixed + 1,
    run: (frame) => {
      const out: CelValue[] = [];
      visitAll(frame, runRange(frame), slots, () => {
        if (!admit(frame)) return true;
        frame.charge(elementCost);
        out.push(run(frame));
        return true;
      });
      return listOf(out);
    },
  };
}

/** `transformMap`, `transformMapEntry`: `insert` puts what belongs to an element into the map. */
export function planCollectMap(
  range: Plan,
  slots: FoldSlots,
  { filter, cost }: FoldStep,
  insert: (frame: Frame, into: EntryMap) => void,
): Plan {
  const runRange = range.run;
  const admit = admits(filter);
  return {
    fixed: range.fixed + 1,
    run: (frame) => {
      const out = new EntryMap();
      visitAll(frame, runRange(frame), slots, () => {
        if (!admit(frame)) return true;
        frame.charge(cost);
        insert(frame, out);
        return true;
      });
      return out;
    },
  };
}

/** A fold by its parts, as the language defines it: one that never ends early. */
export function planFold(range: Plan, slots: FoldSlots, parts: { init: Plan; step: Plan; result: Plan }): Plan {
  const runRange = range.run;
  const init = parts.init.run;
  const step = block(parts.step);
  const result = parts.result.run;
  return {
    fixed: range.fixed + parts.init.fixed + parts.result.fixed,
    run: (frame) => {
      frame.locals[slots.accu] = init(frame);
      visitAll(frame, runRange(frame), slots, () => {
        frame.locals[slots.accu] = step(frame);
        return true;
      });
      return result(frame);
    },
  };
}

/** A variable bound to a value while `result` is computed: a fold over nothing. */
export function planBinding(slot: number, init: Plan, result: Plan): Plan {
  const runInit = init.run;
  const runResult = result.run;
  return {
    fixed: init.fixed + result.fixed,
    run: (frame) => {
      frame.locals[slot] = runInit(frame);
      return runResult(frame);
    },
  };
}
