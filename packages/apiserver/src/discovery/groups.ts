import type { Resource } from "@skates/apimachinery";

/** The versions of a group, the preferred one first. */
export interface Group {
  /** Empty for core. */
  readonly name: string;
  readonly versions: readonly GroupVersionResources[];
}
export interface GroupVersionResources {
  readonly version: string;
  /** By name. */
  readonly resources: readonly Resource[];
}

/** Upstream's order of its own groups, by their priority; others follow by name. */
const ORDER: readonly string[] = [
  "",
  "apiregistration.k8s.io",
  "apps",
  "events.k8s.io",
  "authentication.k8s.io",
  "authorization.k8s.io",
  "autoscaling",
  "batch",
  "certificates.k8s.io",
  "networking.k8s.io",
  "policy",
  "rbac.authorization.k8s.io",
  "storage.k8s.io",
  "admissionregistration.k8s.io",
  "apiextensions.k8s.io",
  "scheduling.k8s.io",
  "coordination.k8s.io",
  "node.k8s.io",
  "discovery.k8s.io",
  "flowcontrol.apiserver.k8s.io",
  "resource.k8s.io",
];

/** What is served, by group and version, in the order in which discovery tells it. */
export function groupsOf(resources: readonly Resource[]): readonly Group[] {
  const groups = new Map<string, Map<string, Resource[]>>();
  for (const resource of resources) {
    const versions = groups.get(resource.group) ?? new Map<string, Resource[]>();
    groups.set(resource.group, versions);
    versions.set(resource.version, [...(versions.get(resource.version) ?? []), resource]);
  }
  return [...groups.entries()]
    .sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1))
    .map(([name, versions]) => ({
      name,
      versions: [...versions.entries()]
        .sort(([a], [b]) => compareVersions(b, a))
        .map(([version, members]) => ({
          version,
          resources: members.toSorted((a, b) => (a.plural < b.plural ? -1 : 1)),
        })),
    }));
}

function rank(group: string): number {
  const at = ORDER.indexOf(group);
  return at < 0 ? ORDER.length : at;
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
