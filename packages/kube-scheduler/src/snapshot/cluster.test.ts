// What counts for which node while nodes and pods come and go, in any order, with pods that are assumed and pods that are forgotten.
import { describe, expect, it } from "vitest";
import { testNode, testPod } from "../testing/objects.ts";
import { clusterOf } from "../testing/ask.ts";
import type { Cluster } from "./cluster.ts";
import { podInfoOf, updatedPodInfo } from "./pod-info.ts";

const half = (name: string) => podInfoOf(testPod(name, { requests: { cpu: "500m" } }));
const cpuOf = (cluster: Cluster, node: string): number | undefined => cluster.node(node)?.requested.milliCpu;

describe("pods", () => {
  it("count once, however often they are seen", () => {
    const cluster = clusterOf([testNode("n1"), testNode("n2")]);
    cluster.assume(half("a"), "n1");
    expect([cpuOf(cluster, "n1"), cluster.isAssumed(half("a").uid)]).toEqual([500, true]);
    cluster.setPod(half("a"), "n1");
    expect([cpuOf(cluster, "n1"), cluster.isAssumed(half("a").uid)]).toEqual([500, false]);
    cluster.forget(half("a").uid);
    expect(cpuOf(cluster, "n1")).toBe(500);
    cluster.removePod(half("a").uid);
    expect(cpuOf(cluster, "n1")).toBe(0);
  });

  it("count where the API shows them, not where they were assumed", () => {
    const cluster = clusterOf([testNode("n1"), testNode("n2")]);
    cluster.assume(half("a"), "n1");
    cluster.setPod(half("a"), "n2");
    cluster.forget(half("a").uid);
    expect([cpuOf(cluster, "n1"), cpuOf(cluster, "n2")]).toEqual([0, 500]);
  });

  it("count no more once they are forgotten", () => {
    const cluster = clusterOf([testNode("n1")]);
    cluster.assume(half("a"), "n1");
    cluster.forget(half("a").uid);
    expect([cpuOf(cluster, "n1"), cluster.node("n1")?.pods.size, cluster.assumedCount]).toEqual([0, 0, 0]);
  });

  it("count for a node that comes later, or comes again", () => {
    const cluster = clusterOf([], []);
    cluster.setPod(half("a"), "n1");
    cluster.setPod(half("b"), "n1");
    cluster.removePod(half("b").uid);
    cluster.setNode(testNode("n1"));
    expect(cpuOf(cluster, "n1")).toBe(500);
    cluster.removeNode("n1");
    expect(cluster.nodeCount).toBe(0);
    cluster.setNode(testNode("other"));
    cluster.setNode(testNode("n1"));
    expect([cpuOf(cluster, "n1"), cpuOf(cluster, "other")]).toEqual([500, 0]);
  });

  it("change a node only if they count otherwise than before", () => {
    const cluster = clusterOf([testNode("n1")]);
    const pod = half("a");
    cluster.setPod(pod, "n1");
    const before = cluster.now;
    cluster.setPod(updatedPodInfo(pod, { ...pod.pod, status: { phase: "Running" } }), "n1");
    expect(cluster.now).toBe(before);
    expect(cluster.placed(pod.uid)?.pod.status?.phase).toBe("Running");
    const { metadata } = pod.pod;
    const resized = testPod("a", { requests: { cpu: "700m" } });
    cluster.setPod(updatedPodInfo(pod, { ...resized, metadata: { ...metadata, generation: 2 } }), "n1");
    expect(cpuOf(cluster, "n1")).toBe(700);
    expect(cluster.now).toBeGreaterThan(before);
  });
});

describe("images", () => {
  it("are counted over the nodes that have them", () => {
    const images = (...names: readonly string[]) => ({ images: [{ names, sizeBytes: 1 }] });
    const cluster = clusterOf([testNode("n1", images("a", "b")), testNode("n2", images("a"))]);
    const counts = (): readonly number[] => ["a", "b"].map((name) => cluster.images.nodesWith(name));
    expect(counts()).toEqual([2, 1]);
    const stamp = cluster.images.stampOf(["b"]);
    cluster.setNode(testNode("n1", images("a")));
    expect(counts()).toEqual([2, 0]);
    expect(cluster.images.stampOf(["b"])).toBeGreaterThan(stamp);
    cluster.removeNode("n2");
    expect(counts()).toEqual([1, 0]);
  });
});
