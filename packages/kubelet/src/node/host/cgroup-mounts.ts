import type { Mount } from "./mounts.ts";

/** The cgroup hierarchies of a machine. */
export interface CgroupMounts {
  /** 2 only where everything is in the unified hierarchy at /sys/fs/cgroup, as container runtimes decide it. */
  readonly version: 1 | 2;
  readonly hierarchies: readonly CgroupHierarchy[];
}

/** One mounted hierarchy; v2, v1 with named controllers, or v1 with a name only. */
export interface CgroupHierarchy {
  readonly dir: string;
  readonly unified: boolean;
  /** As the mount tells; a v2 hierarchy tells them in its `cgroup.controllers` instead, which `detectHost` reads. */
  readonly controllers: readonly string[];
}

const CGROUP_DIR = "/sys/fs/cgroup";
const MOUNT_FLAGS: ReadonlySet<string> = new Set(["rw", "ro", "xattr", "clone_children", "noprefix"]);

/** Finds the hierarchies among the mounts. */
export function cgroupMounts(mounts: readonly Mount[]): CgroupMounts {
  const hierarchies = mounts
    .filter(({ type, point }) => (type === "cgroup" || type === "cgroup2") && point.startsWith(CGROUP_DIR))
    .map(({ type, point, superOptions }) => ({
      dir: point,
      unified: type === "cgroup2",
      controllers:
        type === "cgroup" ? superOptions.filter((option) => !MOUNT_FLAGS.has(option) && !option.includes("=")) : [],
    }));
  const version = hierarchies.some(({ dir, unified }) => unified && dir === CGROUP_DIR) ? 2 : 1;
  return { version, hierarchies: version === 2 ? hierarchies.filter(({ unified }) => unified) : hierarchies };
}
