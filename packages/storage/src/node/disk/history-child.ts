import { seededRandom } from "@skates/component-base";
import { systemClock } from "@skates/component-base/node";
import type { HistoryEvent } from "../../checker/history.ts";
import { recordWatch, runWorkload } from "../../checker/workload.ts";
import { openDiskStore } from "./disk-store.ts";

/** Run by the history test as a process of its own, until it is killed: each event of the workload is a line of its output. */
const [directory = "", name = "", seed = "", after = ""] = process.argv.slice(2);
const store = await openDiskStore({ clock: systemClock(), directory, recentBytes: 50_000 });
const random = seededRandom(Number(seed)).stream(name);
const record = (event: HistoryEvent): void => {
  // Pipes are written synchronously: a call that is not in the output was not made.
  process.stdout.write(`${JSON.stringify(event)}\n`);
};
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const forever = new AbortController().signal;
await Promise.all([
  recordWatch({ store, record }, { id: "all", after: Number(after), until: () => false }, forever),
  runWorkload({ store, random, record, turn, name, clients: 8, watchers: 2, keys: 6, keepRevisions: 400 }, forever),
]);
