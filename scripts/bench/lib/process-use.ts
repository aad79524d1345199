import { readdirSync, readFileSync, writeFileSync } from "node:fs";

/** User and system time of all threads of a process, ms; the kernel counts in steps of 10. */
export function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** How long a thread, by default the main one, was ready to run and had no core, ms; exact, but for the wait that it is in. */
export function coreWaitMs(pid: number, thread = pid): number {
  return Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[1]) / 1e6;
}

/** The threads, but for the main one, that have written more than `bytes` to files. */
export function writingThreads(pid: number, bytes: number): readonly number[] {
  const written = (thread: number): number =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/io`, "utf8").match(/^wchar: (\d+)/m)?.[1] ?? 0);
  const threads = readdirSync(`/proc/${pid}/task`).map(Number);
  return threads.filter((thread) => thread !== pid && written(thread) > bytes);
}

/** Anonymous resident memory, MB. */
export function anonymousMb(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/status`, "utf8").match(/RssAnon:\s+(\d+)/)?.[1] ?? 0) / 1024;
}

/** Bytes that a process made the kernel write to a disk. */
export function writtenBytes(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/io`, "utf8").match(/^write_bytes: (\d+)/m)?.[1] ?? 0);
}

/**
 * Which of the processes on this machine run first: `nice` is that of a process' whole session, as `nice(1)` counts (-20 first). Where
 * that is not allowed, all take turns as before.
 */
export function runBefore(pid: number, nice: number): void {
  try {
    writeFileSync(`/proc/${pid}/autogroup`, String(nice));
  } catch {
    // No root, or a kernel without groups.
  }
}
