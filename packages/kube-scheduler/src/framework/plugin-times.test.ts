// What metrics say of plugins: calls of a sample of attempts are measured, all attempts are counted.
import { createMetrics, seededRandom, virtualClock } from "@skates/component-base";
import { expect, it } from "vitest";
import { schedulerMetrics } from "../metrics.ts";
import { podInfoOf } from "../snapshot/pod-info.ts";
import { clusterOf } from "../testing/ask.ts";
import { testNode, testPod } from "../testing/objects.ts";
import { Framework } from "./framework.ts";
import type { SchedulerPlugin } from "./plugin.ts";
import { MeasuredTimes } from "./plugin-times.ts";
import { profileOf } from "./profile.ts";

const against: SchedulerPlugin = {
  name: "Against",
  wakes: [],
  sign: () => 0,
  prepare: () => ({ filter: ({ name }) => (name === "n2" ? { reasons: ["no"], resolvable: false } : undefined) }),
};
const scoring: SchedulerPlugin = { name: "Scoring", wakes: [], sign: () => 0, prepare: () => ({ score: () => 1 }) };

it("measures the calls of one attempt in 64, and counts all", () => {
  const registry = createMetrics();
  const times = new MeasuredTimes({ metrics: schedulerMetrics(registry), clock: virtualClock(), profile: "p" });
  const snapshot = clusterOf([testNode("n1"), testNode("n2")]);
  const profile = profileOf("p", [against, scoring]);
  const framework = new Framework({ profile, snapshot, random: seededRandom(1), times });
  for (let i = 0; i < 65; i++) framework.decide(podInfoOf(testPod(`p${i}`)));
  times.flush();
  const of = (name: string) =>
    registry
      .render()
      .split("\n")
      .filter((line) => line.startsWith(`scheduler_${name}{`))
      .map((line) => line.slice(`scheduler_${name}`.length));
  // The last attempt asks nobody: what was said of the nodes is known.
  expect(of("plugin_execution_duration_seconds_count")).toEqual([
    '{plugin="Against",extension_point="PreFilter",status="Success"} 1',
    '{plugin="Scoring",extension_point="PreFilter",status="Success"} 1',
    '{plugin="Against",extension_point="Filter",status="Success"} 1',
    '{plugin="Scoring",extension_point="Score",status="Success"} 1',
    '{plugin="Against",extension_point="Filter",status="UnschedulableAndUnresolvable"} 1',
  ]);
  expect(of("plugin_evaluation_total")).toEqual([
    '{plugin="Against",extension_point="PreFilter",profile="p"} 65',
    '{plugin="Against",extension_point="Filter",profile="p"} 65',
    '{plugin="Scoring",extension_point="PreScore",profile="p"} 65',
    '{plugin="Scoring",extension_point="Score",profile="p"} 65',
  ]);
  expect(of("framework_extension_point_duration_seconds_count")).toEqual([
    '{extension_point="PreFilter",status="Success",profile="p"} 2',
    '{extension_point="Filter",status="Success",profile="p"} 2',
    '{extension_point="Score",status="Success",profile="p"} 2',
  ]);
});

it("tells of a point by what came of it", () => {
  const registry = createMetrics();
  const times = new MeasuredTimes({ metrics: schedulerMetrics(registry), clock: virtualClock(), profile: "p" });
  const refusing: SchedulerPlugin = {
    name: "Refusing",
    wakes: [],
    prepare: () => ({ reasons: ["no"], resolvable: false }),
  };
  const profile = profileOf("p", [refusing]);
  const snapshot = clusterOf([testNode("n1")]);
  new Framework({ profile, snapshot, random: seededRandom(1), times }).decide(podInfoOf(testPod("p")));
  expect(registry.render().match(/^scheduler_framework_extension_point_duration_seconds_count.*$/gm)).toEqual([
    'scheduler_framework_extension_point_duration_seconds_count{extension_point="PreFilter",status="UnschedulableAndUnresolvable",profile="p"} 1',
    'scheduler_framework_extension_point_duration_seconds_count{extension_point="Filter",status="Success",profile="p"} 1',
  ]);
});
