import { createHash } from "node:crypto";
import { existsSync, realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";

/** The data directory whose node uses upstream's host paths. */
export const STANDARD_DATA_DIR = "/var/lib/skates";

/** The longest path that a unix socket can have on Linux (108 bytes with the final zero). */
const SOCKET_PATH_BYTES_MAX = 107;

/** Where everything of one node lies on its machine. All paths are absolute. */
export interface NodePaths {
  readonly dataDir: string;
  /** 8 hex digits made from `dataDir`; part of the name of every table, cgroup and interface that is ours. */
  readonly id: string;
  /** True when upstream's host paths are used. */
  readonly standard: boolean;
  readonly containerd: ContainerdPaths;
  readonly cniConfDir: string;
  /** Addresses handed out by the host-local plugin. */
  readonly cniStateDir: string;
  readonly kubeletDir: string;
  /** Local-path volumes, a directory each. */
  readonly volumesDir: string;
  readonly podLogsDir: string;
  readonly containerLogsDir: string;
  /** Top cgroup of all pods, without a leading slash. */
  readonly cgroupRoot: string;
}

/** Files of our own containerd. */
export interface ContainerdPaths {
  readonly dir: string;
  readonly config: string;
  readonly root: string;
  readonly state: string;
  readonly temp: string;
  /** One folder per registry host with its `hosts.toml`. */
  readonly certs: string;
  readonly log: string;
  /** Path of the unix socket; the endpoint is `unix://` followed by it. */
  readonly socket: string;
  /** Folder outside the data directory for the socket, when a path inside would be too long. */
  readonly shortDir?: string | undefined;
}

/** The layout for a data directory, which need not exist yet. */
export function nodePaths(dataDir: string): NodePaths {
  const dir = realPath(dataDir);
  const id = createHash("sha256").update(dir).digest("hex").slice(0, 8);
  const standard = dir === STANDARD_DATA_DIR;
  const own = (...parts: readonly string[]): string => join(dir, ...parts);
  return {
    dataDir: dir,
    id,
    standard,
    containerd: containerdPaths(own("containerd"), id),
    cniConfDir: standard ? "/etc/cni/net.d" : own("cni", "net.d"),
    cniStateDir: own("cni", "addresses"),
    kubeletDir: standard ? "/var/lib/kubelet" : own("kubelet"),
    volumesDir: own("volumes"),
    podLogsDir: standard ? "/var/log/pods" : own("log", "pods"),
    containerLogsDir: standard ? "/var/log/containers" : own("log", "containers"),
    cgroupRoot: standard ? "kubepods" : `kubepods-${id}`,
  };
}

function containerdPaths(dir: string, id: string): ContainerdPaths {
  const inside = join(dir, "containerd.sock");
  const tooLong = Buffer.byteLength(`${inside}.ttrpc`) > SOCKET_PATH_BYTES_MAX;
  const shortDir = tooLong ? `/run/skates-${id}` : undefined;
  return {
    dir,
    config: join(dir, "config.toml"),
    root: join(dir, "root"),
    state: join(dir, "state"),
    temp: join(dir, "tmp"),
    certs: join(dir, "certs.d"),
    log: join(dir, "containerd.log"),
    socket: shortDir === undefined ? inside : join(shortDir, "containerd.sock"),
    shortDir,
  };
}

/** Links are followed, so that two names of one directory are one cluster; what does not exist yet is taken as named. */
function realPath(path: string): string {
  const absolute = resolve(path);
  if (existsSync(absolute)) return realpathSync(absolute);
  const parent = dirname(absolute);
  return parent === absolute ? absolute : join(realPath(parent), basename(absolute));
}
