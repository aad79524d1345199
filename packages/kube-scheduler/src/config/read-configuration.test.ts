// Configuration files of the scheduler: what is read, what profiles come of it, and in which words the rest is refused.
import { describe, expect, it } from "vitest";
import type { SchedulerPlugin } from "../framework/plugin.ts";
import { EXTENSION_POINTS } from "../framework/extension-points.ts";
import { defaultPlugins } from "../plugins/default-plugins.ts";
import { buildProfile } from "./build-profile.ts";
import { defaultConfiguration, readSchedulerConfiguration } from "./read-configuration.ts";

const read = (text: string) =>
  readSchedulerConfiguration(`apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n${text}`);
const binder: SchedulerPlugin = { name: "Binder", wakes: [], bind: () => Promise.resolve({ kind: "bound" }) };
const plugins = [...defaultPlugins(), binder];
const registry = Object.fromEntries(plugins.map((plugin) => [plugin.name, () => plugin]));
const defaults = plugins.map(({ name, weight }) => ({ name, weight }));
const profileOf = (text: string) => {
  const [first] = read(text).profiles;
  if (first === undefined) throw new Error("no profile");
  return buildProfile(first, { registry, defaults });
};
const namesAt = (text: string, point: (typeof EXTENSION_POINTS)[number]): readonly string[] =>
  profileOf(text).plugins[point].map(({ name }) => name);

describe("what is read", () => {
  it("is complete without a file", () => {
    expect(defaultConfiguration()).toEqual({
      profiles: [
        { schedulerName: "default-scheduler", percentageOfNodesToScore: undefined, plugins: {}, args: new Map() },
      ],
      extenders: [],
      podInitialBackoffSeconds: 1,
      podMaxBackoffSeconds: 10,
      leaderElection: undefined,
      requests: undefined,
      withoutEffect: [],
    });
  });

  it("has arguments with defaults, and says which fields mean nothing", () => {
    const { profiles, withoutEffect, extenders } = read(`
parallelism: 4
clientConnection: {kubeconfig: /etc/x}
percentageOfNodesToScore: 50
profiles:
- schedulerName: a
  pluginConfig:
  - name: NodeResourcesFit
    args: {scoringStrategy: {type: MostAllocated}}
- schedulerName: b
  percentageOfNodesToScore: 0
extenders: [{urlPrefix: "http://127.0.0.1:1", filterVerb: filter}]
`);
    expect(profiles.map((one) => [one.schedulerName, one.percentageOfNodesToScore])).toEqual([
      ["a", 50],
      ["b", 0],
    ]);
    const resources = [
      { name: "cpu", weight: 1 },
      { name: "memory", weight: 1 },
    ];
    expect(profiles[0]?.args.get("NodeResourcesFit")).toMatchObject({
      scoringStrategy: { type: "MostAllocated", resources },
    });
    expect(withoutEffect).toEqual(["parallelism", "clientConnection.kubeconfig"]);
    expect(extenders[0]?.httpTimeout).toBe("5s");
  });
});

describe("several schedulers", () => {
  it("elect a leader where they are told to", () => {
    const { leaderElection } = read("leaderElection: {leaderElect: true, leaseDuration: 30s, resourceName: mine}");
    expect(leaderElection).toEqual({
      namespace: "kube-system",
      name: "mine",
      leaseMs: 30_000,
      renewMs: 10_000,
      retryMs: 2000,
    });
    expect(read("leaderElection: {leaderElect: false, leaseDuration: 30s}").leaderElection).toBe(undefined);
  });
  it.each([
    [
      "{leaderElect: true, leaseDuration: 5s}",
      'leaderElection.leaseDuration: Invalid value: "10s": LeaseDuration must be greater than RenewDeadline',
    ],
    [
      "{leaderElect: true, retryPeriod: -1s}",
      'leaderElection.retryPeriod: Invalid value: "-1s": must be greater than zero',
    ],
    [
      "{leaderElect: true, resourceLock: endpoints}",
      'leaderElection.resourceLock: Invalid value: "endpoints": resourceLock value must be "leases"',
    ],
  ])("are refused with %s", (election, message) => {
    expect(() => read(`leaderElection: ${election}`)).toThrow(message);
  });
});

