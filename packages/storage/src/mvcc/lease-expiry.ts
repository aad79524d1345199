import { type Clock, isAbort } from "@skates/component-base";
import type { LeaseId } from "../revision-store.ts";
import type { LeaseTable } from "./lease-table.ts";

export interface LeaseExpiry {
  readonly clock: Clock;
  readonly leases: LeaseTable;
  /** `listener` is to be called when a lease has come. */
  onChange(listener: () => void): void;
  /** Deletes the lease and its keys, durably. */
  end(id: LeaseId): Promise<void>;
  readonly signal: AbortSignal;
}

/** After a failed attempt (a full disk) the next one waits so long. */
const RETRY_MS = 1000;

/** Ends leases when their time has come, until the signal aborts. */
export async function endLeases(options: LeaseExpiry): Promise<void> {
  const { clock, leases, signal } = options;
  while (!signal.aborted) {
    const next = leases.earliest();
    const waitMs = next === undefined ? undefined : next.expiresAtMs - clock.nowMs();
    if (next === undefined || waitMs === undefined || waitMs > 0) {
      await endLeasesWait(options, waitMs);
      continue;
    }
    try {
      await options.end(next.id);
    } catch (thrown) {
      if (isAbort(thrown, signal)) throw thrown;
      // The disk is full or the store is closing: the lease stays, and the keys with it, until an attempt succeeds.
      await clock.sleep(RETRY_MS, signal);
    }
  }
}

/** Until `ms` have passed (undefined: any time) or the leases have changed. */
async function endLeasesWait({ clock, onChange, signal }: LeaseExpiry, ms: number | undefined): Promise<void> {
  const change = new AbortController();
  const either = AbortSignal.any([signal, change.signal]);
  const wake = new Promise<void>((resolve) => {
    if (either.aborted) resolve();
    else either.addEventListener("abort", () => resolve(), { once: true });
  });
  onChange(() => change.abort());
  if (ms === undefined) return wake;
  await Promise.race([wake, clock.sleep(ms, either).catch(() => undefined)]);
}
