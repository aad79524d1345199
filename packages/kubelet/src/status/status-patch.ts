import type { PodStatus } from "@skates/api/core/v1";
import { isOurCondition } from "./conditions.ts";

/**
 * The strategic merge patch that turns the status `from` into `to`; undefined: nothing to change. Lists that merge by key are
 * replaced as a whole, but for conditions, of which others own some.
 */
export function statusPatch(from: PodStatus | undefined, to: PodStatus): Readonly<Record<string, unknown>> | undefined {
  const patch: Record<string, unknown> = {};
  const old: Readonly<Record<string, unknown>> = { ...from };
  const next: Readonly<Record<string, unknown>> = { ...to };
  for (const key of OWNED) {
    if (sameJson(old[key], next[key])) continue;
    if (next[key] === undefined) patch[key] = null;
    else if (key === "conditions") {
      const conditions = changedConditions(from, to);
      if (conditions.length > 0) patch[key] = conditions;
    } else if (key === "podIPs" || key === "hostIPs") patch[key] = replaceList(next[key]);
    else patch[key] = next[key];
  }
  return Object.keys(patch).length === 0 ? undefined : patch;
}

const OWNED = [
  "observedGeneration",
  "phase",
  "conditions",
  "message",
  "reason",
  "hostIP",
  "hostIPs",
  "podIP",
  "podIPs",
  "startTime",
  "initContainerStatuses",
  "containerStatuses",
  "qosClass",
  "ephemeralContainerStatuses",
] as const;

function changedConditions(from: PodStatus | undefined, to: PodStatus): readonly unknown[] {
  const before = from?.conditions ?? [];
  const after = to.conditions ?? [];
  const changed = after
    .filter((c) => !before.some((o) => sameJson(o, c)))
    .map((c) => {
      const old = before.find((o) => o.type === c.type);
      const gone = (["reason", "message"] as const).filter((k) => old?.[k] !== undefined && c[k] === undefined);
      return { ...c, ...Object.fromEntries(gone.map((k) => [k, null])) };
    });
  const dropped = before.filter((o) => isOurCondition(o.type) && !after.some((c) => c.type === o.type));
  return [...changed, ...dropped.map((o) => ({ $patch: "delete", type: o.type }))];
}

function replaceList(list: unknown): readonly unknown[] {
  return [...(Array.isArray(list) ? list : []), { $patch: "replace" }];
}

/**
 * Equal as JSON, where nothing, zero and empty count as the same, as they do on the wire: what a server leaves out must not look
 * like a change.
 */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b || (isEmpty(a) && isEmpty(b))) return true;
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((v, i) => sameJson(v, b[i]));
  }
  if (!isObject(a) || !isObject(b)) return false;
  const right = new Map(Object.entries(b));
  const left = new Map(Object.entries(a));
  return [...new Set([...left.keys(), ...right.keys()])].every((k) => sameJson(left.get(k), right.get(k)));
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === 0 || value === "") return true;
  return isObject(value) && Object.values(value).every(isEmpty);
}
