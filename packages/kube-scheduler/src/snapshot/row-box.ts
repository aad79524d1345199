/** Between which numbers rows are, place by place. */
export interface RowBox {
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/** A box that holds nothing yet. */
export function emptyBox(width: number): RowBox {
  return { low: new Float64Array(width).fill(Infinity), high: new Float64Array(width).fill(-Infinity) };
}

/** Makes the box hold the row that begins at `at`. */
export function include({ low, high }: RowBox, rows: Float64Array, at: number): void {
  for (let i = 0; i < low.length; i++) {
    const value = rows[at + i] ?? 0;
    if (value < (low[i] ?? 0)) low[i] = value;
    if (value > (high[i] ?? 0)) high[i] = value;
  }
}

/** Makes the box hold nothing again. */
export function clear({ low, high }: RowBox): void {
  low.fill(Infinity);
  high.fill(-Infinity);
}
