import { type Env, isAbort, messageOf } from "@skates/component-base";
import type { Revision, RevisionStore } from "@skates/storage";

/** As upstream: what is older than five minutes is forgotten, in steps of five minutes. */
const KEEP_MS = 300_000;

/** Forgets the past of the store, a step behind the present, until the signal aborts. */
export async function compactStore(env: Env, store: RevisionStore, signal: AbortSignal): Promise<void> {
  let before: Revision | undefined;
  while (!signal.aborted) {
    try {
      if (before !== undefined && before > store.compacted()) await store.compact(before, signal);
      before = await store.head(signal);
    } catch (error) {
      if (isAbort(error, signal)) return;
      env.log.warn("Store could not be compacted", { error: messageOf(error) });
    }
    try {
      await env.clock.sleep(KEEP_MS, signal);
    } catch (error) {
      if (!isAbort(error, signal)) throw error;
    }
  }
}
