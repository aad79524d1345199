import type { Resource } from "@skates/apimachinery";
import type { RemoteVersion } from "../aggregation.ts";

/** The versions of a group, the preferred one first. */
export interface Group {
  /** Empty for core. */
  readonly name: string;
  readonly versions: readonly GroupVersionResources[];
}
export interface GroupVersionResources {
  readonly version: string;
  /** By name; none of a version that another server answers for. */
  readonly resources: readonly Resource[];
  readonly remote: RemoteVersion | undefined;
}

/** Upstream's priorities of its own groups. */
const PRIORITIES: Readonly<Record<string, number>> = {
  "": 18_000,
  "apiregistration.k8s.io": 17_999,
  apps: 17_800,
  "events.k8s.io": 17_750,
  "authentication.k8s.io": 17_700,
  "authorization.k8s.io": 17_600,
  autoscaling: 17_500,
  batch: 17_400,
  "certificates.k8s.io": 17_300,
  "networking.k8s.io": 17_200,
  policy: 17_100,
  "rbac.authorization.k8s.io": 17_000,
  "storage.k8s.io": 16_800,
  "apiextensions.k8s.io": 16_700,
  "admissionregistration.k8s.io": 16_700,
  "scheduling.k8s.io": 16_600,
  "coordination.k8s.io": 16_500,
  "node.k8s.io": 16_300,
  "discovery.k8s.io": 16_200,
  "flowcontrol.apiserver.k8s.io": 16_100,
  "internal.apiserver.k8s.io": 16_000,
  "resource.k8s.io": 15_900,
  "storagemigration.k8s.io": 15_800,
};
const CUSTOM_GROUP = 1000;
const CUSTOM_VERSION = 100;
/** Among versions of one group; others that the server itself has: 15. */
const VERSION_PRIORITIES: Readonly<Record<string, number>> = {
  "/v1": 1,
  "autoscaling/v2": 30,
  "flowcontrol.apiserver.k8s.io/v1": 21,
};
const OWN_VERSION = 15;

/** Where a version of a group comes in discovery; higher first. */
export interface VersionPriority {
  readonly group: number;
  readonly version: number;
}

/** Of a group that the server has of its own, as upstream registers it; undefined: none of those. */
export function ownPriority(group: string, version: string): VersionPriority | undefined {
  const ofGroup = Object.hasOwn(PRIORITIES, group) ? PRIORITIES[group] : undefined;
  if (ofGroup === undefined) return undefined;
  return { group: ofGroup, version: VERSION_PRIORITIES[`${group}/${version}`] ?? OWN_VERSION };
}

/** Of the groups of custom resources; their versions are ordered by their names. */
export const CUSTOM_PRIORITY: VersionPriority = { group: CUSTOM_GROUP, version: CUSTOM_VERSION };

/** What is served, by group and version, in the order in which discovery tells it. Versions of other servers go before own ones. */
export function groupsOf(resources: readonly Resource[], remotes: readonly RemoteVersion[] = []): readonly Group[] {
  const groups = new Map<string, Map<string, Member>>();
  const memberOf = (group: string, version: string): Member => {
    const versions = groups.get(group) ?? new Map<string, Member>();
    groups.set(group, versions);
    const member = versions.get(version) ?? {
      resources: [],
      remote: undefined,
      priority: ownPriority(group, version) ?? CUSTOM_PRIORITY,
    };
    versions.set(version, member);
    return member;
  };
  for (const resource of resources) memberOf(resource.group, resource.version).resources.push(resource);
  for (const remote of remotes) {
    const member = memberOf(remote.group, remote.version);
    member.remote = remote;
    member.resources = [];
    member.priority = { group: remote.groupPriority, version: remote.versionPriority };
  }
  return [...groups]
    .map(([name, versions]) => ({
      name,
      priority: Math.max(...[...versions.values()].map(({ priority }) => priority.group)),
      versions: [...versions]
        .sort(([a, left], [b, right]) => right.priority.version - left.priority.version || compareVersions(b, a))
        .map(([version, member]) => ({
          version,
          remote: member.remote,
          resources: member.resources.toSorted((a, b) => (a.plural < b.plural ? -1 : 1)),
        })),
    }))
    .sort((a, b) => b.priority - a.priority || (a.name < b.name ? -1 : 1))
    .map(({ name, versions }) => ({ name, versions }));
}

interface Member {
  resources: Resource[];
  remote: RemoteVersion | undefined;
  priority: VersionPriority;
}

const STAGES: readonly string[] = ["alpha", "beta", ""];

/** By stage, then number: v2 above v1, above v1beta2, above v1beta1, above v1alpha1; anything else below, by name. */
export function compareVersions(a: string, b: string): number {
  const left = parseVersion(a);
  const right = parseVersion(b);
  if (left === undefined || right === undefined) {
    if (left !== undefined) return 1;
    if (right !== undefined) return -1;
    return a < b ? 1 : -1;
  }
  for (const [i, part] of left.entries()) if (part !== right[i]) return part - (right[i] ?? 0);
  return 0;
}

function parseVersion(text: string): readonly number[] | undefined {
  const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(text);
  return match === null ? undefined : [STAGES.indexOf(match[2] ?? ""), Number(match[1]), Number(match[3] ?? 0)];
}
