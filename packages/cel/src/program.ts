import type { CostEstimate } from "./cost.ts";
import type { CelIssue } from "./issue.ts";
import type { CelType } from "./type.ts";
import type { CelValue } from "./value.ts";

/**
 * Values of variables by name. Plain JSON is taken as the variable's declared type says; a `Binding` (see `bindJson`,
 * `bindValue`) brings its own. A declared variable that is not there makes an expression fail only when it is reached.
 */
export type Activation = Readonly<Record<string, unknown>>;

export interface EvaluationOptions {
  /** Most cost units to spend; the evaluation ends with upstream's message when they are spent. Default: PER_CALL_LIMIT. */
  readonly costLimit?: number;
}

/** How an evaluation ended, with what it cost. */
export type Evaluation =
  | { readonly ok: true; readonly value: CelValue; readonly cost: number }
  | { readonly ok: false; readonly error: string; readonly reason: "failed" | "costLimit"; readonly cost: number };

/** An expression, checked and ready to run. Immutable; may be evaluated any number of times. */
export interface CelProgram {
  readonly expression: string;
  readonly resultType: CelType;
  /** Names of the declared variables that the expression refers to. */
  readonly references: ReadonlySet<string>;
  /** The fields that it selects by name, from variables or from anything else. */
  readonly selections: readonly Selection[];
  /** Never throws: what goes wrong is part of the answer. */
  evaluate(activation: Activation, options?: EvaluationOptions): Evaluation;
  /** Bounds of what an evaluation costs, by the sizes that the variables' JSON types allow. */
  estimateCost(): CostEstimate;
}

/** A field that an expression selects: `operand.field`, `operand.?field` or `has(operand.field)`. */
export interface Selection {
  /** Name of the variable, if the field is one of a variable's own. */
  readonly variable: string | undefined;
  readonly field: string;
}

/** The answer to `compile`. */
export type Compilation =
  | { readonly ok: true; readonly program: CelProgram }
  | {
      readonly ok: false;
      /** `check`: the expression is wrong. `program`: it could be no program, as converting one of its constants fails. */
      readonly stage: "check" | "program";
      /** Empty at the stage `program`. */
      readonly issues: readonly CelIssue[];
      /** All issues as upstream prints them, with position and a mark. */
      readonly message: string;
    };

/** What upstream's components say of an expression that became no program. */
export function compilationFailure({ stage, message }: Compilation & { readonly ok: false }): string {
  return `${stage === "check" ? "compilation" : "program instantiation"} failed: ${message}`;
}
