/** So many feasible nodes are looked for at least. */
const FEASIBLE_MIN = 100;

/**
 * How many feasible nodes are enough when only that many hundredths of the nodes are to be scored. Infinite: all are looked at, as when
 * nothing is said; upstream would then look at fewer the more there are, which the kept evaluations make needless.
 */
export function feasibleEnough(percentage: number | undefined, nodeCount: number): number {
  if (percentage === undefined || percentage === 0 || percentage >= 100) return Number.POSITIVE_INFINITY;
  const enough = Math.max(FEASIBLE_MIN, Math.floor((nodeCount * percentage) / 100));
  return enough >= nodeCount ? Number.POSITIVE_INFINITY : enough;
}
