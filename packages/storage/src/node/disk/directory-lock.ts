import { linkSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hasCode } from "@skates/component-base";
import { storeError } from "../../errors.ts";

/** A directory that is ours until released or until this process dies. */
export interface DirectoryLock {
  release(): void;
}

interface Owner {
  readonly pid: number;
  /** Tells a process from a later one with the same number. */
  readonly start: string;
}

/** Takes the directory for this process; throws `Locked`, naming the process that has it. The lock of a dead process is taken over. */
export function lockDirectory(directory: string): DirectoryLock {
  const path = `${directory}/lock`;
  const mine = JSON.stringify({ pid: process.pid, start: startOf(process.pid) ?? "" } satisfies Owner);
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, mine, { mode: 0o600, flush: true });
  try {
    while (!tryLink(draft, path)) removeStale(path, directory);
  } finally {
    rmSync(draft, { force: true });
  }
  return { release: () => rmSync(path, { force: true }) };
}

function tryLink(draft: string, path: string): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (hasCode(error, "EEXIST")) return false;
    throw error;
  }
}

/** Moves a dead process's lock out of the way; of several that try, one moves it, the others find nothing. */
function removeStale(path: string, directory: string): void {
  const owner = readOwner(path);
  if (owner === undefined) return;
  if (startOf(owner.pid) === owner.start) {
    throw storeError("Locked", `the store in ${directory} is open in process ${owner.pid}; stop that one first`);
  }
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return;
    throw error;
  }
  // Between reading and moving, another process may have taken over: then give it back.
  const moved = readOwner(aside);
  if (moved !== undefined && moved.start !== owner.start) tryLink(aside, path);
  rmSync(aside, { force: true });
}

function readOwner(path: string): Owner | undefined {
  try {
    const parsed: unknown = JSON.parse(readFileSync(path, "utf8"));
    if (typeof parsed !== "object" || parsed === null || !("pid" in parsed) || !("start" in parsed))
      return { pid: 0, start: "?" };
    return { pid: Number(parsed.pid), start: String(parsed.start) };
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    // A torn file: whoever wrote it is gone, since a lock appears whole.
    if (error instanceof SyntaxError) return { pid: 0, start: "?" };
    throw error;
  }
}

/** Boot and start time of a process; undefined when there is none. Without /proc only its existence is known. */
function startOf(pid: number): string | undefined {
  if (pid <= 0) return undefined;
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    // Killed, and only its parent has not noticed yet: nothing of it can write any more once its last thread is gone.
    if (fields[0] === "Z" && readdirSync(`/proc/${pid}/task`).length <= 1) return undefined;
    const ticks = fields[19];
    return `${boot}/${ticks}`;
  } catch (error) {
    if (!hasCode(error, "ENOENT") && !hasCode(error, "ESRCH")) throw error;
  }
  if (process.platform === "linux") return undefined;
  try {
    process.kill(pid, 0);
    return "running";
  } catch (error) {
    if (hasCode(error, "ESRCH")) return undefined;
    return "running";
  }
}
