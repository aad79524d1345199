import { spawn } from "node:child_process";
import { mkdirSync, openSync, closeSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { processStart } from "@skates/component-base/node";
import { confinement } from "./confined.ts";
import type { ClusterConfig } from "./config.ts";
import type { Paths } from "./data-dir.ts";

export type Role = "server" | "agent";

/** The bundle's entry: all its files lie in one folder. */
const PROGRAM = fileURLToPath(new URL("./skates.mjs", import.meta.url));

export interface SkatesProcess {
  readonly pid: number;
  readonly role: Role;
}

/** The processes of a cluster, found by their command lines: `… skates.mjs <role> … --data-dir DIR`. */
export function findProcesses(paths: Paths): readonly SkatesProcess[] {
  const out: SkatesProcess[] = [];
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) continue;
    const role = roleOf(commandLine(Number(name)), paths);
    if (role !== undefined) out.push({ pid: Number(name), role });
  }
  return out;
}

function roleOf(argv: readonly string[], paths: Paths): Role | undefined {
  const program = argv.findIndex((word) => word.endsWith("/skates.mjs"));
  const role = argv[program + 1];
  const at = argv.indexOf("--data-dir");
  if (program < 0 || at < 0 || argv[at + 1] !== paths.dataDir) return undefined;
  return role === "server" || role === "agent" ? role : undefined;
}

function commandLine(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  } catch {
    return []; // ended meanwhile
  }
}

/** True while the process is there. */
export function isAlive(pid: number): boolean {
  return processStart(pid) !== undefined;
}

/** Starts a role of the cluster with these settings in the background, in a session of its own, with its output in `<data-dir>/logs/<role>.log`. */
export function startProcess(paths: Paths, role: Role, { apiPort }: Pick<ClusterConfig, "apiPort">): number {
  mkdirSync(paths.logs, { recursive: true, mode: 0o700 });
  const log = openSync(logFileOf(paths, role), "a", 0o600);
  const confined = role === "server" ? confinement(apiPort) : [];
  const [command, ...words] = [...confined, process.execPath, ...nodeOptions(role), PROGRAM, role];
  const child = spawn(command, [...words, "--data-dir", paths.dataDir], {
    cwd: "/",
    detached: true,
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  child.unref();
  if (child.pid === undefined) throw new Error(`the ${role} process could not be started`);
  return child.pid;
}

export function logFileOf(paths: Paths, role: Role): string {
  return join(paths.logs, `${role}.log`);
}

/**
 * A small young generation keeps the resident memory of the agent low. The server's may grow under load, for scavenging often costs
 * it a sixth of its time; an idle one does not fill it.
 */
function nodeOptions(role: Role): readonly string[] {
  return role === "server" ? ["--max-semi-space-size=32"] : ["--max-semi-space-size=2"];
}

/** Asks the processes to end, then makes them; resolves when all are gone. */
export async function endProcesses(pids: readonly number[], graceMs: number): Promise<void> {
  signalAll(pids, "SIGTERM");
  if (await allGone(pids, graceMs)) return;
  signalAll(pids, "SIGKILL");
  await allGone(pids, 5_000);
}

function signalAll(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
    }
  }
}

async function allGone(pids: readonly number[], withinMs: number): Promise<boolean> {
  const until = performance.now() + withinMs;
  while (pids.some(isAlive)) {
    if (performance.now() > until) return false;
    await sleep(10);
  }
  return true;
}

/** The last lines of a role's log, for error messages. */
export function logTail(paths: Paths, role: Role, lines: number): readonly string[] {
  try {
    return readFileSync(logFileOf(paths, role), "utf8").trimEnd().split("\n").slice(-lines);
  } catch {
    return []; // it never wrote one
  }
}