describe("requests", () => {
  it("are limited where it is said", () => {
    expect([
      read("clientConnection: {qps: 20, burst: 30}").requests,
      read("clientConnection: {qps: 0.5}").requests,
      read("clientConnection: {burst: 7}").requests,
      read("clientConnection: {qps: -1}").requests,
    ]).toEqual([{ perSecond: 20, burst: 30 }, { perSecond: 0.5, burst: 100 }, { perSecond: 50, burst: 7 }, undefined]);
    expect(() => read("clientConnection: {burst: -1}")).toThrow(
      "clientConnection.burst: Invalid value: -1: must be non-negative",
    );
  });
});

describe("the plugins of a profile", () => {
  it("are the default ones, less those that are disabled at a point or everywhere", () => {
    expect(namesAt("profiles: [{plugins: {score: {disabled: [{name: ImageLocality}]}}}]", "score")).toEqual([
      "TaintToleration",
      "NodeAffinity",
      "NodeResourcesFit",
      "PodTopologySpread",
      "InterPodAffinity",
      "NodeResourcesBalancedAllocation",
    ]);
    const none = "profiles: [{plugins: {filter: {disabled: [{name: '*'}], enabled: [{name: NodeName}]}}}]";
    expect(namesAt(none, "filter")).toEqual(["NodeName"]);
    const everywhere = "profiles: [{plugins: {multiPoint: {disabled: [{name: NodePorts}]}}}]";
    expect(namesAt(everywhere, "filter")).not.toContain("NodePorts");
  });

  it("count as much as is said", () => {
    const profile = profileOf("profiles: [{plugins: {score: {enabled: [{name: NodeAffinity, weight: 7}]}}}]");
    const weights = [...profile.weights].map(([{ name }, weight]) => [name, weight]);
    expect(weights).toContainEqual(["NodeAffinity", 7]);
    expect(weights).toContainEqual(["TaintToleration", 3]);
    expect(profile.plugins.score.at(-1)?.name).toBe("NodeAffinity");
  });

  it.each([
    ["filter: {enabled: [{name: Nope}]}", 'FilterPlugin "Nope" does not exist'],
    ["score: {enabled: [{name: NodeName}]}", 'plugin "NodeName" does not extend ScorePlugin plugin'],
    [
      "queueSort: {disabled: [{name: PrioritySort}]}",
      'at least one queue sort plugin is needed for profile with scheduler name "default-scheduler"',
    ],
    [
      "bind: {disabled: [{name: '*'}]}",
      'at least one bind plugin is needed for profile with scheduler name "default-scheduler"',
    ],
  ])("%s is refused", (text, message) => {
    expect(() => profileOf(`profiles: [{plugins: {${text}}}]`)).toThrow(message);
  });
});

const config = (name: string, args: string) => `profiles: [{pluginConfig: [{name: ${name}, args: ${args}}]}]`;
const ARGS = "profiles[0].pluginConfig[0].args";

