import { lockForProcess } from "@skates/component-base/node";
import { storeError } from "../../errors.ts";

/** A directory that is ours until released or until this process dies. */
export interface DirectoryLock {
  release(): void;
}

/** Takes the directory for this process; throws `Locked`, naming the process that has it. The lock of a dead process is taken over. */
export function lockDirectory(directory: string): DirectoryLock {
  const lock = lockForProcess(`${directory}/lock`);
  if (lock.heldBy === undefined) return lock;
  throw storeError("Locked", `the store in ${directory} is open in process ${lock.heldBy}; stop that one first`);
}
