// Histories of concurrent clients on the disk driver over `kill -9` of its process at random instants, checked by the model.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { seededRandom, virtualClock } from "@skates/component-base";
import { expect, it } from "vitest";
import { checkHistory } from "../../checker/check-history.ts";
import { type HistoryEvent, historyOf } from "../../checker/history.ts";
import { recordWatch } from "../../checker/workload.ts";
import { openDiskStore } from "./disk-store.ts";

const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
const child = fileURLToPath(new URL("history-child.ts", import.meta.url));
const never = new AbortController().signal;

/** Runs the workload until it has told of so many events, kills it, and returns them. */
function runAndKill(args: readonly string[], events: number): Promise<HistoryEvent[]> {
  return new Promise((resolve, reject) => {
    const worker = spawn(process.execPath, ["--import", tsx, child, ...args]);
    const chunks: string[] = [];
    let lines = 0;
    let errors = "";
    worker.stdout.setEncoding("utf8").on("data", (text: string) => {
      chunks.push(text);
      lines += text.split("\n").length - 1;
      if (lines >= events) worker.kill("SIGKILL");
    });
    worker.stderr.setEncoding("utf8").on("data", (text: string) => {
      errors += text;
    });
    worker.on("close", (_code, signal) => {
      if (signal !== "SIGKILL") return reject(new Error(`the workload ended by itself: ${errors}`));
      resolve(
        chunks
          .join("")
          .split("\n")
          .slice(0, -1)
          .map((line) => JSON.parse(line) as HistoryEvent),
      );
    });
  });
}

it("is linearizable, and its watches resume without gap, over kills", async () => {
  const seed = Number(process.env["SEED"] ?? Date.now() % 1_000_000);
  const random = seededRandom(seed);
  const directory = mkdtempSync(join(tmpdir(), "skates-history-"));
  const events: HistoryEvent[] = [{ at: "watch", id: "all", prefix: "/check/", after: 0 }];
  const reached = (): number =>
    events.reduce((at, event) => (event.at === "batch" && event.id === "all" ? event.revision : at), 0);
  // The reference is one watch to the checker: that its parts fit together is part of what is checked.
  const add = (more: readonly HistoryEvent[]): void => {
    for (const event of more) if (!(event.at === "watch" && event.id === "all")) events.push(event);
  };
  try {
    for (let round = 0; round < 4; round++) {
      const args = [directory, `round${round}`, `${seed}`, `${reached()}`];
      add(await runAndKill(args, 500 + (random.uint32() % 3000)));
    }
    const store = await openDiskStore({ clock: virtualClock(), directory });
    const end = await store.head(never);
    const rest: HistoryEvent[] = [];
    if (end > reached()) {
      const tail = { id: "all", after: reached(), until: (at: number) => at >= end };
      await recordWatch({ store, record: (event) => rest.push(event) }, tail, never);
    }
    add(rest);
    const page = await store.range("/check/", {}, never);
    const text = new TextDecoder();
    add([
      { at: "call", id: "last", call: { kind: "range", prefix: "/check/" } },
      {
        at: "answer",
        id: "last",
        answer: {
          kind: "page",
          revision: page.revision,
          entries: page.entries.map(({ value, ...entry }) => ({ ...entry, value: text.decode(value) })),
        },
      },
    ]);
    const history = historyOf(events);
    expect(checkHistory(history, { reference: "all", base: 0 }), `SEED=${seed}`).toEqual([]);
    expect(history.operations.filter(({ answer }) => answer.kind === "unknown").length).toBeGreaterThan(0);
    await store.close();
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
