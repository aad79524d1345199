import type { ResourceClaim } from "@skates/api/resource/v1";
import { resultsOf } from "./usage.ts";

/** Whether pods can be bound to what a claim was given. */
export type Readiness =
  | { readonly kind: "ready" }
  | { readonly kind: "pending" }
  /** A driver says that a device will not become ready. */
  | { readonly kind: "failed"; readonly message: string };

/** What the drivers say of the devices of an allocated claim; where no device has to become ready, it is. */
export function readinessOf(claim: ResourceClaim): Readiness {
  for (const { bindingConditions = [], bindingFailureConditions = [], driver, pool, device } of resultsOf(claim)) {
    if (bindingConditions.length === 0) continue;
    const status = claim.status?.devices?.find(
      (one) => one.driver === driver && one.pool === pool && one.device === device,
    );
    const holding = (status?.conditions ?? []).filter((one) => one.status === "True");
    const failure = holding.find(({ type }) => bindingFailureConditions.includes(type));
    if (failure !== undefined) {
      const { reason, message } = failure;
      const text = `claim ${claim.metadata.name} binding failed: reason=${reason}, message=${JSON.stringify(message)}`;
      return { kind: "failed", message: text };
    }
    if (bindingConditions.some((wanted) => !holding.some(({ type }) => type === wanted))) return { kind: "pending" };
  }
  return { kind: "ready" };
}

/** Some device of the claim has to become ready before pods are bound. */
export function mustBecomeReady(claim: ResourceClaim): boolean {
  return resultsOf(claim).some(({ bindingConditions = [] }) => bindingConditions.length > 0);
}

/** The devices have had more time than this to become ready. */
export function overdue(
  claim: ResourceClaim,
  { nowMs, timeoutMs }: { readonly nowMs: number; readonly timeoutMs: number },
): boolean {
  const since = claim.status?.allocation?.allocationTimestamp;
  if (since === undefined || !mustBecomeReady(claim)) return false;
  return Date.parse(since) + timeoutMs < nowMs;
}
