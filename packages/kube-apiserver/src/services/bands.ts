/**
 * A range is cut in two: the lower band is left to those who choose themselves as long as the upper one has something free. Its size
 * is a part of the whole within limits, as upstream has it.
 */
export interface BandLimits {
  readonly part: number;
  readonly least: number;
  readonly most: number;
}

/** Of addresses: at least 16, at most 256, else a sixteenth. */
export const ADDRESS_BANDS: BandLimits = { part: 16, least: 16, most: 256 };
/** Of node ports: at least 16, at most 128, else a thirty-second. */
export const PORT_BANDS: BandLimits = { part: 32, least: 16, most: 128 };

/** The size of the lower band; 0 when the range is too small to be cut. */
export function lowerBand(size: number, { part, least, most }: BandLimits): number {
  if (size <= least) return 0;
  return Math.min(Math.max(least, Math.floor(size / part)), most);
}
