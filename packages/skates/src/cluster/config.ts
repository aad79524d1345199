import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { CliError, EXIT, failure } from "../cli/errors.ts";
import type { GivenFlags } from "../cli/flags.ts";
import type { Paths } from "./data-dir.ts";

/** Raised when an older program could no longer read the file. */
const FORMAT = 1;

/** An etcd that holds the cluster's objects in the place of the store in the data directory. */
export interface EtcdConfig {
  readonly servers: readonly string[];
  /** What all keys start with, without a slash at the end. */
  readonly prefix: string;
  /** Absolute paths of PEM files. */
  readonly caFile?: string | undefined;
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
}

/** What is decided once, when a cluster is made; read by every later command. */
export interface ClusterConfig {
  readonly format: typeof FORMAT;
  readonly id: string;
  /** Which of the machine's clusters this is: fixes its address ranges. */
  readonly index: number;
  readonly runtime: "containerd" | "simulated";
  /** Simulated nodes; 0 with containerd. */
  readonly simulatedNodes: number;
  readonly nodeName: string;
  readonly serviceCidr: string;
  readonly podCidr: string;
  readonly dnsAddress: string;
  readonly clusterDomain: string;
  readonly apiPort: number;
  /** Absent: the objects are in the data directory. */
  readonly etcd?: EtcdConfig | undefined;
  /** Flags of the cluster's components (`component-flags/`), as the last `up` that had some gave them. */
  readonly flags?: GivenFlags | undefined;
  /** Somebody else's cluster that this directory is a node of; its server is there. Absent: the server is here. */
  readonly joined?: { readonly server: string } | undefined;
  /** Name of the context in the user's kubeconfig; absent: not merged. */
  readonly context?: string | undefined;
  /** The user's kubeconfig that the context was merged into. */
  readonly mergedInto?: string | undefined;
}

/** Address ranges of the n-th cluster of a machine: 10.96/10.244 for the first, the next free ones for further ones. */
export function rangesOf(index: number): Pick<ClusterConfig, "serviceCidr" | "podCidr" | "dnsAddress"> {
  return {
    serviceCidr: `10.${96 + index}.0.0/16`,
    podCidr: `10.${(244 + index) % 256}.0.0/16`,
    dnsAddress: `10.${96 + index}.0.10`,
  };
}

/** How many clusters one machine can hold, by their ranges. */
export const CLUSTERS_MAX = 12;

/** The settings of the cluster or node in this directory. Throws, with the exit code for it, if there is none. */
export function existingConfig(paths: Paths): ClusterConfig {
  const config = loadConfig(paths);
  if (config !== undefined) return config;
  throw new CliError(EXIT.notRunning, `there is no cluster in ${paths.dataDir}: run 'skates up' to make one`);
}

/** The same, for what only the directory with the cluster's server has: throws for a node of another cluster, too. */
export function existingServerConfig(paths: Paths): ClusterConfig {
  const config = existingConfig(paths);
  if (config.joined === undefined) return config;
  throw new CliError(
    EXIT.notRunning,
    `${paths.dataDir} is a node of ${config.joined.server}: run this where its server runs`,
  );
}

/** The cluster's settings, or undefined if there is no cluster in this directory. */
export function loadConfig(paths: Paths): ClusterConfig | undefined {
  if (!existsSync(paths.config)) return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(paths.config, "utf8"));
  } catch (cause) {
    throw failure(
      `${paths.config} cannot be read`,
      "restore it from a copy, or run 'skates delete' to start anew",
      cause,
    );
  }
  if (typeof parsed !== "object" || parsed === null || !("format" in parsed) || parsed.format !== FORMAT) {
    throw failure(
      `${paths.config} was written by another version of Skates`,
      "use that version, or run 'skates delete'",
    );
  }
  return parsed as ClusterConfig;
}

/** Writes the settings at once and whole. */
export function saveConfig(paths: Paths, config: Omit<ClusterConfig, "format">): ClusterConfig {
  mkdirSync(paths.dataDir, { recursive: true, mode: 0o700 });
  const whole: ClusterConfig = { format: FORMAT, ...config };
  const draft = `${paths.config}.new`;
  writeFileSync(draft, `${JSON.stringify(whole, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, paths.config);
  return whole;
}
