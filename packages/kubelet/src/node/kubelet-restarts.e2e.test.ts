// Pods outlive a real containerd that is killed, and a kubelet that is replaced. Needs root and the packages; lives in a temporary data
// directory.
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Pod } from "@skates/api/core/v1";
import { listMounts, listProcesses } from "./index.ts";
import { containerdPods, eventually, hasContainers, signal } from "./testing/containerd-pods.ts";

describe.skipIf(!hasContainers)("pods outlive what runs them", () => {
  const world = containerdPods();
  const { create, exec, isReady, remove, statusOf, workerOf } = world;

  test("the runtime is killed and started again: pods run on, and what ended meanwhile is noticed", async () => {
    const stays = create({});
    const ends = create({});
    await eventually(() => isReady(stays) && isReady(ends), Boolean);
    const before = statusOf(stays)?.containerStatuses?.[0]?.containerID;
    const pidText = await exec(ends, ["sh", "-c", "cat /proc/self/stat | cut -d' ' -f4; hostname"]);
    expect(pidText).toContain(ends.metadata.name);
    process.kill(world.containerd.pid, "SIGKILL");
    await eventually(
      () =>
        world.runtime.version(signal).then(
          () => false,
          () => true,
        ),
      Boolean,
    );
    const inside = (await listProcesses()).filter((p) => p.args.join(" ") === "sleep 600");
    expect(inside.length).toBeGreaterThanOrEqual(2);
    // The later of the two belongs to the pod that was made last.
    process.kill(Math.max(...inside.map((p) => p.pid)), "SIGKILL");
    await world.startContainerd();
    const restarts = (pod: Pod): number | undefined => statusOf(pod)?.containerStatuses?.[0]?.restartCount;
    await eventually(
      () => [restarts(stays), restarts(ends)],
      (counts) => counts.includes(1),
      30,
    );
    expect([restarts(stays), restarts(ends)].toSorted((a, b) => (a ?? 0) - (b ?? 0))).toEqual([0, 1]);
    const kept = restarts(stays) === 0 ? stays : ends;
    if (kept === stays) expect(statusOf(stays)?.containerStatuses?.[0]?.containerID).toBe(before);
    await eventually(() => isReady(stays) && isReady(ends), Boolean);
    await remove(stays);
    await remove(ends);
  });

  test("another kubelet takes over what runs, and ends what belongs to nobody", async () => {
    const pod = create({});
    const lost = create({});
    await eventually(() => isReady(pod) && isReady(lost), Boolean);
    const before = statusOf(pod)?.containerStatuses?.[0]?.containerID;
    await world.stopKubelet();
    world.life.api.delete(lost.metadata.uid ?? "");
    await world.startKubelet(world.life.api);
    await eventually(
      () => world.runtime.list({ podUid: lost.metadata.uid }, signal),
      (l) => l.sandboxes.length === 0,
    );
    expect(await world.runtime.list({ podUid: lost.metadata.uid }, signal)).toEqual({ sandboxes: [], containers: [] });
    expect(workerOf(pod)?.state.status.containerStatuses?.[0]).toMatchObject({
      containerID: before,
      restartCount: 0,
      ready: true,
    });
    await remove(pod);
    expect((await listMounts()).filter((m) => m.point.startsWith(join(world.paths.kubeletDir, "pods")))).toEqual([]);
  });
});
