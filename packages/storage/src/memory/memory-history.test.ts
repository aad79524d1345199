// Histories of concurrent clients on the memory driver, checked by the model; a failing one is repeated by its seed.
import { seededRandom, virtualClock } from "@skates/component-base";
import { expect, it } from "vitest";
import { checkHistory } from "../checker/check-history.ts";
import { type HistoryEvent, historyOf } from "../checker/history.ts";
import { endHistory, recordWatch, runWorkload } from "../checker/workload.ts";
import type { RevisionStore } from "../revision-store.ts";
import { memoryStore } from "./memory-store.ts";

const EVENTS = 6_000;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const never = new AbortController().signal;

/** Runs a workload on the store, from a seed, and returns what is wrong with what it saw. */
async function violations(store: RevisionStore, seed: number): Promise<readonly string[]> {
  const events: HistoryEvent[] = [];
  const stop = new AbortController();
  const record = (event: HistoryEvent): void => {
    if (events.push(event) === EVENTS) stop.abort();
  };
  let end = Number.POSITIVE_INFINITY;
  const reference = recordWatch({ store, record }, { id: "all", after: 0, until: (at) => at >= end }, never);
  const shape = { name: "m", clients: 8, watchers: 3, keys: 5, keepRevisions: 300 };
  await runWorkload({ ...shape, store, random: seededRandom(seed), record, turn }, stop.signal);
  await endHistory({ store, record }, (last) => {
    end = last;
  });
  await reference;
  await store.close();
  const history = historyOf(events);
  const written = history.operations.filter(({ answer }) => answer.kind === "written");
  expect(written.length).toBeGreaterThan(300);
  return checkHistory(history, { reference: "all", base: 0 });
}

it.each([1, 2, 3, 4])("is linearizable, and its watches are complete (seed %d)", async (seed) => {
  const store = memoryStore({ clock: virtualClock(), recentBytes: seed % 2 === 0 ? 20_000 : undefined });
  expect(await violations(store, seed)).toEqual([]);
});

/** A store with a fault, on top of a right one. */
function faulty(fault: (right: RevisionStore) => Partial<RevisionStore>): RevisionStore {
  const right = memoryStore({ clock: virtualClock() });
  const store: RevisionStore = {
    range: (prefix, options, signal) => right.range(prefix, options, signal),
    commit: (key, expected, value, options, signal) => right.commit(key, expected, value, options, signal),
    watch: (prefix, after, signal) => right.watch(prefix, after, signal),
    head: (signal) => right.head(signal),
    grant: (ttlSeconds, signal) => right.grant(ttlSeconds, signal),
    compact: (before, signal) => right.compact(before, signal),
    compacted: () => right.compacted(),
    snapshot: (signal) => right.snapshot(signal),
    close: () => right.close(),
  };
  return { ...store, ...fault(right) };
}

it("is not satisfied with reads that are a little old", async () => {
  const store = faulty((right) => ({
    range: async (prefix, options, signal) => {
      const head = await right.head(signal);
      return right.range(prefix, { ...options, revision: options.revision ?? Math.max(0, head - 1) }, signal);
    },
  }));
  expect((await violations(store, 1)).join("\n")).toMatch(/ saw \d+ after .* had seen \d+/);
});

it("is not satisfied with a watch that loses one change in a hundred", async () => {
  const store = faulty((right) => ({
    watch: async function* (prefix, after, signal) {
      for await (const batch of right.watch(prefix, after, signal)) {
        const lost = after > 0; // the reference, which begins at 0, is whole
        yield lost ? { ...batch, changes: batch.changes.filter((change) => change.revision % 100 !== 0) } : batch;
      }
    },
  }));
  expect((await violations(store, 1)).join("\n")).toMatch(/watch m-w\d+\.\d+ got/);
});

it("is not satisfied with a commit that is acknowledged and forgotten", async () => {
  let commits = 0;
  const store = faulty((right) => ({
    commit: async (key, expected, value, options, signal) => {
      if (++commits !== 500) return right.commit(key, expected, value, options, signal);
      return { ok: true, revision: (await right.head(signal)) + 1 };
    },
  }));
  expect((await violations(store, 1)).join("\n")).toMatch(/was acknowledged at|were both written at/);
});
