import { readdir, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { hasCode } from "@skates/component-base";

/** A process as seen in /proc. */
export interface Process {
  readonly pid: number;
  readonly parentPid: number;
  /** Start time in clock ticks since boot: with the pid it names a process for good. */
  readonly startTicks: number;
  readonly args: readonly string[];
}

/** All processes that this one can see. Those that end meanwhile are left out; kernel threads have no arguments. */
export async function listProcesses(proc = "/proc"): Promise<readonly Process[]> {
  const names = (await readdir(proc)).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(names.map((name) => readProcess(proc, Number(name))));
  return found.filter((each) => each !== undefined).sort((a, b) => a.pid - b.pid);
}

/** One process, or undefined when there is none with this pid or it is a zombie. */
export async function readProcess(proc: string, pid: number): Promise<Process | undefined> {
  try {
    const [stat, cmdline] = await Promise.all([
      readFile(`${proc}/${pid}/stat`, "utf8"),
      readFile(`${proc}/${pid}/cmdline`, "utf8"),
    ]);
    return parseProcess(pid, stat, cmdline);
  } catch (error) {
    if (hasCode(error, "ENOENT") || hasCode(error, "ESRCH")) return undefined;
    throw error;
  }
}

/** Reads the texts of `/proc/<pid>/stat` and `/proc/<pid>/cmdline`; undefined for a zombie. */
export function parseProcess(pid: number, stat: string, cmdline: string): Process | undefined {
  // The name stands in parentheses and may itself hold spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  if (fields[0] === "Z" || fields[0] === "X") return undefined;
  return {
    pid,
    parentPid: Number(fields[1]),
    startTicks: Number(fields[19]),
    args: cmdline.split("\0").slice(0, -1),
  };
}

/** The processes below `roots` in the tree of parents, without the roots. */
export function descendants(all: readonly Process[], roots: readonly number[]): readonly Process[] {
  const below = new Set(roots);
  const found: Process[] = [];
  for (let grown = true; grown; ) {
    grown = false;
    for (const each of all) {
      if (below.has(each.pid) || !below.has(each.parentPid)) continue;
      below.add(each.pid);
      found.push(each);
      grown = true;
    }
  }
  return found;
}

/** Sends a signal; a process that has ended already is no failure. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!hasCode(error, "ESRCH")) throw error;
  }
}

/** Waits until a process has ended; false when it still lives after `timeoutMs`. A reused pid counts as ended. */
export async function processEnded(target: Process, timeoutMs: number, signal: AbortSignal): Promise<boolean> {
  const until = performance.now() + timeoutMs;
  for (let pauseMs = 2; ; pauseMs = Math.min(pauseMs * 2, 50)) {
    const now = await readProcess("/proc", target.pid);
    if (now === undefined || now.startTicks !== target.startTicks) return true;
    if (performance.now() > until) return false;
    await sleep(pauseMs, undefined, { signal });
  }
}