describe("what is refused", () => {
  it.each([
    ["parallelism: 0", "parallelism: Invalid value: 0: should be an integer value greater than zero"],
    ["percentageOfNodesToScore: 101", "percentageOfNodesToScore: Invalid value: 101: not in valid range [0-100]"],
    ["podInitialBackoffSeconds: 0", "podInitialBackoffSeconds: Invalid value: 0: must be greater than 0"],
    [
      "podInitialBackoffSeconds: 20",
      "podMaxBackoffSeconds: Invalid value: 10: must be greater than or equal to PodInitialBackoffSeconds",
    ],
    ["profiles: [{schedulerName: a}, {}]", "profiles[1].schedulerName: Required value"],
    [
      "profiles: [{schedulerName: a}, {schedulerName: a}]",
      'profiles[1].schedulerName: Duplicate value: "profiles[0].schedulerName"',
    ],
    [
      "profiles: [{plugins: {filter: {enabled: [{name: EBSLimits}]}}}]",
      'profiles[0].plugins.filter.enabled[0]: Invalid value: "EBSLimits": was invalid in version "kubescheduler.config.k8s.io/v1" (KubeSchedulerConfiguration is version "kubescheduler.config.k8s.io/v1")',
    ],
    [
      config("InterPodAffinity", "{hardPodAffinityWeight: 101}"),
      `${ARGS}.hardPodAffinityWeight: Invalid value: 101: not in valid range [0, 100]`,
    ],
    [
      config("DefaultPreemption", "{minCandidateNodesPercentage: 0, minCandidateNodesAbsolute: 0}"),
      `${ARGS}.minCandidateNodesPercentage: Invalid value: 0: cannot be zero at the same time as minCandidateNodesAbsolute, ${ARGS}.minCandidateNodesAbsolute: Invalid value: 0: cannot be zero at the same time as minCandidateNodesPercentage`,
    ],
    [
      config("NodeResourcesFit", "{scoringStrategy: {type: RequestedToCapacityRatio}}"),
      `${ARGS}.scoringStrategy.requestedToCapacityRatio: Required value: must be specified when type is RequestedToCapacityRatio`,
    ],
    [
      config(
        "NodeResourcesFit",
        "{scoringStrategy: {type: RequestedToCapacityRatio, requestedToCapacityRatio: {shape: [{utilization: 50, score: 11}, {utilization: 0}]}}}",
      ),
      `${ARGS}.scoringStrategy.requestedToCapacityRatio.shape[1].utilization: Invalid value: 0: values must be sorted in increasing order, ${ARGS}.scoringStrategy.requestedToCapacityRatio.shape[0].score: Invalid value: 11: not in valid range [0, 10]`,
    ],
    [
      config(
        "PodTopologySpread",
        "{defaultConstraints: [{maxSkew: 1, topologyKey: a, whenUnsatisfiable: ScheduleAnyway}]}",
      ),
      `${ARGS}.defaultingType: Invalid value: "System": when .defaultConstraints are not empty`,
    ],
    [
      config("VolumeBinding", "{bindTimeoutSeconds: -1}"),
      `${ARGS}.bindTimeoutSeconds: Invalid value: -1: invalid BindTimeoutSeconds, should not be a negative value`,
    ],
    [
      config("NodeAffinity", "{kind: DefaultPreemptionArgs}"),
      "decoding .profiles[0].pluginConfig[0]: args for plugin NodeAffinity were not of type NodeAffinityArgs.kubescheduler.config.k8s.io, got DefaultPreemptionArgs.kubescheduler.config.k8s.io",
    ],
    [
      config("InterPodAffinity", "{weight: 1}"),
      'decoding .profiles[0].pluginConfig[0]: decoding args for plugin InterPodAffinity: strict decoding error: unknown field "weight"',
    ],
    [
      'extenders: [{urlPrefix: "http://a", prioritizeVerb: p}]',
      "extenders[0].weight: Invalid value: 0: must have a positive weight applied to it",
    ],
    [
      'extenders: [{urlPrefix: "http://a", bindVerb: b}, {urlPrefix: "http://b", bindVerb: b}]',
      'extenders: Invalid value: "found 2 extenders implementing bind": only one extender can implement bind',
    ],
    [
      'extenders: [{urlPrefix: "http://a", managedResources: [{name: cpu}]}]',
      'extenders[0].managedResources[0].name: Invalid value: "cpu": is an invalid extended resource name',
    ],
  ])("%s", (text, message) => {
    expect(() => read(text)).toThrow(new RegExp(`^${message.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}$`));
  });
});
