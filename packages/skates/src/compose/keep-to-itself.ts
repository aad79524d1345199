import { writeFileSync } from "node:fs";

/** A process full of keys writes files for its owner alone, and leaves none of its memory behind when it crashes. */
export function keepToItself(): void {
  process.umask(0o077);
  try {
    writeFileSync("/proc/self/coredump_filter", "0");
  } catch {
    // no Linux, or a system without core dumps
  }
}
