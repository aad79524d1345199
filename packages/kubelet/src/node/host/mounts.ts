import { readFile } from "node:fs/promises";
import { runCommand } from "./run-command.ts";

/** A mount of this process's mount namespace. */
export interface Mount {
  readonly point: string;
  readonly type: string;
  /** What is mounted in it is seen wherever it is mounted too. */
  readonly shared: boolean;
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
      const [, , , , point = "", , ...tags] = before.split(" ");
      const shared = tags.some((tag) => tag.startsWith("shared:"));
      return { point: unescape(point), type, shared, superOptions: superOptions.split(",") };
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

/** The mount that a path, whose links are resolved, lies on; of several on one point the last is on top. */
export function mountOf(mounts: readonly Mount[], path: string): Mount | undefined {
  return mounts
    .filter(({ point }) => isBelow(path, point))
    .reduce<Mount | undefined>(
      (best, mount) => (best === undefined || mount.point.length >= best.point.length ? mount : best),
      undefined,
    );
}

/**
 * Makes mounts in a folder show to containers that have it, and theirs to the machine: volumes are mounted by drivers that run in
 * containers themselves. As upstream, the folder becomes a mount of its own unless it lies on a shared one. May be called again.
 */
export async function shareMounts(folder: string, signal: AbortSignal): Promise<void> {
  if (mountOf(await listMounts(), folder)?.shared === true) return;
  await runCommand(["mount", "--rbind", folder, folder], {}, signal);
  await runCommand(["mount", "--make-rshared", folder], {}, signal);
}

/** The kernel writes blanks and backslashes as octal numbers. */
function unescape(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
