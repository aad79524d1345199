import {
  duplicate,
  equalValues,
  type FieldError,
  formatPath,
  invalid,
  type Path,
  required,
} from "@skates/apimachinery";
import type { KubeSchedulerConfiguration, KubeSchedulerProfile, Plugin } from "@skates/api/kubescheduler/v1";
import { EXTENSION_POINTS } from "../framework/extension-points.ts";

type Findings = readonly FieldError[];
type WithProfiles = KubeSchedulerConfiguration & { readonly profiles: readonly KubeSchedulerProfile[] };

const API_VERSION = "kubescheduler.config.k8s.io/v1";
/** Plugins of former versions. */
const REMOVED = ["AzureDiskLimits", "CinderLimits", "EBSLimits", "GCEPDLimits"];

/** What is wrong beside single profiles and extenders. */
export function configurationFindings(configuration: WithProfiles): Findings {
  const { parallelism = 16, profiles } = configuration;
  const { podInitialBackoffSeconds: initial = 1, podMaxBackoffSeconds: max = 10 } = configuration;
  const out: FieldError[] = [];
  if (parallelism <= 0) {
    out.push(invalid(["parallelism"], parallelism, "should be an integer value greater than zero"));
  }
  out.push(...nameFindings(profiles), ...queueSortFindings(profiles));
  out.push(...percentageFindings(configuration.percentageOfNodesToScore, ["percentageOfNodesToScore"]));
  if (initial <= 0) out.push(invalid(["podInitialBackoffSeconds"], initial, "must be greater than 0"));
  if (max < initial) {
    const message = "must be greater than or equal to PodInitialBackoffSeconds";
    out.push(invalid(["podMaxBackoffSeconds"], max, message));
  }
  return out;
}

/** What is wrong with a profile, its plugins' arguments aside. */
export function profileFindings(profile: KubeSchedulerProfile, path: Path): Findings {
  const out: FieldError[] = [];
  if ((profile.schedulerName ?? "") === "") out.push(required([...path, "schedulerName"]));
  out.push(...percentageFindings(profile.percentageOfNodesToScore, [...path, "percentageOfNodesToScore"]));
  for (const point of EXTENSION_POINTS) {
    for (const [i, { name }] of (profile.plugins?.[point]?.enabled ?? []).entries()) {
      out.push(...removedFindings(name, [...path, "plugins", point, "enabled", i]));
    }
  }
  const seen = new Set<string>();
  for (const [i, { name }] of (profile.pluginConfig ?? []).entries()) {
    const at = [...path, "pluginConfig", i];
    if (seen.has(name)) out.push(duplicate(at, name));
    seen.add(name);
    out.push(...removedFindings(name, at));
  }
  return out;
}

function removedFindings(name: string, path: Path): Findings {
  if (!REMOVED.includes(name)) return [];
  const message = `was invalid in version "${API_VERSION}" (KubeSchedulerConfiguration is version "${API_VERSION}")`;
  return [invalid(path, name, message)];
}

function nameFindings(profiles: readonly KubeSchedulerProfile[]): Findings {
  const seen = new Map<string, number>();
  return profiles.flatMap(({ schedulerName = "" }, i) => {
    const earlier = seen.get(schedulerName);
    seen.set(schedulerName, i);
    if (earlier === undefined) return [];
    const other = formatPath(["profiles", earlier, "schedulerName"]);
    return [duplicate(["profiles", i, "schedulerName"], other)];
  });
}

function percentageFindings(percentage: number | undefined, path: Path): Findings {
  if (percentage === undefined || (percentage >= 0 && percentage <= 100)) return [];
  return [invalid(path, percentage, "not in valid range [0-100]")];
}

/** There is one queue: all profiles must sort it in the same way. */
function queueSortFindings(profiles: readonly KubeSchedulerProfile[]): Findings {
  const [first, ...others] = profiles;
  const enabled: readonly Plugin[] = first?.plugins?.queueSort?.enabled ?? [];
  const out: FieldError[] = [];
  if (enabled.length > 1) {
    const at = ["profiles", 0, "plugins", "queueSort", "Enabled"];
    out.push(invalid(at, enabled.length, "only one queue sort plugin can be enabled"));
  }
  const name = enabled[0]?.name ?? "PrioritySort";
  const argsOf = ({ pluginConfig = [] }: KubeSchedulerProfile): unknown =>
    pluginConfig.find((config) => config.name === name)?.args;
  for (const [i, profile] of others.entries()) {
    const at = ["profiles", i + 1];
    const set = profile.plugins?.queueSort;
    if (!equalValues(first?.plugins?.queueSort, set)) {
      out.push(invalid([...at, "plugins", "queueSort"], set ?? {}, "must be the same for all profiles"));
    }
    if (first !== undefined && !equalValues(argsOf(first), argsOf(profile))) {
      const message = "queueSort must be the same for all profiles";
      out.push(invalid([...at, "pluginConfig", "args"], argsOf(profile) ?? {}, message));
    }
  }
  return out;
}
