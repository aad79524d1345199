// kill -9 at any instant: whatever was acknowledged is there afterwards, at its revision, and the store opens at once.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { virtualClock } from "@skates/component-base";
import { expect, it } from "vitest";
import { openDiskStore } from "./disk-store.ts";

const never = new AbortController().signal;
const tsx = createRequire(import.meta.url).resolve("tsx");
const child = fileURLToPath(new URL("crash-child.ts", import.meta.url));

/** Runs the writer until it has acknowledged `lines` commits, kills it, and returns what it printed. */
function runAndKill(directory: string, from: number, lines: number): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const writer = spawn(process.execPath, ["--import", pathToFileURL(tsx).href, child, directory, `${from}`]);
    let out = "";
    let errors = "";
    writer.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      out += chunk;
      if (out.split("\n").length > lines) writer.kill("SIGKILL");
    });
    writer.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      errors += chunk;
    });
    writer.on("close", (_code, signal) => {
      if (signal === "SIGKILL") resolve(out.split("\n").slice(0, -1));
      else reject(new Error(`the writer ended by itself: ${errors}`));
    });
  });
}

it("loses nothing that was acknowledged, over five kills", async () => {
  const directory = mkdtempSync(join(tmpdir(), "skates-crash-"));
  let newest = 0;
  try {
    for (let round = 0; round < 5; round++) {
      const lines = await runAndKill(directory, round * 100_000, 300 + 217 * round);
      const acknowledged = new Map<string, { readonly revision: number; readonly value: string }>();
      for (const line of lines) {
        const [revision, key, value] = line.split(" ");
        acknowledged.set(key ?? "", { revision: Number(revision), value: value ?? "" });
      }
      const store = await openDiskStore({ clock: virtualClock(), directory });
      const found = new Map((await store.range("/w/", {}, never)).entries.map((entry) => [entry.key, entry]));
      for (const [key, { revision, value }] of acknowledged) {
        const entry = found.get(key);
        // A later write may have become durable without its acknowledgement having been printed.
        expect(entry?.modified, key).toBeGreaterThanOrEqual(revision);
        if (entry?.modified === revision) expect(new TextDecoder().decode(entry.value)).toContain(value);
        newest = Math.max(newest, revision);
      }
      expect(await store.head(never)).toBeGreaterThanOrEqual(newest);
      await store.close();
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
