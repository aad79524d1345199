import type { CelType } from "./type.ts";
import type { CelValue } from "./value.ts";

/** Costs and sizes never get larger: upstream's largest unsigned integer, as near as a number comes to it. */
export const COST_MAX = 2 ** 64;

/** Bounds of a size: characters, bytes, items or entries. */
export interface SizeEstimate {
  readonly min: number;
  readonly max: number;
}

/** Bounds of a cost, in upstream's units: about 50 ns each. */
export interface CostEstimate {
  readonly min: number;
  readonly max: number;
}

/** What one call is thought to cost besides its arguments, and how big its result may be. */
export interface CallEstimate {
  readonly cost: CostEstimate;
  readonly resultSize?: SizeEstimate;
}

/** An operand of a call, as an estimate sees it. */
export interface SizedOperand {
  readonly type: CelType;
  /** Zero to COST_MAX where nothing is known. */
  readonly size: SizeEstimate;
  /** False: `size` is only the bounds that everything has. */
  readonly sized: boolean;
  /** The value, if the expression spells it out. */
  readonly literal: CelValue | undefined;
  /** The elements of a list of a known element type. */
  readonly element: SizedOperand | undefined;
}

/** What calls of a function cost besides their arguments. What is left out costs 1. */
export interface CallCost {
  /**
   * Of a call that was made; a receiver is the first argument. `overload` is the id of the overload, empty if that was not known
   * before the call.
   */
  actual?(args: readonly CelValue[], result: CelValue, overload: string): number;
  /** Of a call that may be made. `target` is the receiver of a member function. Undefined: the usual cost, 1. */
  estimate?(call: EstimatedCall): CallEstimate | undefined;
}

/** A call that may be made. */
export interface EstimatedCall {
  readonly overload: string;
  readonly target: SizedOperand | undefined;
  readonly args: readonly SizedOperand[];
}
