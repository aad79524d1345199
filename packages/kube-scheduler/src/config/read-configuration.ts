import {
  type FieldError,
  invalidConfiguration,
  parseDuration,
  type Path,
  readConfiguration,
  refuseFindings,
} from "@skates/apimachinery";
import {
  type Extender,
  KubeSchedulerConfiguration,
  type KubeSchedulerProfile,
  type PluginConfig,
  type Plugins,
} from "@skates/api/kubescheduler/v1";
import { readPluginArgs } from "./plugin-args.ts";
import { extenderFindings } from "./validate-extenders.ts";
import { completeElection, connectionFindings, electionFindings } from "./validate-connection.ts";
import { configurationFindings, profileFindings } from "./validate-profiles.ts";

const API_VERSION = "kubescheduler.config.k8s.io/v1";

/** The configuration of the scheduler, complete and checked. */
export interface SchedulerConfiguration {
  readonly profiles: readonly ProfileConfiguration[];
  readonly extenders: readonly Extender[];
  readonly podInitialBackoffSeconds: number;
  readonly podMaxBackoffSeconds: number;
  /** Several schedulers agree by this lease which of them works; undefined: this one does. */
  readonly leaderElection: LeaderElection | undefined;
  /** The requests that the scheduler makes at most; undefined: as many as it wants. */
  readonly requests: RequestLimit | undefined;
  /** Fields that were given and mean nothing to this scheduler, for a line in the log. */
  readonly withoutEffect: readonly string[];
}

/** The lease, and its times. */
export interface LeaderElection {
  readonly namespace: string;
  readonly name: string;
  readonly leaseMs: number;
  readonly renewMs: number;
  readonly retryMs: number;
}

export interface RequestLimit {
  readonly perSecond: number;
  /** At once. */
  readonly burst: number;
}

export interface ProfileConfiguration {
  readonly schedulerName: string;
  readonly percentageOfNodesToScore?: number | undefined;
  readonly plugins: Plugins;
  /** By plugin: its arguments, read and complete for plugins that we know, as they were given for others. */
  readonly args: ReadonlyMap<string, unknown>;
}

/**
 * Reads a `KubeSchedulerConfiguration` from YAML or JSON: strictly, with defaults, and validated in upstream's words. Throws
 * `InvalidConfiguration` with all findings.
 */
export function readSchedulerConfiguration(text: string): SchedulerConfiguration {
  const read = readConfiguration<KubeSchedulerConfiguration>(text, [
    {
      group: "kubescheduler.config.k8s.io",
      version: "v1",
      kind: "KubeSchedulerConfiguration",
      schema: KubeSchedulerConfiguration,
    },
  ]);
  return completed(read);
}

/** The configuration that holds when none is given. */
export function defaultConfiguration(): SchedulerConfiguration {
  return completed({ apiVersion: API_VERSION, kind: "KubeSchedulerConfiguration" });
}

function completed(given: KubeSchedulerConfiguration): SchedulerConfiguration {
  const configuration = { ...given, profiles: namedProfiles(given.profiles ?? []) };
  const findings: FieldError[] = [
    ...configurationFindings(configuration),
    ...electionFindings(configuration.leaderElection, ["leaderElection"]),
    ...connectionFindings(configuration.clientConnection, ["clientConnection"]),
    ...extenderFindings(configuration.extenders ?? [], ["extenders"]),
  ];
  const profiles = configuration.profiles.map((profile, i): ProfileConfiguration => {
    const path = ["profiles", i];
    const args = argsOf(profile.pluginConfig ?? [], i, [...path, "pluginConfig"]);
    findings.push(...profileFindings(profile, path), ...args.findings);
    const percentage = profile.percentageOfNodesToScore ?? configuration.percentageOfNodesToScore;
    return {
      schedulerName: profile.schedulerName ?? "",
      percentageOfNodesToScore: percentage,
      plugins: profile.plugins ?? {},
      args: args.byName,
    };
  });
  refuseFindings(findings);
  return {
    profiles,
    extenders: configuration.extenders ?? [],
    podInitialBackoffSeconds: configuration.podInitialBackoffSeconds ?? 1,
    podMaxBackoffSeconds: configuration.podMaxBackoffSeconds ?? 10,
    leaderElection: leaderElectionOf(given),
    requests: requestLimitOf(given),
    withoutEffect: withoutEffect(given),
  };
}

/** Only where it is asked for: a cluster has one scheduler, beside its server. */
function leaderElectionOf({ leaderElection }: KubeSchedulerConfiguration): LeaderElection | undefined {
  if (leaderElection?.leaderElect !== true) return undefined;
  const { leaseDuration, renewDeadline, retryPeriod, resourceName, resourceNamespace } =
    completeElection(leaderElection);
  return {
    namespace: resourceNamespace,
    name: resourceName,
    leaseMs: parseDuration(leaseDuration),
    renewMs: parseDuration(renewDeadline),
    retryMs: parseDuration(retryPeriod),
  };
}

/**
 * Only where one of the two is given, for between threads nothing has to be spared; then the other is upstream's default. A negative rate
 * means none, as upstream.
 */
function requestLimitOf({ clientConnection }: KubeSchedulerConfiguration): RequestLimit | undefined {
  const { qps = 0, burst = 0 } = clientConnection ?? {};
  if (qps < 0 || (qps === 0 && burst === 0)) return undefined;
  return { perSecond: qps || 50, burst: burst || 100 };
}

/** Only a single profile has a name by default. */
function namedProfiles(profiles: readonly KubeSchedulerProfile[]): readonly KubeSchedulerProfile[] {
  const [first = {}] = profiles;
  return profiles.length > 1 ? profiles : [{ schedulerName: "default-scheduler", ...first }];
}

function argsOf(
  configs: readonly PluginConfig[],
  profile: number,
  path: Path,
): { readonly byName: ReadonlyMap<string, unknown>; readonly findings: readonly FieldError[] } {
  const byName = new Map<string, unknown>();
  const findings: FieldError[] = [];
  const errors: string[] = [];
  for (const [i, { name, args }] of configs.entries()) {
    const read = readPluginArgs(name, args ?? {}, [...path, i, "args"]);
    if ("error" in read) errors.push(`decoding .profiles[${profile}].pluginConfig[${i}]: ${read.error}`);
    else {
      byName.set(name, read.args);
      findings.push(...read.findings);
    }
  }
  if (errors.length > 0) throw invalidConfiguration(errors.join(", "));
  return { byName, findings };
}

/** The scheduler reaches the API without a connection, searches in one thread, and keeps no caches before it leads. */
function withoutEffect(given: KubeSchedulerConfiguration): readonly string[] {
  const names = ["parallelism", "enableProfiling", "enableContentionProfiling", "delayCacheUntilActive"] as const;
  const ofConnection = ["kubeconfig", "acceptContentTypes", "contentType"] as const;
  return [
    ...names.filter((name) => given[name] !== undefined),
    ...ofConnection
      .filter((name) => (given.clientConnection?.[name] ?? "") !== "")
      .map((name) => `clientConnection.${name}`),
  ];
}
