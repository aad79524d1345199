import { readFile } from "node:fs/promises";
import { runCommand } from "./run-command.ts";

/** A mount of this process's mount namespace. */
export interface Mount {
  readonly point: string;
  readonly type: string;
  /** Options of the file system itself, such as the controllers of a cgroup hierarchy. */
  readonly superOptions: readonly string[];
}

/** All mounts, in the order in which they were made. */
export async function listMounts(): Promise<readonly Mount[]> {
  return parseMountInfo(await readFile("/proc/self/mountinfo", "utf8"));
}

/** Reads the text of `/proc/<pid>/mountinfo`. */
export function parseMountInfo(text: string): readonly Mount[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [before = "", after = ""] = line.split(" - ");
      const [type = "", , superOptions = ""] = after.split(" ");
      return { point: unescape(before.split(" ")[4] ?? ""), type, superOptions: superOptions.split(",") };
    });
}

/** True for `dir` itself and everything in it. */
export function isBelow(path: string, dir: string): boolean {
  return path === dir || path.startsWith(dir.endsWith("/") ? dir : `${dir}/`);
}

/**
 * Unmounts everything mounted in the given folders, last mounted first, and returns the mount points. What is busy is
 * detached: it vanishes from the file tree at once. Throws when something is still mounted there in the end.
 */
export async function unmountBelow(dirs: readonly string[], signal: AbortSignal): Promise<readonly string[]> {
  const done: string[] = [];
  // One point can be mounted upon several times, hence the rounds.
  for (let round = 0; round < 10; round += 1) {
    const points = (await listMounts())
      .map((mount) => mount.point)
      .filter((at) => dirs.some((dir) => isBelow(at, dir)));
    if (points.length === 0) return done;
    for (const point of points.reverse()) {
      await runCommand(["umount", "--lazy", "--no-canonicalize", "--", point], {}, signal);
      done.push(point);
    }
  }
  throw new Error(`mounts keep appearing in ${dirs.join(", ")}: end what mounts there first`);
}

/** The kernel writes blanks and backslashes as octal numbers. */
function unescape(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
