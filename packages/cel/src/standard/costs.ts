import { COST_MAX, type CallCost, type EstimatedCall, type SizedOperand } from "../cost.ts";
import {
  either,
  exactly,
  plus,
  REGEX_FACTOR,
  scaled,
  times,
  TRAVERSAL_FACTOR,
  traversal,
  UNKNOWN_SIZE,
} from "../cost-estimate.ts";
import type { CelValue } from "../value.ts";
import { actualSize, traversalCost } from "../values/size.ts";

function sizeAt(args: readonly CelValue[], index: number): number {
  return actualSize(args[index] ?? null);
}

function operand(args: readonly SizedOperand[], index: number): SizedOperand | undefined {
  return args[index];
}

/** `==` and `!=`: once over the smaller operand. The interpreter charges what was spent. */
export const equalityCosts: CallCost = { estimate: estimateComparison };

/** `<` and its like on texts and bytes. */
export const comparisonCost: CallCost = {
  actual: (args) => traversalCost(Math.min(sizeAt(args, 0), sizeAt(args, 1))),
  estimate: estimateComparison,
};

function estimateComparison({ args: [left, right] }: EstimatedCall) {
  const max = Math.min((left?.size ?? UNKNOWN_SIZE).max, (right?.size ?? UNKNOWN_SIZE).max);
  return { cost: scaled({ min: max > 0 ? 1 : 0, max }, TRAVERSAL_FACTOR) };
}

/** `+` on texts and bytes: both are copied. */
export const concatenationCost: CallCost = {
  actual: (args) => traversalCost(sizeAt(args, 0) + sizeAt(args, 1)),
  estimate({ args: [left, right] }) {
    if (left === undefined || right === undefined) return undefined;
    const resultSize = plus(left.size, right.size);
    return { cost: scaled(resultSize, TRAVERSAL_FACTOR), resultSize };
  },
};

/** `+` on lists: nothing is copied, but the size is known. */
export const listAdditionCost: CallCost = {
  estimate({ args: [left, right] }) {
    if (left === undefined || right === undefined) return undefined;
    return { cost: exactly(1), resultSize: plus(left.size, right.size) };
  },
};

/** `in` a list: each element may be looked at. */
export const containmentCost: CallCost = {
  actual: (args) => sizeAt(args, 1),
  estimate: ({ args: [, within] }) => ({ cost: within?.size ?? UNKNOWN_SIZE }),
};

/** `&&` and `||` cost nothing but their operands, which the estimator weighs itself. */
export const logicCost: CallCost = { estimate: () => ({ cost: exactly(0) }) };

/** `?:` costs nothing but its operands; the size is that of either branch. */
export const conditionalCost: CallCost = {
  estimate({ args: [, ifTrue, ifFalse] }) {
    if (ifTrue === undefined || ifFalse === undefined) return undefined;
    return { cost: exactly(0), resultSize: either(ifTrue.size, ifFalse.size) };
  },
};

/** `startsWith`, `endsWith`: estimated by what is looked for, charged by what is searched. */
export const affixCost: CallCost = {
  actual: (args) => traversalCost(sizeAt(args, 0)),
  estimate: ({ args: [affix] }) => (affix === undefined ? undefined : { cost: traversal(affix) }),
};

/** `contains`. */
export const containsCost: CallCost = {
  actual: (args) => traversalCost(sizeAt(args, 0)) * traversalCost(sizeAt(args, 1)),
  estimate({ target, args: [part] }) {
    if (target === undefined || part === undefined) return undefined;
    return { cost: times(traversal(target), traversal(part)) };
  },
};

/** A regular expression on a text: a longer expression costs more for each character. */
export const matchCost: CallCost = {
  actual: (args) => regexCost(sizeAt(args, 0), sizeAt(args, 1)),
  estimate({ target, args: [pattern] }) {
    if (target === undefined || pattern === undefined) return undefined;
    return { cost: estimateRegex(target, pattern) };
  },
};

/** What matching a text costs. One is added to its size, as the expression costs something even on an empty one. */
export function regexCost(textSize: number, patternSize: number): number {
  return Math.ceil((1 + textSize) * TRAVERSAL_FACTOR) * Math.ceil(patternSize * REGEX_FACTOR);
}

/** As `regexCost`, by bounds. */
export function estimateRegex(subject: SizedOperand, pattern: SizedOperand) {
  const textCost = scaled(plus(subject.size, exactly(1)), TRAVERSAL_FACTOR);
  return times(textCost, scaled(pattern.size, REGEX_FACTOR));
}

/** `bytes(text)`: a character becomes one to four bytes. */
export const encodeCost: CallCost = {
  actual: (args) => traversalCost(sizeAt(args, 0)),
  estimate({ args }) {
    const subject = operand(args, 0);
    if (subject === undefined) return undefined;
    const { min, max } = subject.size;
    return { cost: traversal(subject), resultSize: { min, max: Math.min(max * 4, COST_MAX) } };
  },
};

/** `string(bytes)`: one to four bytes become a character. */
export const decodeCost: CallCost = {
  actual: (args) => traversalCost(sizeAt(args, 0)),
  estimate({ args }) {
    const subject = operand(args, 0);
    if (subject === undefined) return undefined;
    const { min, max } = subject.size;
    return { cost: traversal(subject), resultSize: { min: Math.floor(min / 4), max } };
  },
};
