// What every driver of RevisionStore promises, shown on a store that the driver's own test opens.
import { type VirtualClock, virtualClock } from "@skates/component-base";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { StoreOptions } from "./mvcc/mvcc-store.ts";
import type { Change, Commit, CommitBatch, Entry, Revision, RevisionStore } from "./revision-store.ts";

/** A driver under test: opens an empty store; `reopen` closes it and opens what it left, for drivers that keep anything. */
export interface StoreDriver {
  open(options: StoreOptions): Promise<RevisionStore>;
  readonly reopen?: ((options: StoreOptions) => Promise<RevisionStore>) | undefined;
  /**
   * The store is a server: time passes there by itself, changes are on their way to a watcher before it asks for them, compaction takes
   * revisions of its own, and snapshots have the server's form. What this leaves open is shown by the driver's own tests.
   */
  readonly remote?: boolean | undefined;
}

const never = new AbortController().signal;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (value: Uint8Array | undefined): string | undefined =>
  value === undefined ? undefined : new TextDecoder().decode(value);
const plain = (entry: Entry | undefined) =>
  entry && { key: entry.key, value: text(entry.value), modified: entry.modified, created: entry.created };
const change = (c: Change) => ({
  key: c.key,
  value: text(c.value),
  before: text(c.previous?.value),
  revision: c.revision,
});

function revisionOf(commit: Commit): Revision {
  if (!commit.ok) throw new Error(`not written: ${JSON.stringify(plain(commit.current))}`);
  return commit.revision;
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    return typeof error === "object" && error !== null && "code" in error ? String(error.code) : String(error);
  }
  return "none";
}

