import { CelError } from "../cel-error.ts";
import type { CelValue } from "../value.ts";
import type { Meter } from "../values/bounds.ts";

/** Spent more than allowed. Passes through operators that absorb failures. */
export class OutOfBudget {}

/** Most values compared within lists and maps during one evaluation: some tenths of a second. */
const WORK_MAX = 5_000_000;
/** Most characters of texts that functions make during one evaluation. */
const TEXT_MAX = 2 ** 26;

/** What one evaluation has at hand. */
export class Frame implements Meter {
  /** Values of folds' variables, by the slots that the plan gave them. */
  readonly locals: CelValue[] = [];
  cost = 0;
  #work = 0;
  #characters = 0;
  readonly #limit: number;
  readonly #variables: (CelValue | undefined)[] = [];
  readonly #resolve: (index: number) => CelValue;

  constructor(limit: number, resolve: (index: number) => CelValue) {
    this.#limit = limit;
    this.#resolve = resolve;
  }

  /** Adds to the cost. Throws OutOfBudget past the limit. */
  charge(cost: number): void {
    this.cost += cost;
    if (this.cost > this.#limit) throw new OutOfBudget();
  }

  /** Counts comparisons that costs do not show. */
  work(steps: number): void {
    this.#work += steps;
    if (this.#work > WORK_MAX) throw new OutOfBudget();
  }

  /** Counts the characters of a text that a function made. */
  keep(characters: number): void {
    this.#characters += characters;
    if (this.#characters > TEXT_MAX) throw new OutOfBudget();
  }

  /** The value of a variable of the environment, by its place in the plan; read at most once. */
  variable(index: number): CelValue {
    let value = this.#variables[index];
    if (value === undefined) {
      value = this.#resolve(index);
      this.#variables[index] = value;
    }
    return value;
  }
}

/** For what refers to no variable and costs nothing. */
export function bareFrame(): Frame {
  return new Frame(Infinity, () => {
    throw new CelError("no variables");
  });
}

/** A piece of a plan: computes a value. Throws CelError or OutOfBudget. */
export type Run = (frame: Frame) => CelValue;

/**
 * A planned expression. Costs known beforehand are not charged while it runs: who runs it unconditionally adds `fixed` to its own,
 * and at the border of a branch or a loop `block` charges them at once.
 */
export interface Plan {
  readonly run: Run;
  readonly fixed: number;
  /** The value, if it is always the same; it costs nothing then. */
  readonly constant?: CelValue;
  /**
   * For names and what is selected from them: the part of `fixed` that is not due where the value is taken over by a condition's
   * branch or as an index, as upstream resolves these without counting the name.
   */
  readonly rootCost?: number;
}

/** A plan whose value is known. */
export function constantPlan(value: CelValue): Plan {
  return { run: () => value, fixed: 0, constant: value };
}

/** The plan with all its costs, to be run from anywhere. */
export function block(plan: Plan): Run {
  return blockOf(plan.run, plan.fixed);
}

/** As `block`, without the cost of the name. */
export function resolvedBlock(plan: Plan): Run {
  return blockOf(plan.run, plan.fixed - (plan.rootCost ?? 0));
}

function blockOf(run: Run, fixed: number): Run {
  if (fixed === 0) return run;
  return (frame) => {
    frame.charge(fixed);
    return run(frame);
  };
}
