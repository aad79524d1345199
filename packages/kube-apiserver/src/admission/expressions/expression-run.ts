import type { CelValue } from "@skates/cel";
import type { CompiledExpression } from "./compiled-expression.ts";

const SPENT = "validation failed due to running out of cost budget, no further validation rules will be run";

/** How one expression ended. */
export type ExpressionResult =
  | { readonly ok: true; readonly value: CelValue }
  | { readonly ok: false; readonly error: string };

/** All units are spent: nothing more is evaluated. */
export class OutOfBudget extends Error {
  constructor() {
    super(SPENT);
  }
}

/** What expressions are run over: values of variables, and what lazily computed ones have cost meanwhile. */
export interface ExpressionInput {
  readonly activation: Readonly<Record<string, unknown>>;
  /** Units that variables have cost since it was asked last. */
  takeVariablesCost(): number;
}

/** Runs expressions one after another under one budget. */
export class ExpressionRun {
  readonly #input: ExpressionInput;
  #left: number;

  constructor(input: ExpressionInput, budget: number) {
    this.#input = input;
    this.#left = budget;
  }

  get left(): number {
    return this.#left;
  }

  /** Throws OutOfBudget. */
  evaluate(compiled: CompiledExpression): ExpressionResult {
    if ("error" in compiled) return { ok: false, error: `compilation error: ${compiled.error}` };
    const result = compiled.program.evaluate(this.#input.activation);
    this.#spend(this.#input.takeVariablesCost());
    this.#spend(result.cost);
    if (result.ok) return { ok: true, value: result.value };
    return { ok: false, error: `expression '${compiled.expression}' resulted in error: ${result.error}` };
  }

  #spend(cost: number): void {
    if (cost > this.#left) throw new OutOfBudget();
    this.#left -= cost;
  }
}
