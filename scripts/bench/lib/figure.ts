/** One measured figure, with what it should be where that is known. Smaller is better. */
export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** At most this. */
  readonly aim?: number | undefined;
}

/** Hands a figure to `all.ts`, or prints it when the benchmark runs alone. */
export function report(figure: Figure): void {
  if (process.send !== undefined) process.send(figure);
  else console.log(line(figure));
}

/** A line of the table: what, measured, aim, ratio of measured to aim. */
export function line({ what, value, unit, aim }: Figure): string {
  const number = (n: number): string => (n >= 100 ? n.toFixed(0) : n >= 10 ? n.toFixed(1) : n.toFixed(3));
  const measured = `${number(value)} ${unit}`.padStart(16);
  if (aim === undefined) return `${what.padEnd(64)} ${measured}`;
  const ratio = value / aim;
  const verdict = ratio > 1 ? "  missed" : "";
  return `${what.padEnd(64)} ${measured} ${`${number(aim)} ${unit}`.padStart(16)} ${ratio.toFixed(2).padStart(6)}${verdict}`;
}

/** The heads of the table's columns. */
export const HEADING = `${"".padEnd(64)} ${"measured".padStart(16)} ${"aim".padStart(16)} ${"ratio".padStart(6)}`;

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}
