// The driver for etcd passes the suite against a real etcd that this test starts, each test under a prefix of its own.
import { systemClock } from "@skates/component-base/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { StoreOptions } from "../../mvcc/mvcc-store.ts";
import type { Change, RevisionStore } from "../../revision-store.ts";
import { storeSuite } from "../../store.suite.ts";
import { shiftedStore } from "../../testing/shifted-store.ts";
import { type EtcdProcess, NO_ETCD, startEtcd } from "./etcd-process.ts";
import { openEtcdStore } from "./etcd-store.ts";

const never = new AbortController().signal;
const clock = systemClock();
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe.skipIf(NO_ETCD !== undefined)(`on a real etcd${NO_ETCD === undefined ? "" : ` (${NO_ETCD})`}`, () => {
  let members: readonly EtcdProcess[] = [];
  let tests = 0;
  const endpoints = (): readonly string[] => members.map((member) => member.endpoint);
  const open = (options: Partial<StoreOptions> = {}): Promise<RevisionStore> =>
    openEtcdStore({ ...options, clock, endpoints: endpoints() });

  beforeAll(async () => {
    members = await startEtcd();
  });
  afterAll(async () => {
    await Promise.all(members.map((member) => member.close()));
  });

  storeSuite("etcd store", () => {
    const prefix = `/test-${++tests}`;
    return {
      remote: true,
      open: async (options) => shiftedStore(await open(options), prefix),
    };
  });

  it("deletes the keys of a lease together, visibly, in real time", async () => {
    const store = await open();
    const lease = await store.grant(1, never);
    const before = await store.head(never);
    for (const key of ["/lease/a", "/lease/b"]) await store.commit(key, 0, bytes("x"), { lease }, never);
    const deleted: Change[] = [];
    for await (const batch of store.watch("/lease/", before, never)) {
      deleted.push(...batch.changes.filter((change) => change.value === undefined));
      if (deleted.length === 2) break;
    }
    expect(deleted.map((change) => change.key)).toEqual(["/lease/a", "/lease/b"]);
    expect(new Set(deleted.map((change) => change.revision)).size).toBe(1);
    expect(deleted.map((change) => change.previous?.created)).toEqual([before + 1, before + 2]);
    await store.close();
  });

  it("reaches revisions that others made outside the prefix", async () => {
    const store = await open();
    await store.commit("/elsewhere/x", 0, bytes("1"), {}, never);
    const watch = store.watch("/inside/", await store.head(never), never)[Symbol.asyncIterator]();
    const next = watch.next();
    await store.commit("/elsewhere/y", 0, bytes("1"), {}, never);
    const head = await store.head(never);
    const batch = await next;
    expect(batch.value).toEqual({ changes: [], revision: head });
    await watch.return?.(undefined);
    await store.close();
  });

  it("reads large stores in pages at one revision", async () => {
    const store = await open();
    const value = bytes("x".repeat(2000));
    await Promise.all(
      Array.from({ length: 2500 }, (_, i) => store.commit(`/big/${String(i).padStart(5, "0")}`, 0, value, {}, never)),
    );
    const reading = store.range("/big/", {}, never);
    await store.commit("/big/99999", 0, value, {}, never);
    const page = await reading;
    expect(page.entries.length === page.count && !page.more).toBe(true);
    expect(page.entries.every((entry) => entry.modified <= page.revision)).toBe(true);
    expect(page.count).toBeGreaterThanOrEqual(2500);
    const some = await store.range("/big/", { limit: 1500, start: "/big/00500" }, never);
    expect([some.entries.length, some.entries[0]?.key, some.more]).toEqual([1500, "/big/00500", true]);
    await store.close();
  });

  it("shares compaction with other API servers as upstream does", async () => {
    const [a, b] = [await open(), await open()];
    await a.commit("/c/a", 0, bytes("1"), {}, never);
    const first = await a.head(never);
    await a.compact(first, never);
    expect(a.compacted()).toBe(first);
    const stored = await a.range("compact_rev_key", {}, never);
    expect(new TextDecoder().decode(stored.entries[0]?.value)).toBe(String(first));
    // The other one's count of rounds is old: it learns, and its own turn comes the next time.
    await b.commit("/c/b", 0, bytes("1"), {}, never);
    const second = await b.head(never);
    await b.compact(second, never);
    expect(b.compacted()).toBe(first);
    await b.compact(second, never);
    expect(b.compacted()).toBe(second);
    await expect(a.range("/c/", { revision: first }, never)).rejects.toMatchObject({ code: "Compacted" });
    const late = await open();
    expect(late.compacted()).toBe(second);
    await Promise.all([a, b, late].map((store) => store.close()));
  });

  it("misses no deletion at the revision that somebody else has compacted (etcd #18089, #19179)", async () => {
    const [ours, other] = [await open(), await open()];
    const made = await ours.commit("/gone/a", 0, bytes("1"), {}, never);
    const deleted = await ours.commit("/gone/a", made.revision, undefined, {}, never);
    const later = await ours.commit("/gone/b", 0, bytes("1"), {}, never);
    await other.compact(deleted.revision, never);
    // We have not heard of the compaction. etcd 3.4.23 would start the watch there, and leave the deletion out.
    const late = ours.watch("/gone/", deleted.revision - 1, never)[Symbol.asyncIterator]();
    await expect(Promise.resolve(late.next())).rejects.toMatchObject({ code: "Compacted" });
    const next = await ours.watch("/gone/", deleted.revision, never)[Symbol.asyncIterator]().next();
    expect(next.value?.changes.map((change: Change) => [change.key, change.revision])).toEqual([
      ["/gone/b", later.revision],
    ]);
    await Promise.all([ours.close(), other.close()]);
  });

  it("copies etcd's own file, with its checksum at the end", async () => {
    const store = await open();
    await store.commit("/snap/1", 0, bytes("look for this"), {}, never);
    const chunks: Uint8Array[] = [];
    for await (const chunk of store.snapshot(never)) chunks.push(chunk);
    const file = Buffer.concat(chunks);
    const { createHash } = await import("node:crypto");
    expect(file.includes("look for this")).toBe(true);
    expect(file.length % 512).toBe(32);
    expect(createHash("sha256").update(file.subarray(0, -32)).digest()).toEqual(file.subarray(-32));
    await store.close();
  });

  it("goes on after a member was killed and started again: watches resume without gap, reads wait", async () => {
    const store = await open();
    const member = members[0];
    const before = await store.head(never);
    const seen: Change[] = [];
    const watching = (async () => {
      for await (const batch of store.watch("/r/", before, never)) {
        seen.push(...batch.changes);
        if (seen.length === 20) break;
      }
    })();
    for (let i = 0; i < 10; i++) await store.commit(`/r/${i}`, 0, bytes(`${i}`), {}, never);
    await member?.kill();
    const reading = store.range("/r/", {}, never);
    await member?.start();
    expect((await reading).count).toBe(10);
    for (let i = 10; i < 20; i++) await store.commit(`/r/${i}`, 0, bytes(`${i}`), {}, never);
    await watching;
    expect(seen.map((change) => change.key)).toEqual(Array.from({ length: 20 }, (_, i) => `/r/${i}`));
    await store.close();
  });

  it("says Unavailable, not OutcomeUnknown, when nobody could have seen the write", async () => {
    const store = await open();
    await members[0]?.kill();
    // First a read, which finds the connection broken: a write on one that still looks whole may have been seen.
    await expect(store.head(never)).rejects.toMatchObject({ code: "Unavailable" });
    await expect(store.commit("/u/1", 0, bytes("x"), {}, never)).rejects.toMatchObject({ code: "Unavailable" });
    await members[0]?.start();
    expect((await store.range("/u/", {}, never)).count).toBe(0);
    expect(await store.commit("/u/1", 0, bytes("x"), {}, never)).toMatchObject({ ok: true });
    await store.close();
  }, 60_000);
});
