// Volumes on the pages of the kubelet's API: what drivers say, what they do not, and claims that several pods have.
import { expect, test } from "vitest";
import { type VolumeUse, volumeMetrics, volumeSummary } from "./volume-stats.ts";

const bytes = { total: 100, used: 40, available: 60 };
const claimed: VolumeUse = { podUid: "u1", volume: "data", claim: { namespace: "ns", name: "c" }, bytes };
const inline: VolumeUse = { podUid: "u1", volume: "own", inodes: { total: 10, used: 4, available: 6 } };

test("a summary shows what is known", () => {
  expect([claimed, inline].map((use) => volumeSummary(use, "now"))).toEqual([
    {
      time: "now",
      name: "data",
      pvcRef: { name: "c", namespace: "ns" },
      availableBytes: 60,
      capacityBytes: 100,
      usedBytes: 40,
    },
    { time: "now", name: "own", inodesFree: 6, inodes: 10, inodesUsed: 4 },
  ]);
});

test("metrics show claims, each once", () => {
  expect(volumeMetrics([claimed, { ...claimed, podUid: "u2" }, inline])).toBe(
    `# HELP kubelet_volume_stats_available_bytes [ALPHA] Number of available bytes in the volume
# TYPE kubelet_volume_stats_available_bytes gauge
kubelet_volume_stats_available_bytes{namespace="ns",persistentvolumeclaim="c"} 60
# HELP kubelet_volume_stats_capacity_bytes [ALPHA] Capacity in bytes of the volume
# TYPE kubelet_volume_stats_capacity_bytes gauge
kubelet_volume_stats_capacity_bytes{namespace="ns",persistentvolumeclaim="c"} 100
# HELP kubelet_volume_stats_used_bytes [ALPHA] Number of used bytes in the volume
# TYPE kubelet_volume_stats_used_bytes gauge
kubelet_volume_stats_used_bytes{namespace="ns",persistentvolumeclaim="c"} 40
`,
  );
  expect(volumeMetrics([])).toBe("");
});
