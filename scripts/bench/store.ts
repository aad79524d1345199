/** Store: durable commits by 64 writers, reads, and what an open costs. Run with `npx tsx scripts/bench/store.ts [directory]`. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@skates/component-base/node";
import { memoryStore, type RevisionStore } from "@skates/storage";
import { openDiskStore } from "@skates/storage/node";
import { report } from "./lib/figure.ts";

const never = new AbortController().signal;
const OBJECTS = 10_000;
const WRITERS = 64;
const VALUE = new Uint8Array(1600).fill(7);

async function measure(name: string, operations: number, work: () => Promise<void>): Promise<void> {
  const cpu = process.cpuUsage();
  const start = performance.now();
  await work();
  const ms = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  const perSecond = Math.round((operations / ms) * 1000);
  report({ what: `${name}, CPU (${perSecond}/s)`, value: (user + system) / operations, unit: "us" });
}

async function bench(name: string, store: RevisionStore): Promise<void> {
  const revisions: number[] = [];
  const write = async (worker: number): Promise<void> => {
    for (let i = worker; i < OBJECTS; i += WRITERS) {
      const commit = await store.commit(`/registry/pods/default/pod-${i}`, revisions[i] ?? 0, VALUE, {}, never);
      if (commit.ok) revisions[i] = commit.revision;
    }
  };
  const all = async (): Promise<void> => {
    await Promise.all(Array.from({ length: WRITERS }, (_, worker) => write(worker)));
  };
  await measure(`${name}: create, ${WRITERS} writers`, OBJECTS, all);
  await measure(`${name}: update, ${WRITERS} writers`, OBJECTS, all);
  await measure(`${name}: get`, OBJECTS, async () => {
    for (let i = 0; i < OBJECTS; i++) await store.range(`/registry/pods/default/pod-${i}`, { limit: 1 }, never);
  });
  await measure(`${name}: list of ${OBJECTS}, each object`, OBJECTS, async () => {
    await store.range("/registry/pods/", {}, never);
  });
  await measure(`${name}: watch from 0, each change`, OBJECTS * 2, async () => {
    for await (const batch of store.watch("/registry/", 0, never)) if (batch.revision === OBJECTS * 2) break;
  });
}

const directory = mkdtempSync(join(process.argv[2] ?? tmpdir(), "skates-bench-"));
const clock = systemClock();
await bench("memory", memoryStore({ clock }));
const disk = await openDiskStore({ clock, directory });
await bench("disk", disk);
await disk.close();
await measure(`disk: open with ${OBJECTS * 2} records, each record`, OBJECTS * 2, async () => {
  await (await openDiskStore({ clock, directory })).close();
});
rmSync(directory, { recursive: true, force: true });
