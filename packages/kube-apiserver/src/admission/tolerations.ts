import type { Toleration } from "@skates/api/core/v1";
import { equalValues } from "@skates/apimachinery";

/** Whether whoever tolerates what `wide` says tolerates what `narrow` says too. */
export function covers(wide: Toleration, narrow: Toleration): boolean {
  if (equalValues(wide, narrow)) return true;
  const all = (wide.key ?? "") === "" && wide.operator === "Exists";
  if (narrow.key !== wide.key && !all) return false;
  if (wide.effect !== undefined && wide.effect !== narrow.effect) return false;
  if (wide.effect === "NoExecute" && wide.tolerationSeconds !== undefined) {
    const { tolerationSeconds: seconds } = narrow;
    if (seconds === undefined || seconds > wide.tolerationSeconds) return false;
  }
  if (wide.operator === "Exists") return true;
  const compares = wide.operator ?? "Equal";
  return compares === (narrow.operator ?? "Equal") && (wide.value ?? "") === (narrow.value ?? "");
}

/** Both lists in one, without what another one covers; of equal ones the first stays. */
export function mergeTolerations(first: readonly Toleration[], second: readonly Toleration[]): readonly Toleration[] {
  const all = [...first, ...second];
  const merged: Toleration[] = [];
  for (const [i, toleration] of all.entries()) {
    if (merged.some((kept) => covers(kept, toleration))) continue;
    const later = all.slice(i + 1);
    if (later.some((other) => !equalValues(other, toleration) && covers(other, toleration))) continue;
    merged.push(toleration);
  }
  return merged;
}
