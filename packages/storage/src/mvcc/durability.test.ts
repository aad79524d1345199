// What is on its way to disk is nobody's business yet, and what did not get there never happened: shown on an engine whose writes the
// test holds back or fails.
import { virtualClock } from "@skates/component-base";
import { describe, expect, it } from "vitest";
import type { Engine } from "../engine.ts";
import { storeError } from "../errors.ts";
import { memoryEngine } from "../memory/memory-engine.ts";
import type { CommitBatch, RevisionStore } from "../revision-store.ts";
import { openStore } from "./mvcc-store.ts";

const never = new AbortController().signal;
const value = new TextEncoder().encode("x");

/** An engine that waits for each write's outcome from the test. */
function heldEngine(): { engine: Engine; writes: ((error?: Error) => Promise<void>)[]; records: number[] } {
  const inner = memoryEngine();
  const writes: ((error?: Error) => Promise<void>)[] = [];
  const records: number[] = [];
  const engine: Engine = {
    ...inner,
    write: (batch) =>
      new Promise((resolve, reject) => {
        records.push(batch.records.length);
        writes.push(async (error) => {
          if (error === undefined) await inner.write(batch);
          if (error === undefined) resolve();
          else reject(error);
          for (let i = 0; i < 20; i++) await Promise.resolve();
        });
      }),
  };
  return { engine, writes, records };
}

async function opened(): Promise<ReturnType<typeof heldEngine> & { store: RevisionStore }> {
  const held = heldEngine();
  return { ...held, store: await openStore(held.engine, { clock: virtualClock() }) };
}

const put = (store: RevisionStore, key: string, expected = 0) => store.commit(key, expected, value, {}, never);
const turn = async (): Promise<void> => {
  for (let i = 0; i < 20; i++) await Promise.resolve();
};
const keys = async (store: RevisionStore): Promise<string[]> =>
  (await store.range("/", {}, never)).entries.map((e) => e.key);

describe("while a write is under way", () => {
  it("nobody sees it, and afterwards everybody", async () => {
    const { store, writes } = await opened();
    const seen: CommitBatch[] = [];
    const watch = store.watch("/", 0, never)[Symbol.asyncIterator]();
    const next = watch.next().then(({ value: batch }) => seen.push(batch));
    const commit = put(store, "/a");
    await turn();
    expect([await keys(store), await store.head(never), seen.length]).toEqual([[], 0, 0]);
    await writes[0]?.();
    expect(await commit).toEqual({ ok: true, revision: 1 });
    await next;
    expect([await keys(store), await store.head(never), seen[0]?.changes.length]).toEqual([["/a"], 1, 1]);
  });

  it("further ones gather and go together", async () => {
    const { store, writes, records } = await opened();
    const commits = [put(store, "/a")];
    await turn();
    for (const key of ["/b", "/c", "/d"]) commits.push(put(store, key));
    await turn();
    expect(writes.length).toBe(1);
    await writes[0]?.();
    await writes[1]?.();
    expect((await Promise.all(commits)).map((c) => c.revision)).toEqual([1, 2, 3, 4]);
    expect(records).toEqual([1, 3]);
  });

  it("a conflict with it is told only once it is durable", async () => {
    const { store, writes } = await opened();
    const outcomes: string[] = [];
    const first = put(store, "/a").then((c) => outcomes.push(`first ${c.ok}`));
    const second = put(store, "/a").then((c) => outcomes.push(`second ${c.ok}`));
    await turn();
    expect(outcomes).toEqual([]);
    await writes[0]?.();
    await Promise.all([first, second]);
    expect(outcomes).toEqual(["first true", "second false"]);
  });

  it("closing waits for it and refuses what waits behind it", async () => {
    const { store, writes } = await opened();
    const first = put(store, "/a");
    await turn();
    const second = put(store, "/b");
    const closed = store.close();
    await expect(second).rejects.toMatchObject({ code: "Closed" });
    await writes[0]?.();
    expect((await first).ok).toBe(true);
    await closed;
  });
});

describe("a write that failed", () => {
  it("never happened, with all that was planned on it, and later ones succeed", async () => {
    const { store, writes } = await opened();
    const first = put(store, "/a");
    const conflicting = put(store, "/a");
    await turn();
    const later = put(store, "/a");
    const full = storeError("DiskFull", "no space left");
    const failures = Promise.allSettled([first, conflicting]);
    await writes[0]?.(full);
    expect((await failures).map((o) => o.status === "rejected" && o.reason)).toEqual([full, full]);
    expect([await keys(store), await store.head(never)]).toEqual([[], 0]);
    await writes[1]?.();
    expect(await later).toEqual({ ok: true, revision: 1 });
    expect(await keys(store)).toEqual(["/a"]);
  });

  it("with an unknown outcome ends all writing; reading goes on", async () => {
    const { store, writes } = await opened();
    const before = put(store, "/a");
    await turn();
    await writes[0]?.();
    await before;
    const lost = put(store, "/b");
    await turn();
    const waiting = put(store, "/c");
    const settled = Promise.allSettled([lost, waiting]);
    await writes[1]?.(storeError("OutcomeUnknown", "sync failed"));
    const codes = (await settled).map((o) => (o.status === "rejected" ? o.reason.code : "written"));
    expect(codes).toEqual(["OutcomeUnknown", "WriteFailed"]);
    await expect(put(store, "/d")).rejects.toMatchObject({ code: "WriteFailed" });
    expect(await keys(store)).toEqual(["/a"]);
  });
});

it("an abort counts until the write has set out", async () => {
  const { store, writes } = await opened();
  const abort = new AbortController();
  const early = store.commit("/a", 0, value, {}, abort.signal);
  await turn();
  const late = store.commit("/b", 0, value, {}, abort.signal);
  const settled = Promise.allSettled([early, late]);
  abort.abort(new Error("gone"));
  await writes[0]?.();
  expect((await settled).map((o) => o.status)).toEqual(["fulfilled", "rejected"]);
  expect(await keys(store)).toEqual(["/a"]);
});

it("refuses what exceeds the bound of its queue", async () => {
  const { store, writes } = await opened();
  const big = new Uint8Array(8 << 20).subarray(100);
  const first = put(store, "/first");
  await turn();
  const waiting = Array.from({ length: 10 }, (_, i) => store.commit(`/big/${i}`, 0, big, {}, never));
  const settled = Promise.allSettled(waiting);
  for (let i = 0; i < 20; i++) {
    await writes[i]?.();
    await turn();
  }
  await first;
  const codes = (await settled).map((o) => (o.status === "rejected" ? o.reason.code : "written"));
  expect(codes).toEqual([...Array.from({ length: 8 }, () => "written"), "Busy", "Busy"]);
});
