import { type ApiObject, equalValues, type ObjectKey, parseQuantity, type Resource } from "@skates/apimachinery";
import { type Quantities, type ResourceQuota, resourceQuotas } from "@skates/api/core/v1";
import { masked, quotaResources, totalUsage } from "@skates/api/quota";
import { type Lister, NOTHING, type Plan, statusUpdate } from "@skates/controller-runtime";

/** The objects of one kind that quotas count. */
export interface Counted {
  readonly resource: Resource;
  readonly lister: Lister<ApiObject>;
}

/** Kinds that are watched only while a quota is about them. */
export interface OtherKinds {
  /** Those that a quota names and that are known; `waiting`: some are not known yet. */
  countedFor(quota: ResourceQuota): { readonly found: readonly Counted[]; readonly waiting: boolean };
}

interface Settled {
  readonly used: Quantities;
  readonly sinceMs: number;
  /** When a lower count was believed last. */
  readonly loweredMs?: number | undefined;
}

export interface ResourceQuotaView {
  readonly quotas: Lister<ResourceQuota>;
  readonly counted: readonly Counted[];
  readonly others: OtherKinds;
  /** Since when the use that a status tells has been the same, by uid of the quota. */
  readonly settled: Map<string, Settled>;
}

/** Counts are made anew so often even if nothing seems to have changed: writes that failed after admission are given back. */
const RESYNC_MS = 300_000;

/** Nothing tells when an object of another kind goes: their number, which is there, is looked at. */
const LOOK_MS = 2000;

/**
 * Admission notes what a write will use before the write is done. A lower count is believed only once nothing has been noted for so
 * long, so that what is on its way is not given to somebody else.
 */
const SETTLE_MS = 2000;

/** A lower count may come of a cache that is late, and nothing tells of what is only added: it is looked again for a while. */
const DOUBT_MS = 120_000;
const DOUBT_LOOK_MS = 10_000;

/** Counts what a quota is about. */
export function planResourceQuota(view: ResourceQuotaView, key: ObjectKey, nowMs: number): Plan {
  const quota = view.quotas.get(key);
  if (quota === undefined) return NOTHING;
  const hard = quota.spec.hard ?? {};
  const others = view.others.countedFor(quota);
  const countable = [...view.counted, ...others.found].filter(
    ({ resource }) => quotaResources(quota, resource).length > 0,
  );
  const names = countable.flatMap(({ resource }) => quotaResources(quota, resource));
  const subjects = countable.flatMap(({ resource, lister }) =>
    lister.list(key.namespace).map((object) => ({ resource, object })),
  );
  const zero = Object.fromEntries(names.map((name) => [name, "0"]));
  const used = { ...zero, ...masked(totalUsage(quota, subjects, nowMs), names) };
  const before = quota.status?.used ?? {};
  const lower = isLower(used, before);
  const waitMs = lower ? settleMs(view, quota, nowMs) : 0;
  if (waitMs > 0) return { stages: [], requeueAfterMs: waitMs };
  const status = { hard, used };
  const { uid = "" } = quota.metadata;
  const loweredMs = lower ? nowMs : view.settled.get(uid)?.loweredMs;
  const doubtful = loweredMs !== undefined && Math.abs(nowMs - loweredMs) < DOUBT_MS;
  const requeueAfterMs = others.waiting || others.found.length > 0 ? LOOK_MS : doubtful ? DOUBT_LOOK_MS : RESYNC_MS;
  if (sameAmounts(used, before) && equalValues(hard, quota.status?.hard ?? {})) return { stages: [], requeueAfterMs };
  view.settled.set(uid, { used, sinceMs: 0, loweredMs });
  return { stages: [[statusUpdate(resourceQuotas, { ...quota, status })]], requeueAfterMs };
}

/** How long to wait until nothing has been noted for long enough. */
function settleMs({ settled }: ResourceQuotaView, { metadata, status }: ResourceQuota, nowMs: number): number {
  const uid = metadata.uid ?? "";
  const used = status?.used ?? {};
  const known = settled.get(uid);
  if (known !== undefined && sameAmounts(known.used, used)) return Math.max(known.sinceMs + SETTLE_MS - nowMs, 0);
  settled.set(uid, { used, sinceMs: nowMs, loweredMs: known?.loweredMs });
  return SETTLE_MS;
}

function isLower(next: Quantities, before: Quantities): boolean {
  return Object.entries(before).some(
    ([name, text]) => parseQuantity(next[name] ?? text).compare(parseQuantity(text)) < 0,
  );
}

function sameAmounts(a: Quantities, b: Quantities): boolean {
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => parseQuantity(a[name] ?? "0").compare(parseQuantity(b[name] ?? "-1")) === 0)
  );
}
