// An autoscaler brings its deployment to the size that its figures ask for through every fault, and keeps to its bounds throughout.
import { type Deployment, deployments } from "@skates/api/apps/v1";
import { type HorizontalPodAutoscaler, horizontalPodAutoscalers } from "@skates/api/autoscaling/v2";
import { pods } from "@skates/api/core/v1";
import { textResponse } from "@skates/apiserver";
import { expect } from "vitest";
import { podActive } from "../pod/pod-state.ts";
import type { Cluster } from "./cluster.ts";
import { survives } from "./survival.ts";

const at = (name: string) => ({ namespace: "default", name });
const web: Deployment = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: at("web"),
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: "web" } },
    template: {
      metadata: { name: "", labels: { app: "web" } },
      spec: { containers: [{ name: "web", image: "web", resources: { requests: { cpu: "1" } } }] },
    },
  },
};
const autoscaler: HorizontalPodAutoscaler = {
  apiVersion: "autoscaling/v2",
  kind: "HorizontalPodAutoscaler",
  metadata: at("web"),
  spec: {
    scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" },
    minReplicas: 1,
    maxReplicas: 4,
    metrics: [{ type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 50 } } }],
  },
};

let cluster: Cluster;
survives("an autoscaled deployment", {
  nodes: ["n1"],
  world: {
    // Each pod uses a whole core, twice what is wanted: there can never be enough of them.
    kubelets: () => async () => {
      const nowMs = cluster.world.clock.nowMs();
      const seconds = cluster.world.clock.monotonicMs() / 1000;
      const lines = (await cluster.world.list(pods, "default")).flatMap(({ metadata: { name } }) => [
        `container_cpu_usage_seconds_total{container="web",namespace="default",pod="${name}"} ${seconds} ${nowMs}`,
        `container_memory_working_set_bytes{container="web",namespace="default",pod="${name}"} 1048576 ${nowMs}`,
      ]);
      return textResponse(200, `${lines.join("\n")}\n`);
    },
  },
  prepare: (made) => (cluster = made),
  changes: [
    async ({ world }) => {
      await world.create(deployments, web);
      await world.create(horizontalPodAutoscalers, autoscaler);
    },
  ],
  without: {
    "the clock jumps back by an hour": "pods that began in the future are taken for starting, as upstream does",
  },
  troubleSeconds: 150,
  peaceSeconds: 240,
  always: async ({ world }) => {
    // At first there may be none yet.
    for (const { spec } of await world.list(deployments)) expect(spec.replicas).toBeLessThanOrEqual(4);
  },
  outcome: async ({ world }) => {
    const { status } = await world.get(horizontalPodAutoscalers, at("web"));
    return {
      pods: (await world.list(pods)).filter(podActive).length,
      status: [status?.currentReplicas, status?.desiredReplicas],
      conditions: status?.conditions?.map(({ type, status: is, reason }) => `${type}=${is} ${reason}`),
    };
  },
  expected: {
    pods: 4,
    status: [4, 4],
    conditions: [
      "AbleToScale=True ReadyForNewScale",
      "ScalingActive=True ValidMetricFound",
      "ScalingLimited=True TooManyReplicas",
    ],
  },
});
