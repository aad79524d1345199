// Logs in a temporary folder: read where they are, refused where a link or something else has taken their place.
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { mkdir, rename, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLogger, virtualClock } from "@skates/component-base";
import { afterAll, beforeEach, expect, test } from "vitest";
import type { RuntimeContainer } from "../../runtime.ts";
import { SimulatedRuntime } from "../../simulated/simulated-runtime.ts";
import { rotateIfLarge } from "./log-rotator.ts";
import { openLog } from "./open-log.ts";

const base = mkdtempSync(join(tmpdir(), "skates-logs-"));
afterAll(() => rmSync(base, { recursive: true }));
const folder = join(base, "pods/n_p_u/c");
const log = join(folder, "0.log");
const secret = join(base, "secret/0.log");
beforeEach(async () => {
  await rm(join(base, "pods"), { recursive: true, force: true });
  await mkdir(join(base, "secret"), { recursive: true });
  await mkdir(folder, { recursive: true });
  await writeFile(secret, "root:secret");
  await writeFile(log, "mine");
});

async function read(path: string): Promise<string> {
  const file = await openLog(path);
  try {
    return await file.readFile("utf8");
  } finally {
    await file.close();
  }
}

test("a log is read, also where the folder of all logs is reached by a link", async () => {
  await rm(join(base, "link"), { force: true });
  await symlink(join(base, "pods"), join(base, "link"));
  expect([await read(log), await read(join(base, "link/n_p_u/c/0.log"))]).toEqual(["mine", "mine"]);
  await expect(read(join(folder, "1.log"))).rejects.toThrow("ENOENT");
});

// The hole (CVE-2017-1002102's kin): a pod that mounts /var/log puts a link in place of its log, and `kubectl logs` reads any file as root.
test("a link in the place of a log is refused", async () => {
  await rm(log);
  await symlink(secret, log);
  await expect(read(log)).rejects.toThrow("is not a file in its place");
});

test("a link in the place of a container's or a pod's folder is refused", async () => {
  await rm(folder, { recursive: true });
  await symlink(join(base, "secret"), folder);
  await expect(read(log)).rejects.toThrow("is not a file in its place");
  await rename(join(base, "pods/n_p_u"), join(base, "pods/moved"));
  await symlink(join(base, "pods/moved"), join(base, "pods/n_p_u"));
  await expect(read(log)).rejects.toThrow("is not a file in its place");
});

test("a folder in the place of a log is refused", async () => {
  await rm(log);
  await mkdir(log);
  await expect(read(log)).rejects.toThrow("is not a file in its place");
});

// The hole: rotation packs whatever has a rotated log's name, and the copy can be read where the original could not.
test("a link with a rotated log's name is not packed", async () => {
  await truncate(log, 100);
  await symlink(secret, `${log}.20260101-000000`);
  const runtime = new SimulatedRuntime({ clock: virtualClock(), podCidr: "10.0.0.0/24", node: "n" });
  const options = { pods: { runningContainers: () => [] } as never, runtime, clock: virtualClock(), log: silentLogger };
  const container = { id: "i", name: "c", logPath: log } as RuntimeContainer;
  const rotating = rotateIfLarge({ ...options, sizeBytesMax: 10 }, container, new AbortController().signal);
  await expect(rotating).rejects.toThrow("is not a file in its place");
  expect(readdirSync(folder).filter((name) => name.endsWith(".gz"))).toEqual([]);
});
