import { COST_MAX, type CostEstimate, type SizedOperand, type SizeEstimate } from "./cost.ts";

/** Bounds that everything has. */
export const UNKNOWN_SIZE: SizeEstimate = { min: 0, max: COST_MAX };

/** A cost or size known exactly. */
export function exactly(value: number): CostEstimate {
  return { min: value, max: value };
}

/** The sum, at most COST_MAX. */
export function plus(...parts: readonly CostEstimate[]): CostEstimate {
  let min = 0;
  let max = 0;
  for (const part of parts) {
    min = Math.min(min + part.min, COST_MAX);
    max = Math.min(max + part.max, COST_MAX);
  }
  return { min, max };
}

/** The product, at most COST_MAX. */
export function times(a: CostEstimate, b: CostEstimate): CostEstimate {
  return { min: Math.min(a.min * b.min, COST_MAX), max: Math.min(a.max * b.max, COST_MAX) };
}

/** A size or cost by a factor, rounded up. */
export function scaled({ min, max }: CostEstimate, factor: number): CostEstimate {
  return { min: Math.min(Math.ceil(min * factor), COST_MAX), max: Math.min(Math.ceil(max * factor), COST_MAX) };
}

/** The bounds that hold for either. */
export function either(a: CostEstimate, b: CostEstimate): CostEstimate {
  return { min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) };
}

/** What going once over a text, byte sequence or list costs. */
export const TRAVERSAL_FACTOR = 0.1;
/** What a regular expression costs by its length, for each unit of the text. */
export const REGEX_FACTOR = 0.25;

/** The cost of going once over the operand. */
export function traversal({ size }: SizedOperand): CostEstimate {
  return scaled(size, TRAVERSAL_FACTOR);
}
