import { createHash } from "node:crypto";
import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** The data directory of root, where upstream's host paths are used too. */
export const ROOT_DATA_DIR = "/var/lib/skates";

/** `/var/lib/skates` for root, else below the user's home. */
export function defaultDataDir(): string {
  if (process.getuid?.() === 0) return ROOT_DATA_DIR;
  const base = process.env["XDG_DATA_HOME"] ?? join(homedir(), ".local", "share");
  return join(base, "skates");
}

/** All paths of a cluster, from its data directory. */
export interface Paths {
  readonly dataDir: string;
  /** Eight hex digits made from the directory: part of every name that the cluster gives outside it. */
  readonly id: string;
  readonly config: string;
  readonly kubeconfig: string;
  readonly pki: string;
  readonly store: string;
  readonly logs: string;
  readonly run: string;
  /** Upstream's `/var/lib/kubelet` with the default directory. */
  readonly kubelet: string;
  readonly podLogs: string;
  readonly containerLogs: string;
  readonly cniConf: string;
  readonly node: string;
}

/** Where everything lies. With root's default directory the node uses upstream's host paths, which log collectors and drivers expect. */
export function pathsOf(directory: string): Paths {
  const dataDir = resolve(directory);
  const upstream = dataDir === ROOT_DATA_DIR;
  const id = createHash("sha256").update(dataDir).digest("hex").slice(0, 8);
  const inside = (...names: string[]): string => join(dataDir, ...names);
  return {
    dataDir,
    id,
    config: inside("cluster.json"),
    kubeconfig: inside("kubeconfig"),
    pki: inside("pki"),
    store: inside("store"),
    logs: inside("logs"),
    run: inside("run"),
    node: inside("node"),
    kubelet: upstream ? "/var/lib/kubelet" : inside("kubelet"),
    podLogs: upstream ? "/var/log/pods" : inside("pod-logs"),
    containerLogs: upstream ? "/var/log/containers" : inside("container-logs"),
    cniConf: upstream ? "/etc/cni/net.d" : inside("cni"),
  };
}
