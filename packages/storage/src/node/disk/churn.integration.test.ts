// A store that is written without end and compacted, as the API server does it, does not grow without end, and rests when nobody writes.
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { systemClock } from "@skates/component-base/node";
import { expect, it } from "vitest";
import { openDiskStore } from "./disk-store.ts";

const never = new AbortController().signal;
const KEYS = 500;
const UPDATES = 100_000;
const ROUND = 10_000;

it("keeps its size over 100,000 updates, and writes nothing when idle", async () => {
  const directory = mkdtempSync(join(tmpdir(), "skates-churn-"));
  const file = join(directory, "data.mdb");
  const store = await openDiskStore({ clock: systemClock(), directory });
  try {
    const value = new Uint8Array(1_500).fill(7);
    const revisions = new Map<string, number>();
    const sizes: number[] = [];
    let before = 0;
    for (let i = 0; i < UPDATES; i += KEYS) {
      const writes = Array.from({ length: KEYS }, async (_, k) => {
        const key = `/churn/${k}`;
        const commit = await store.commit(key, revisions.get(key) ?? 0, value, {}, never);
        expect(commit.ok).toBe(true);
        revisions.set(key, commit.revision);
      });
      await Promise.all(writes);
      if ((i + KEYS) % ROUND !== 0) continue;
      // As the API server: what is older than one round is forgotten.
      if (before > 0) await store.compact(before, never);
      before = await store.head(never);
      sizes.push(statSync(file).size);
    }
    expect(sizes.length).toBe(UPDATES / ROUND);
    const [, , third = 0] = sizes;
    // Two rounds of history are kept: 30 MB of values. All would be 150.
    expect(sizes.at(-1)).toBeLessThan(third * 1.25);
    expect(sizes.at(-1)).toBeLessThan(100 << 20);
    expect(await store.head(never)).toBe(UPDATES);

    const changed = statSync(file, { bigint: true }).mtimeNs;
    await sleep(1_500);
    expect(statSync(file, { bigint: true }).mtimeNs).toBe(changed);
  } finally {
    await store.close();
    rmSync(directory, { recursive: true, force: true });
  }
}, 120_000);
