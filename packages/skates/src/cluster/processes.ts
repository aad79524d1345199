import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
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
  /** It is not the process of that role, but what starts it again. */
  readonly keeps: boolean;
}

/** The processes of a cluster; of a role that ended by a fault and is about to be started again, what starts it. */
export function findProcesses(paths: Paths): readonly SkatesProcess[] {
  const all = allProcesses(paths);
  const own = all.filter((each) => !each.keeps);
  return [...own, ...all.filter(({ keeps, role }) => keeps && !own.some((each) => each.role === role))];
}

/** Found by their command lines: `… skates.mjs <role> … --data-dir DIR`. */
function allProcesses(paths: Paths): readonly SkatesProcess[] {
  const out: SkatesProcess[] = [];
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) continue;
    const argv = commandLine(Number(name));
    const role = roleOf(argv, paths);
    if (role !== undefined) out.push({ pid: Number(name), role, keeps: argv.includes(KEEPER_NAME) });
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

const KEEPER_NAME = "skates-keeper";

/**
 * Starts a process again that ended by a fault or was killed, sooner the longer it ran. One that was asked to end is left alone, and so
 * is one that ends by itself in the first seconds of all: it could not start, and would not the next time. A shell, for it takes 1 MB
 * where Node takes 40.
 */
const KEEPER = `pause=1 started=
while :; do
  since=$(date +%s)
  "$@"
  code=$?
  case $code in 0|143) exit $code;; esac
  if [ $(($(date +%s) - since)) -ge 10 ]; then pause=1 started=yes
  elif [ $code -lt 128 ] && [ -z "$started" ]; then exit $code
  elif [ $pause -lt 30 ]; then pause=$((pause * 2))
  fi
  echo "the process ended with exit code $code: it is started again" >&2
  sleep $pause
done`;

/**
 * Starts a role of the cluster with these settings in the background, in a session of its own, with its output in
 * `<data-dir>/logs/<role>.log`. Gives the pid of what keeps it running, which ends with it when it cannot be started.
 */
export function startProcess(paths: Paths, role: Role, { apiPort }: Pick<ClusterConfig, "apiPort">): number {
  mkdirSync(paths.logs, { recursive: true, mode: 0o700 });
  const log = openSync(logFileOf(paths, role), "a", 0o600);
  const confined = role === "server" ? confinement(apiPort) : [];
  const command = [...confined, process.execPath, ...nodeOptions(role), PROGRAM, role, "--data-dir", paths.dataDir];
  const child = spawn("/bin/sh", ["-c", KEEPER, KEEPER_NAME, ...command], {
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

/** With so few cores the collector's helpers wait for one, and the server for them. */
const FEW_CORES = 2;

/**
 * A small young generation keeps the resident memory of the agent low. The server's may grow under load, for scavenging often costs
 * it a sixth of its time; an idle one does not fill it.
 */
function nodeOptions(role: Role): readonly string[] {
  if (role === "agent") return ["--max-semi-space-size=2"];
  const alone = availableParallelism() <= FEW_CORES ? ["--no-parallel-scavenge"] : [];
  return ["--max-semi-space-size=32", ...alone];
}

/** Asks the processes of a cluster to end, then makes them; gives the roles that ran once all are gone. */
export async function endProcesses(paths: Paths, graceMs: number): Promise<readonly Role[]> {
  const keepers = allProcesses(paths).filter(({ keeps }) => keeps);
  signalAll(pidsOf(keepers), "SIGKILL");
  await allGone(pidsOf(keepers), 1_000);
  // Looked for only now: nothing starts one any more.
  const own = findProcesses(paths);
  await endAll(pidsOf(own), graceMs);
  return [...new Set([...own, ...keepers].map(({ role }) => role))];
}

function pidsOf(processes: readonly SkatesProcess[]): readonly number[] {
  return processes.map(({ pid }) => pid);
}

async function endAll(pids: readonly number[], graceMs: number): Promise<void> {
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
