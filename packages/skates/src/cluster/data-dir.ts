import { homedir } from "node:os";
import { join } from "node:path";
import { nodePaths, type NodePaths, STANDARD_DATA_DIR } from "@skates/kubelet/node";

/** `/var/lib/skates` for root, else below the user's home. */
export function defaultDataDir(): string {
  if (process.getuid?.() === 0) return STANDARD_DATA_DIR;
  const base = process.env["XDG_DATA_HOME"] ?? join(homedir(), ".local", "share");
  return join(base, "skates");
}

/** All paths of a cluster, from its data directory. */
export interface Paths {
  readonly dataDir: string;
  /** Eight hex digits made from the directory: part of every name that the cluster gives outside it. */
  readonly id: string;
  readonly config: string;
  /** The administrator's. */
  readonly kubeconfig: string;
  readonly pki: string;
  /** The generated configuration of encryption at rest, with its key. */
  readonly encryption: string;
  readonly store: string;
  readonly logs: string;
  readonly auditLog: string;
  readonly node: NodePaths;
}

/** Where everything lies. The node's own paths, upstream's with root's default directory, are the kubelet's business. */
export function pathsOf(directory: string): Paths {
  const node = nodePaths(directory);
  const inside = (name: string): string => join(node.dataDir, name);
  return {
    dataDir: node.dataDir,
    id: node.id,
    config: inside("cluster.json"),
    kubeconfig: inside("kubeconfig"),
    pki: inside("pki"),
    encryption: inside("encryption.yaml"),
    store: inside("store"),
    logs: inside("logs"),
    auditLog: inside("logs/audit.log"),
    node,
  };
}
