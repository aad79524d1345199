export const INT_MIN = -(2n ** 63n);
const INT_MAX = 2n ** 63n - 1n;
const UINT_MAX = 2n ** 64n - 1n;

const SAFE_MIN = BigInt(Number.MIN_SAFE_INTEGER);
const SAFE_MAX = BigInt(Number.MAX_SAFE_INTEGER);

/** An `int` in its one form: a number while it is safe, else a bigint. */
export function intOf(value: bigint): number | bigint {
  return value >= SAFE_MIN && value <= SAFE_MAX ? Number(value) : value;
}

/** True if the integer fits into 64 bits with a sign. */
export function isInt(value: bigint): boolean {
  return value >= INT_MIN && value <= INT_MAX;
}

/** True if the integer fits into 64 bits without a sign. */
export function isUint(value: bigint): boolean {
  return value >= 0n && value <= UINT_MAX;
}
