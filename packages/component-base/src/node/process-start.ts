import { readdirSync, readFileSync } from "node:fs";
import { hasCode } from "../errors.ts";

/**
 * Boot and start time of a process, which tell it from a later one with the same number; undefined when there is none. One that
 * has ended and that nobody has waited for yet is none, once its last thread is gone. Without /proc only existence is known.
 */
export function processStart(pid: number): string | undefined {
  if (pid <= 0) return undefined;
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name stands in parentheses and may itself hold spaces and parentheses.
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
