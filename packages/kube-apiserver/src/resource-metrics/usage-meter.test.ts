// What pods and nodes use, from two readings of a kubelet: rates, freshness, containers that come and go, pages that are odd.
import type { Node } from "@skates/api/core/v1";
import { virtualClock } from "@skates/component-base";
import { describe, expect, it } from "vitest";
import { type NodeReading, readResourcePage } from "./read-page.ts";
import { UsageMeter } from "./usage-meter.ts";

const never = new AbortController().signal;
const NODE: Node = { kind: "Node", apiVersion: "v1", metadata: { name: "n1" }, spec: {} };

describe("a kubelet's page", () => {
  it("is read by container, with the times of its lines", () => {
    const page = `# TYPE container_cpu_usage_seconds_total counter
container_cpu_usage_seconds_total{container="c",namespace="a",pod="p"} 1.5 1000
container_memory_working_set_bytes{container="c",namespace="a",pod="p"} 2e6 1000
container_cpu_usage_seconds_total{container="half",namespace="a",pod="p"} 9 1000
node_cpu_usage_seconds_total 7.25 2000
node_memory_working_set_bytes 1024 2000
pod_cpu_usage_seconds_total{namespace="a",pod="p"} 1.5 1000
scrape_error 0
nonsense {{{ NaN
`;
    expect(readResourcePage(page, 5)).toEqual({
      node: { timestampMs: 2000, cpuSeconds: 7.25, memoryBytes: 1024 },
      pods: new Map([["a/p", new Map([["c", { timestampMs: 1000, cpuSeconds: 1.5, memoryBytes: 2_000_000 }]])]]),
    });
    expect(readResourcePage("", 5)).toEqual({ node: undefined, pods: new Map() });
  });
});

describe("use", () => {
  function meterOf(containers: () => Readonly<Record<string, number>>) {
    const clock = virtualClock();
    let reads = 0;
    const meter = new UsageMeter({
      clock,
      read: async () => {
        reads += 1;
        const at = (cpuSeconds: number) => ({ timestampMs: clock.nowMs(), cpuSeconds, memoryBytes: 100 });
        const reading: NodeReading = {
          node: at(clock.monotonicMs() / 1000),
          pods: new Map([["a/p", new Map(Object.entries(containers()).map(([name, cpu]) => [name, at(cpu)]))]]),
        };
        return reading;
      },
    });
    return { clock, meter, reads: () => reads };
  }

  it("is the difference of two readings; who asks first waits for the second", async () => {
    let cpu = 10;
    const { clock, meter, reads } = meterOf(() => ({ c: cpu }));
    const asked = Promise.all([meter.usageOf(NODE, never), meter.usageOf(NODE, never)]);
    await clock.advance(0);
    cpu += 0.5;
    await clock.advance(1_000);
    const [usage] = await asked;
    expect(usage?.pods.get("a/p")?.get("c")).toMatchObject({ cpuCores: 0.5, windowMs: 1_000, memoryBytes: 100 });
    expect(usage?.node?.cpuCores).toBe(1);
    expect(reads()).toBe(2);
  });

  it("is told to those who wait when whoever asked first leaves", async () => {
    const { clock, meter, reads } = meterOf(() => ({ c: 1 }));
    const leaving = new AbortController();
    const first = meter.usageOf(NODE, leaving.signal);
    const second = meter.usageOf(NODE, never);
    await clock.advance(500);
    leaving.abort(new Error("left"));
    await expect(first).rejects.toThrow("left");
    await clock.advance(0);
    await clock.advance(1_000);
    expect([(await second).node?.cpuCores, reads()]).toEqual([1, 3]);
  });

  it("is told again from memory for a while, then from one more reading, and anew after a minute", async () => {
    let cpu = 0;
    const { clock, meter, reads } = meterOf(() => ({ c: cpu }));
    const ask = async (advanceMs: number): Promise<number | undefined> => {
      const asked = meter.usageOf(NODE, never);
      await clock.advance(advanceMs);
      return (await asked).pods.get("a/p")?.get("c")?.cpuCores;
    };
    await ask(1_000);
    await clock.advance(10_000);
    cpu = 3;
    expect(await ask(0)).toBe(0);
    await clock.advance(20_000);
    expect(await ask(0)).toBe(0.1);
    expect(reads()).toBe(3);
    await clock.advance(3_600_000);
    expect(await ask(1_000)).toBe(0);
    expect(reads()).toBe(5);
  });

  it("leaves out pods with a container that has just been started anew", async () => {
    let cpus: Record<string, number> = { c: 5, d: 5 };
    const { clock, meter } = meterOf(() => cpus);
    const asked = meter.usageOf(NODE, never);
    await clock.advance(0);
    cpus = { c: 6, d: 0.1 };
    await clock.advance(1_000);
    expect((await asked).pods).toEqual(new Map());
  });
});
