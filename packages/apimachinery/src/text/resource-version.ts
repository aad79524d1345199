/**
 * Which resourceVersion is newer: negative, zero or positive as `a` is older than, the same as or newer than `b`.
 * Versions are decimal numbers of any length; anything else, the empty text too, is older than all numbers.
 */
export function compareResourceVersions(a: string, b: string): number {
  const x = digits(a);
  const y = digits(b);
  if (x.length !== y.length) return x.length < y.length ? -1 : 1;
  return x === y ? 0 : x < y ? -1 : 1;
}

function digits(version: string): string {
  return /^[0-9]+$/.test(version) ? version.replace(/^0+(?=.)/, "") : "";
}
