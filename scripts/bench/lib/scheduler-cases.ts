/** The cases of upstream's scheduler benchmark (scheduler_perf), by their names there: what pods are like, and how many there are. */
import type { Node, Pod, PodAffinityTerm, TopologySpreadConstraint } from "@skates/api/core/v1";

export const ZONE = "topology.kubernetes.io/zone";
const HOST = "kubernetes.io/hostname";

/** A case: pods that are there before, pods that are measured. */
export interface SchedulerCase {
  readonly name: string;
  /** The aim in pods per second of CPU at 5,000 nodes. */
  readonly aim: number;
  readonly before?: (i: number) => Partial<Pod["spec"]>;
  readonly spec: (i: number) => Partial<Pod["spec"]>;
  readonly labels: Readonly<Record<string, string>>;
}

export function benchNode(i: number): Node {
  const allocatable = { cpu: "4", memory: "32Gi", pods: "110" };
  const labels = { [HOST]: `node-${i}`, [ZONE]: `zone-${i % 10}` };
  const metadata = { name: `node-${i}`, uid: `node-${i}`, labels };
  return { apiVersion: "v1", kind: "Node", metadata, spec: {}, status: { allocatable } };
}

export function benchPod(name: string, labels: Readonly<Record<string, string>>, spec: Partial<Pod["spec"]>): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "default", uid: name, generation: 1, labels },
    spec: {
      schedulerName: "default-scheduler",
      containers: [{ name: "main", image: "pause:3.10", resources: { requests: { cpu: "100m", memory: "500Mi" } } }],
      ...spec,
    },
  };
}

const term = (topologyKey: string, labels: Readonly<Record<string, string>>): PodAffinityTerm => ({
  topologyKey,
  labelSelector: { matchLabels: labels },
});
const spread = (whenUnsatisfiable: TopologySpreadConstraint["whenUnsatisfiable"]): Partial<Pod["spec"]> => ({
  topologySpreadConstraints: [
    { maxSkew: 5, topologyKey: ZONE, whenUnsatisfiable, labelSelector: { matchLabels: { color: "blue" } } },
  ],
});
const ask = (requests: Readonly<Record<string, string>>): Partial<Pod["spec"]> => ({
  containers: [{ name: "main", image: "pause:3.10", resources: { requests } }],
});
const green = { color: "green" };
const blue = { color: "blue" };
const red = { foo: "" };

export const SCHEDULER_CASES: readonly SchedulerCase[] = [
  { name: "SchedulingBasic", aim: 5000, labels: {}, spec: () => ({}) },
  { name: "each pod another amount", aim: 5000, labels: {}, spec: (i) => ask({ cpu: `${100 + (i % 900)}m` }) },
  {
    name: "each pod another amount of both",
    aim: 5000,
    labels: {},
    spec: (i) => ask({ cpu: `${100 + ((i * 37) % 900)}m`, memory: `${500 + ((i * 53) % 7000)}Mi` }),
  },
  {
    name: "SchedulingNodeAffinity",
    aim: 5000,
    labels: {},
    spec: () => ({
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchExpressions: [{ key: ZONE, operator: "In", values: ["zone-1", "zone-2"] }] }],
          },
        },
      },
    }),
  },
  {
    name: "SchedulingPodAntiAffinity",
    aim: 1000,
    labels: green,
    spec: () => ({
      affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term(HOST, green)] } },
    }),
  },
  {
    name: "SchedulingPodAffinity",
    aim: 1000,
    labels: blue,
    spec: () => ({ affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term(ZONE, blue)] } } }),
  },
  {
    name: "SchedulingPreferredPodAffinity",
    aim: 1000,
    labels: red,
    spec: () => ({
      affinity: {
        podAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: term(HOST, red) }],
        },
      },
    }),
  },
  {
    name: "SchedulingPreferredPodAntiAffinity",
    aim: 1000,
    labels: red,
    spec: () => ({
      affinity: {
        podAntiAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: term(HOST, red) }],
        },
      },
    }),
  },
  { name: "TopologySpreading", aim: 1000, labels: blue, spec: () => spread("DoNotSchedule") },
  { name: "PreferredTopologySpreading", aim: 1000, labels: blue, spec: () => spread("ScheduleAnyway") },
];
