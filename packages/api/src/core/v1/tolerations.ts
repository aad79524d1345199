import type { Taint, Toleration } from "./toleration.ts";

/** True if the toleration covers the taint. An empty key with `Exists` covers every taint, an empty effect every effect. */
export function toleratesTaint(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect !== undefined && toleration.effect !== taint.effect) return false;
  if ((toleration.key ?? "") !== "" && toleration.key !== taint.key) return false;
  const value = toleration.value ?? "";
  const against = taint.value ?? "";
  switch (toleration.operator ?? "Equal") {
    case "Equal":
      return value === against;
    case "Exists":
      return true;
    case "Gt":
      return compareNumbers(against, value, (a, b) => a > b);
    case "Lt":
      return compareNumbers(against, value, (a, b) => a < b);
  }
}

/** The first taint that no toleration covers; `of` picks the taints that count. */
export function untoleratedTaint(
  taints: readonly Taint[] | undefined,
  tolerations: readonly Toleration[] | undefined,
  of: (taint: Taint) => boolean = () => true,
): Taint | undefined {
  return taints?.find((taint) => of(taint) && !(tolerations ?? []).some((t) => toleratesTaint(t, taint)));
}

/** The taint's value against the toleration's: both must be whole numbers. */
function compareNumbers(
  taint: string,
  toleration: string,
  holds: (taint: bigint, toleration: bigint) => boolean,
): boolean {
  if (!/^(0|-?[1-9]\d*)$/.test(taint) || !/^(0|-?[1-9]\d*)$/.test(toleration)) return false;
  return holds(BigInt(taint), BigInt(toleration));
}
