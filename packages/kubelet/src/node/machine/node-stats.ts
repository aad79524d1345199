import { statfs } from "node:fs/promises";
import { totalmem, uptime } from "node:os";
import type { NodeStats } from "../../server/stats.ts";
import type { Cgroups } from "../host/cgroups.ts";

/** What this machine uses, by its topmost cgroup and the disk that `dir` is on. */
export function nodeStats(cgroups: Cgroups, dir: string): NodeStats {
  return {
    startedAtMs: Date.now() - uptime() * 1000,
    memoryBytes: totalmem(),
    usage: () => cgroups.usage(""),
    disk: async () => {
      const disk = await statfs(dir);
      return {
        capacityBytes: disk.blocks * disk.bsize,
        availableBytes: disk.bavail * disk.bsize,
        inodes: disk.files,
        inodesFree: disk.ffree,
      };
    },
  };
}