/** Declares the suite for one driver. */
export function storeSuite(name: string, driver: () => StoreDriver): void {
  describe(name, () => {
    let clock: VirtualClock;
    let store: RevisionStore;
    let using: StoreDriver;

    const put = async (key: string, value: string, expected = 0, lease?: bigint): Promise<Revision> =>
      revisionOf(await store.commit(key, expected, bytes(value), { lease }, never));
    const remove = async (key: string, expected: Revision): Promise<Revision> =>
      revisionOf(await store.commit(key, expected, undefined, {}, never));
    const list = async (prefix: string, revision?: Revision): Promise<string[]> =>
      (await store.range(prefix, { revision }, never)).entries.map((e) => `${e.key}=${text(e.value)}`);
    /** Collects a watch until `done` says so. */
    const collect = async (
      watch: AsyncIterable<CommitBatch>,
      done: (changes: readonly Change[], at: Revision) => boolean,
    ): Promise<Change[]> => {
      const changes: Change[] = [];
      for await (const batch of watch) {
        changes.push(...batch.changes);
        if (done(changes, batch.revision)) break;
      }
      return changes;
    };

    beforeEach(async () => {
      clock = virtualClock();
      using = driver();
      store = await using.open({ clock });
    });
    afterEach(async () => {
      await store.close();
    });

    it("gives each commit the next revision", async () => {
      expect(await store.head(never)).toBe(0);
      expect(await put("/a", "1")).toBe(1);
      expect(await put("/b", "1")).toBe(2);
      expect(await put("/a", "2", 1)).toBe(3);
      expect(await remove("/b", 2)).toBe(4);
      expect(await store.head(never)).toBe(4);
    });

    it("keeps when a key was created and last changed, over a generation", async () => {
      await put("/a", "1");
      await put("/a", "2", 1);
      await remove("/a", 2);
      await put("/a", "3");
      await put("/a", "4", 4);
      const page = await store.range("/a", {}, never);
      expect(page.entries.map(plain)).toEqual([{ key: "/a", value: "4", modified: 5, created: 4 }]);
    });

    it("does not write when the key stands elsewhere, and says where", async () => {
      await put("/a", "1");
      await put("/a", "2", 1);
      const late = await store.commit("/a", 1, bytes("x"), {}, never);
      const absent = await store.commit("/b", 1, bytes("x"), {}, never);
      const exists = await store.commit("/a", 0, bytes("x"), {}, never);
      expect([late.ok, absent.ok, exists.ok]).toEqual([false, false, false]);
      expect(!late.ok && plain(late.current)).toEqual({ key: "/a", value: "2", modified: 2, created: 1 });
      expect(!absent.ok && absent.current).toBe(undefined);
      expect(!exists.ok && text(exists.current?.value)).toBe("2");
      expect(await store.head(never)).toBe(2);
    });

    it("does not delete what is not there", async () => {
      expect((await store.commit("/a", 0, undefined, {}, never)).ok).toBe(false);
      expect(await store.head(never)).toBe(0);
    });

    it("lets one of several concurrent writers win", async () => {
      await put("/a", "0");
      const outcomes = await Promise.all(
        Array.from({ length: 10 }, (_, i) => store.commit("/a", 1, bytes(`w${i}`), {}, never)),
      );
      const winner = outcomes.findIndex((o) => o.ok);
      expect(outcomes.map((o) => o.ok)).toEqual(outcomes.map((_, i) => i === winner));
      for (const o of outcomes) if (!o.ok) expect(text(o.current?.value)).toBe(`w${winner}`);
      expect(await list("/a")).toEqual([`/a=w${winner}`]);
    });

    it("never gives two commits one revision, and loses none", async () => {
      const revisions = await Promise.all(Array.from({ length: 500 }, (_, i) => put(`/k/${i}`, `${i}`)));
      expect(new Set(revisions).size).toBe(500);
      expect((await store.range("/k/", { countOnly: true }, never)).count).toBe(500);
    });

    it("lists in byte order, by prefix, start and limit, with count", async () => {
      for (const key of ["/p/b", "/p/a", "/q", "/p/c", "/o", "/p/\u{1f600}", "/p/\uffee", "/p/é"]) await put(key, key);
      const keys = (await store.range("/p/", {}, never)).entries.map((e) => e.key);
      expect(keys).toEqual(["/p/a", "/p/b", "/p/c", "/p/é", "/p/\uffee", "/p/\u{1f600}"]);
      const page = await store.range("/p/", { limit: 2, start: "/p/b" }, never);
      expect(page.entries.map((e) => e.key)).toEqual(["/p/b", "/p/c"]);
      expect([page.count, page.more, page.revision]).toEqual([5, true, 8]);
      const all = await store.range("/p/", { limit: 6 }, never);
      expect([all.count, all.more]).toEqual([6, false]);
      const counted = await store.range("/p/", { countOnly: true }, never);
      expect([counted.entries.length, counted.count, counted.more]).toEqual([0, 6, false]);
      expect((await store.range("/p/", { start: "/a" }, never)).count).toBe(6);
      expect((await store.range("/zz", {}, never)).entries).toEqual([]);
    });

    it("holds many keys in order while they come and go", async () => {
      const name = (i: number): string => `/m/${String((i * 7919) % 1000).padStart(4, "0")}`;
      const revisions = await Promise.all(Array.from({ length: 1000 }, (_, i) => put(name(i), "x")));
      await Promise.all(revisions.flatMap((revision, i) => (i % 3 === 0 ? [remove(name(i), revision)] : [])));
      const left = Array.from({ length: 1000 }, (_, i) => i).filter((i) => i % 3 !== 0);
      const keys = (await store.range("/m/", {}, never)).entries.map((e) => e.key);
      expect(keys).toEqual(left.map(name).sort());
    });

    it("reads the past", async () => {
      await put("/a", "1");
      await put("/b", "1");
      await put("/a", "2", 1);
      await remove("/b", 2);
      await put("/b", "3");
      expect(await list("/", 0)).toEqual([]);
      expect(await list("/", 1)).toEqual(["/a=1"]);
      expect(await list("/", 2)).toEqual(["/a=1", "/b=1"]);
      expect(await list("/", 3)).toEqual(["/a=2", "/b=1"]);
      expect(await list("/", 4)).toEqual(["/a=2"]);
      expect(await list("/", 5)).toEqual(["/a=2", "/b=3"]);
      expect(await codeOf(list("/", 6))).toBe("FutureRevision");
    });

    it("delivers every change to a watch, with what was before, in order", async () => {
      await put("/a", "1");
      const abort = new AbortController();
      const watching = collect(store.watch("/", 1, abort.signal), (_, at) => at === 5);
      await put("/a", "2", 1);
      await put("/b", "1");
      await remove("/a", 2);
      await put("/a", "3");
      expect((await watching).map(change)).toEqual([
        { key: "/a", value: "2", before: "1", revision: 2 },
        { key: "/b", value: "1", before: undefined, revision: 3 },
        { key: "/a", value: undefined, before: "2", revision: 4 },
        { key: "/a", value: "3", before: undefined, revision: 5 },
      ]);
    });

    it("watches a prefix, with progress for what lies outside", async () => {
      const abort = new AbortController();
      const seen: Revision[] = [];
      const watching = (async () => {
        const changes: Change[] = [];
        for await (const batch of store.watch("/in/", 0, abort.signal)) {
          seen.push(batch.revision);
          changes.push(...batch.changes);
          if (batch.revision === 3) break;
        }
        return changes;
      })();
      await put("/in/a", "1");
      await put("/out/a", "1");
      await put("/out/b", "1");
      expect(await store.head(never)).toBe(3);
      expect((await watching).map((c) => c.key)).toEqual(["/in/a"]);
      expect(seen.at(-1)).toBe(3);
    });

    it("shows a watcher no commit before the committer could see it durable, and no gap", async () => {
      const abort = new AbortController();
      const watching = collect(store.watch("/w/", 0, abort.signal), (changes) => changes.length === 300);
      await Promise.all(Array.from({ length: 300 }, (_, i) => put(`/w/${i % 30}/${i}`, `${i}`)));
      expect((await watching).map((c) => c.revision)).toEqual(Array.from({ length: 300 }, (_, i) => i + 1));
    });

    it("serves a watcher from history when it is far behind", async () => {
      await store.close();
      store = await using.open({ clock, recentBytes: 2000 });
      for (let i = 0; i < 600; i++) await put(`/k${i % 7}`, `${i}`, Math.max(0, i - 6));
      const changes = await collect(store.watch("/", 0, never), (_, at) => at === 600);
      expect(changes.map((c) => text(c.value))).toEqual(Array.from({ length: 600 }, (_, i) => `${i}`));
      expect(text(changes.at(-1)?.previous?.value)).toBe("592");
    });

    it("waits for a revision that is yet to come", async () => {
      const watching = collect(store.watch("/", 2, never), (changes) => changes.length > 0);
      await put("/a", "1");
      await put("/b", "2");
      await put("/c", "3");
      expect((await watching).map((c) => c.key)).toEqual(["/c"]);
    });

    it("ends a watch without error when its signal aborts", async () => {
      const abort = new AbortController();
      const watching = collect(store.watch("/", 0, abort.signal), () => false);
      await put("/a", "1");
      abort.abort();
      expect((await watching).length).toBeLessThanOrEqual(1);
    });

    it("compacts: the past is gone, the present and later changes stay", async () => {
      await put("/a", "1");
      await put("/a", "2", 1);
      await put("/b", "1");
      await remove("/b", 3);
      await put("/c", "1");
      await put("/c", "2", 5);
      await store.compact(5, never);
      expect(store.compacted()).toBe(5);
      expect(await codeOf(list("/", 4))).toBe("Compacted");
      expect(await list("/", 5)).toEqual(["/a=2", "/c=1"]);
      expect(await list("/")).toEqual(["/a=2", "/c=2"]);
      expect(await codeOf(collect(store.watch("/", 4, never), () => true))).toBe("Compacted");
      expect((await collect(store.watch("/", 5, never), () => true)).map(change)).toEqual([
        { key: "/c", value: "2", before: "1", revision: 6 },
      ]);
      expect(await codeOf(store.compact(99_999, never))).toBe("FutureRevision");
      await store.compact(2, never);
      expect(store.compacted()).toBe(5);
    });

    it("ends a watch that compaction has overtaken as lagging", async (context) => {
      if (using.remote === true)
        return context.skip("changes are on their way to the watcher before they are compacted");
      for (let i = 0; i < 3; i++) await put(`/${i}`, "x");
      const watch = store.watch("/", 0, never)[Symbol.asyncIterator]();
      await watch.next();
      for (let i = 3; i < 6; i++) await put(`/${i}`, "x");
      await store.compact(6, never);
      expect(await codeOf(Promise.resolve(watch.next()))).toBe("Lagging");
    });

    it("deletes the keys of a lease, visibly, when it ends", async (context) => {
      if (using.remote === true) return context.skip("the server counts its own time");
      const short = await store.grant(10, never);
      const long = await store.grant(100, never);
      await put("/short", "1", 0, short);
      await put("/moved", "1", 0, short);
      await put("/moved", "2", 2, long);
      await put("/freed", "1", 0, short);
      await put("/freed", "2", 4);
      const watching = collect(store.watch("/", 5, never), (changes) => changes.length === 1);
      await clock.advance(9_000);
      expect(await list("/")).toEqual(["/freed=2", "/moved=2", "/short=1"]);
      await clock.advance(2_000);
      expect((await watching).map(change)).toEqual([{ key: "/short", value: undefined, before: "1", revision: 6 }]);
      expect(await list("/")).toEqual(["/freed=2", "/moved=2"]);
      expect(await codeOf(put("/late", "1", 0, short))).toBe("LeaseNotFound");
      const gone = collect(store.watch("/", 6, never), (changes) => changes.length === 1);
      await clock.advance(100_000);
      expect((await gone).map((c) => c.key)).toEqual(["/moved"]);
    });

    it("refuses values over the limit and leases that are not", async () => {
      await store.close();
      store = await using.open({ clock, valueBytesMax: 100 });
      expect(await codeOf(put("/a", "x".repeat(101)))).toBe("ValueTooLarge");
      expect(await codeOf(put("/a", "x", 0, 12345n))).toBe("LeaseNotFound");
      expect(await store.head(never)).toBe(0);
    });

    it("refuses an aborted call and changes nothing", async () => {
      const reason = new Error("gone away");
      const aborted = AbortSignal.abort(reason);
      await expect(store.commit("/a", 0, bytes("x"), {}, aborted)).rejects.toBe(reason);
      await expect(store.range("/", {}, aborted)).rejects.toBe(reason);
      expect(await store.head(never)).toBe(0);
    });

    it("answers Closed after closing, also to those who wait", async () => {
      const watching = collect(store.watch("/", 0, never), () => false);
      await put("/a", "1");
      await store.close();
      expect(await codeOf(watching)).toBe("Closed");
      expect(await codeOf(put("/b", "1"))).toBe("Closed");
      expect(await codeOf(list("/"))).toBe("Closed");
      expect(await codeOf(store.head(never))).toBe("Closed");
      await store.close();
    });

    it("copies a consistent state while writing goes on", async (context) => {
      if (using.remote === true) return context.skip("the snapshot is the server's file");
      for (let i = 0; i < 50; i++) await put(`/s/${i}`, "x".repeat(5000));
      const chunks: Uint8Array[] = [];
      let more = 50;
      for await (const chunk of store.snapshot(never)) {
        chunks.push(chunk);
        await put(`/s/${more++}`, "late");
      }
      const all = new TextDecoder("latin1").decode(Buffer.concat(chunks));
      expect(all).toContain("/s/49");
      expect(all).not.toContain("late");
    });

    it("starts again where it was: objects, revisions, history, leases", async (context) => {
      if (using.reopen === undefined) return context.skip("this driver keeps nothing");
      const lease = await store.grant(60, never);
      await put("/a", "1");
      await put("/a", "2", 1);
      await put("/leased", "1", 0, lease);
      await put("/b", "1");
      await remove("/b", 4);
      store = await using.reopen({ clock });
      expect(await store.head(never)).toBe(5);
      expect(await list("/")).toEqual(["/a=2", "/leased=1"]);
      expect(await list("/", 1)).toEqual(["/a=1"]);
      const changes = await collect(store.watch("/", 1, never), (_, at) => at === 5);
      expect(changes.map(change)).toEqual([
        { key: "/a", value: "2", before: "1", revision: 2 },
        { key: "/leased", value: "1", before: undefined, revision: 3 },
        { key: "/b", value: "1", before: undefined, revision: 4 },
        { key: "/b", value: undefined, before: "1", revision: 5 },
      ]);
      if (using.remote === true) return;
      const expiry = collect(store.watch("/", 5, never), (found) => found.length === 1);
      await clock.advance(61_000);
      expect((await expiry).map(change)).toEqual([{ key: "/leased", value: undefined, before: "1", revision: 6 }]);
    });

    it("never goes back in revisions, though the last ones were deletions and are compacted", async (context) => {
      if (using.reopen === undefined) return context.skip("this driver keeps nothing");
      await put("/a", "1");
      await remove("/a", 1);
      await store.compact(2, never);
      store = await using.reopen({ clock });
      const head = await store.head(never);
      if (using.remote === true) expect(head).toBeGreaterThanOrEqual(2);
      else expect(head).toBe(2);
      expect(store.compacted()).toBe(2);
      expect(await put("/a", "2")).toBe(head + 1);
    });
  });
}
