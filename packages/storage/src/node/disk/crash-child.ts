import { systemClock } from "@skates/component-base/node";
import { openDiskStore } from "./disk-store.ts";

/** Run by the crash test as a process of its own: writes without end and prints each acknowledged commit. */
const directory = process.argv[2] ?? "";
const from = Number(process.argv[3] ?? 0);
const never = new AbortController().signal;
const store = await openDiskStore({ clock: systemClock(), directory });
const revisions = new Map((await store.range("/w/", {}, never)).entries.map((entry) => [entry.key, entry.modified]));

async function writer(worker: number): Promise<never> {
  for (let i = from; ; i++) {
    const key = `/w/${worker}/${i % 50}`;
    const value = new TextEncoder().encode(`${worker}:${i}:${"x".repeat(500)}`);
    const commit = await store.commit(key, revisions.get(key) ?? 0, value, {}, never);
    if (!commit.ok) throw new Error(`lost the race for ${key}, which only one writer writes`);
    revisions.set(key, commit.revision);
    process.stdout.write(`${commit.revision} ${key} ${worker}:${i}\n`);
  }
}
const compactor = async (): Promise<never> => {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    await store.compact(Math.max(0, (await store.head(never)) - 100), never);
  }
};
await Promise.all([...Array.from({ length: 8 }, (_, worker) => writer(worker)), compactor()]);
