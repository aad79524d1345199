// Who holds a lock file: this process, another living one, a dead one, a later process with the same number.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { lockForProcess } from "./process-lock.ts";
import { processStart } from "./process-start.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "skates-lock-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("a lock is held until it is released, and leaves nothing behind", () => {
  const path = join(folder, "lock");
  const lock = lockForProcess(path);
  expect(lock.heldBy).toBeUndefined();
  expect(lockForProcess(path)).toEqual({ heldBy: process.pid });
  if (lock.heldBy === undefined) lock.release();
  expect(readdirSync(folder)).toEqual([]);
  expect(lockForProcess(path).heldBy).toBeUndefined();
});

test("the lock of another living process is respected", async () => {
  const child = spawn("sleep", ["60"]);
  try {
    const path = join(folder, "lock");
    writeFileSync(path, JSON.stringify({ pid: child.pid, start: processStart(child.pid ?? 0) }));
    expect(lockForProcess(path)).toEqual({ heldBy: child.pid });
  } finally {
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
  }
});

test.for([
  ["of a dead process", JSON.stringify({ pid: spawnSync("true").pid, start: "gone" })],
  ["of an earlier process with our number", JSON.stringify({ pid: process.pid, start: "another boot/1" })],
  ["that is torn", '{"pid": 1'],
  ["of another shape", "[]"],
])("a lock %s is taken over", ([, text]) => {
  const path = join(folder, "lock");
  writeFileSync(path, text ?? "");
  expect(lockForProcess(path).heldBy).toBeUndefined();
  expect(readdirSync(folder)).toEqual(["lock"]);
});

test("a process has a start until it ends, also when nobody waits for it", async () => {
  expect(processStart(process.pid)).toMatch(/^[0-9a-f-]{36}\/\d+$/);
  expect(processStart(0)).toBeUndefined();
  // The short sleep ends as a child of the long one, which waits for nobody.
  const parent = spawn("sh", ["-c", "sleep 0.2 & echo $!; exec sleep 60"], { stdio: ["ignore", "pipe", "ignore"] });
  try {
    const [line] = await once(parent.stdout, "data");
    const pid = Number(String(line));
    await vi.waitFor(() => expect(readFileSync(`/proc/${pid}/stat`, "utf8")).toContain(") Z "), { timeout: 10_000 });
    expect(processStart(pid)).toBeUndefined();
  } finally {
    parent.kill("SIGKILL");
  }
});
