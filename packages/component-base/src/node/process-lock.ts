import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hasCode } from "../errors.ts";
import { processStart } from "./process-start.ts";

/** A lock that is ours until released or until this process dies; or the living process that has it. */
export type ProcessLock = { readonly heldBy: number } | { readonly heldBy: undefined; release(): void };

interface Owner {
  readonly pid: number;
  /** Tells a process from a later one with the same number. */
  readonly start: string;
}

/** Takes the lock file at `path`, whose folder exists, for this process. The lock of a dead process is taken over. */
export function lockForProcess(path: string): ProcessLock {
  const mine = JSON.stringify({ pid: process.pid, start: processStart(process.pid) ?? "" } satisfies Owner);
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, mine, { mode: 0o600, flush: true });
  try {
    while (!tryLink(draft, path)) {
      const heldBy = livingOwner(path);
      if (heldBy !== undefined) return { heldBy };
    }
  } finally {
    rmSync(draft, { force: true });
  }
  return { heldBy: undefined, release: () => rmSync(path, { force: true }) };
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
function livingOwner(path: string): number | undefined {
  const owner = readOwner(path);
  if (owner === undefined) return undefined;
  if (processStart(owner.pid) === owner.start) return owner.pid;
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
  // Between reading and moving, another process may have taken over: then give it back.
  const moved = readOwner(aside);
  if (moved !== undefined && moved.start !== owner.start) tryLink(aside, path);
  rmSync(aside, { force: true });
  return undefined;
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
