// How many pods figures ask for: upstream's rules on tolerance, pods that start, pods without figures, and what cannot be told.
import type { Pod } from "@skates/api/core/v1";
import { formatTime } from "@skates/apimachinery";
import { describe, expect, it } from "vitest";
import type { PodFigure } from "./pod-usage.ts";
import { byAverage, byUtilization, byValue, byValuePerPod, type PodMetricQuestion } from "./replica-calculator.ts";

const NOW = 1_767_300_000_000;
const OLD = formatTime(NOW - 3_600_000);
const tolerance = { down: 0.1, up: 0.1 };

function pod(
  name: string,
  more: { request?: string; ready?: boolean; started?: string; phase?: "Running" | "Failed"; deleted?: boolean } = {},
): Pod {
  const { request = "1", ready = true, started = OLD, phase = "Running", deleted = false } = more;
  return {
    kind: "Pod",
    apiVersion: "v1",
    metadata: { name, namespace: "a", ...(deleted ? { deletionTimestamp: OLD } : {}) },
    spec: { containers: [{ name: "c", resources: request === "" ? {} : { requests: { cpu: request } } }] },
    status: {
      phase,
      startTime: started,
      conditions: [{ type: "Ready", status: ready ? "True" : "False", lastTransitionTime: started }],
    },
  };
}
const figure = (milli: number): PodFigure => ({ milli, timestampMs: NOW, windowMs: 60_000 });
const ask = (pods: readonly Pod[], milli: Readonly<Record<string, number>>, resource = "cpu"): PodMetricQuestion => ({
  pods,
  found: new Map(Object.entries(milli).map(([name, value]) => [name, figure(value)])),
  currentReplicas: pods.length,
  tolerance,
  resource,
  nowMs: NOW,
});
const percent = (value: number) => ({ percent: value, container: undefined });
const three = ["a", "b", "c"].map((name) => pod(name));

describe("utilization", () => {
  it.each([
    ["above the target", { a: 300, b: 500, c: 700 }, 30, 5, 50],
    ["below the target", { a: 100, b: 300, c: 500 }, 100, 1, 30],
    ["within the tolerance", { a: 1010, b: 1030, c: 1020 }, 100, 3, 102],
    ["just beyond the tolerance", { a: 1120, b: 1120, c: 1120 }, 100, 4, 112],
  ])("%s", (_what, milli, target, replicas, current) => {
    expect(byUtilization(ask(three, milli), percent(target))).toMatchObject({ replicas, current });
  });

  it("pods that go, have failed, or have no figure are counted as upstream counts them", () => {
    const pods = [...three, pod("gone", { deleted: true }), pod("failed", { phase: "Failed" })];
    const asked = { ...ask(pods, { a: 700, b: 700, c: 700, gone: 9_999, failed: 9_999 }), currentReplicas: 3 };
    expect(byUtilization(asked, percent(50))).toMatchObject({ replicas: 5, current: 70 });
  });

  it("a pod without a figure is taken to be idle when pods would come, and busy when they would go", () => {
    // 100 % of two; with the third idle 66 %: fewer than 50 % are wanted, so pods still come, but not as many.
    expect(byUtilization(ask(three, { a: 1000, b: 1000 }), percent(50)).replicas).toBe(4);
    // 10 % of two; with the third at 100 % it is 40 %: less than 50 %, so three stay.
    expect(byUtilization(ask(three, { a: 100, b: 100 }), percent(50)).replicas).toBe(3);
  });

  it("pods that have just started do not bring more pods", () => {
    const starting = pod("new", { started: formatTime(NOW - 10_000), ready: false });
    const asked = ask([pod("a"), pod("b"), starting], { a: 900, b: 900, new: 5_000 });
    // 90 % of two against 80 %; with the third idle 60 %: turned round, so nothing changes.
    expect(byUtilization(asked, percent(80)).replicas).toBe(3);
  });

  it("memory of pods that start counts at once", () => {
    const withMemory = three.map((one) => ({
      ...one,
      spec: { containers: [{ name: "c", resources: { requests: { memory: "1" } } }] },
      status: { ...one.status, startTime: formatTime(NOW - 1_000) },
    }));
    expect(byUtilization(ask(withMemory, { a: 900, b: 900, c: 900 }, "memory"), percent(45)).replicas).toBe(6);
  });

  it("says why it cannot tell", () => {
    const refuse = (question: PodMetricQuestion) => () => byUtilization(question, percent(50));
    expect(refuse(ask([], {}))).toThrow("no pods returned by selector while calculating replica count");
    expect(refuse(ask([pod("a", { request: "" })], { a: 1 }))).toThrow(
      "missing request for cpu in container c of Pod a",
    );
    expect(refuse(ask(three, {}))).toThrow("did not receive metrics for targeted pods (pods might be unready)");
  });
});

describe("averages and totals", () => {
  it("averages over pods", () => {
    expect(byAverage(ask(three, { a: 20_000, b: 10_000, c: 30_000 }, ""), 15_000)).toEqual({
      replicas: 4,
      current: 20_000,
    });
    expect(byAverage(ask(three, { a: 10_000, b: 10_000 }, ""), 15_000).replicas).toBe(3);
  });

  it("one value for all: as many pods as are ready, times the ratio", () => {
    const asked = { pods: three, currentReplicas: 3, tolerance };
    expect(byValue(asked, { milli: 40_000, targetMilli: 20_000 })).toEqual({ replicas: 6, current: 40_000 });
    expect(byValue(asked, { milli: 21_000, targetMilli: 20_000 }).replicas).toBe(3);
    expect(byValue({ ...asked, currentReplicas: 0 }, { milli: 40_000, targetMilli: 20_000 }).replicas).toBe(2);
  });

  it("so much for each pod", () => {
    const asked = { currentReplicas: 3, tolerance };
    expect(byValuePerPod(asked, { milli: 800_000, targetMilli: 100_000 })).toEqual({ replicas: 8, current: 266_667 });
    expect(byValuePerPod(asked, { milli: 310_000, targetMilli: 100_000 }).replicas).toBe(3);
  });
});
