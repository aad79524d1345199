// What containers of a real containerd may do: whose processes they are, what the kernel lets them, where their mounts lead. Needs root and
// the packages; lives in a temporary data directory.
import { mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Container, Pod, PodSecurityContext } from "@skates/api/core/v1";
import { describe, expect, test } from "vitest";
import { busyboxImageSpec, listMounts } from "./index.ts";
import { containerdPods, eventually, hasContainers, IMAGE, signal } from "./testing/containerd-pods.ts";

describe.skipIf(!hasContainers)("security on containerd", () => {
  const world = containerdPods();
  const { create, exec, isReady, remove, statusOf, workerOf } = world;

  test("the list of network plugins is root's alone", () => {
    const files = readdirSync(world.paths.cniConfDir).map((name) => statSync(join(world.paths.cniConfDir, name)));
    expect(files.map(({ mode, uid, gid }) => [mode & 0o777, uid, gid])).toEqual([[0o600, 0, 0]]);
  });

  test("a container cannot lead its sub path out of the volume, and gets new files after a restart", async () => {
    const pod = create({
      volumes: [{ name: "v", emptyDir: {} }],
      initContainers: [
        {
          name: "i",
          image: IMAGE,
          command: ["sh", "-c", "mkdir -p /v/d; echo x > /v/d/f; ln -s /etc /v/out; ln -s d /v/in"],
          volumeMounts: [{ name: "v", mountPath: "/v" }],
        },
      ],
      containers: [
        {
          name: "a",
          image: IMAGE,
          command: ["sh", "-c", "cat /f; sleep 600"],
          volumeMounts: [
            { name: "v", mountPath: "/f", subPath: "in/f" },
            { name: "v", mountPath: "/n", subPath: "new/dir" },
          ],
        },
        {
          name: "b",
          image: IMAGE,
          command: ["sleep", "600"],
          volumeMounts: [{ name: "v", mountPath: "/e", subPath: "out" }],
        },
      ],
    });
    const waiting = await eventually(
      () => statusOf(pod)?.containerStatuses?.[1]?.state?.waiting,
      (w) => w?.reason === "CreateContainerConfigError",
    );
    expect(waiting?.message).toContain("leads outside of its volume");
    await eventually(() => statusOf(pod)?.containerStatuses?.[0]?.ready, Boolean);
    expect(await exec(pod, ["cat", "/f"])).toBe("x\n");
    expect(await exec(pod, ["ls", "-d", "/n"])).toBe("/n\n");
    const container = workerOf(pod)?.state.observed.containers.find((c) => c.name === "a");
    expect(container?.mounts.find((m) => m.containerPath === "/f")?.hostPath).toContain("volume-subpaths/v/a/0");
    await remove(pod);
    expect((await listMounts()).filter((m) => m.point.includes("volume-subpaths"))).toEqual([]);
  });

  test.each<[string, Container["securityContext"], PodSecurityContext, Record<string, string>]>([
    ["nothing", {}, {}, { Uid: "0 0 0 0", Gid: "0 0 0 0", NoNewPrivs: "0", Seccomp: "0", CapEff: "00000000a80425fb" }],
    [
      "the restricted profile, and users and groups",
      {
        allowPrivilegeEscalation: false,
        capabilities: { drop: ["ALL"] },
        runAsNonRoot: true,
        seccompProfile: { type: "RuntimeDefault" },
      },
      { runAsUser: 1000, runAsGroup: 2000, fsGroup: 3000, supplementalGroups: [4000] },
      {
        Uid: "1000 1000 1000 1000",
        Gid: "2000 2000 2000 2000",
        Groups: "2000 3000 4000",
        NoNewPrivs: "1",
        Seccomp: "2",
        CapEff: "0000000000000000",
      },
    ],
    [
      "a seccomp profile from the node, and one capability",
      { capabilities: { drop: ["ALL"], add: ["NET_BIND_SERVICE"] } },
      { seccompProfile: { type: "Localhost", localhostProfile: "all.json" } },
      { Seccomp: "2", CapEff: "0000000000000400", NoNewPrivs: "0" },
    ],
  ])("what the kernel says inside of a container that asks for %s", async (_, securityContext, shared, expected) => {
    mkdirSync(world.seccompRoot, { recursive: true });
    writeFileSync(
      join(world.seccompRoot, "all.json"),
      '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["acct"],"action":"SCMP_ACT_ERRNO"}]}',
    );
    const pod = create({
      securityContext: shared,
      containers: [{ name: "a", image: IMAGE, command: ["sleep", "600"], securityContext }],
    });
    await eventually(() => isReady(pod), Boolean);
    const text = await exec(pod, ["cat", "/proc/self/status"]);
    const found = Object.fromEntries(
      Object.keys(expected).map((name) => [
        name,
        (new RegExp(`^${name}:\\s*(.*)$`, "m").exec(text)?.[1] ?? "").trim().split(/\s+/).join(" "),
      ]),
    );
    expect(found).toEqual(expected);
    await remove(pod);
  });

  test.each<[string, Partial<Pod["spec"]>, string, string]>([
    [
      "a profile that is not there",
      { securityContext: { seccompProfile: { type: "Localhost", localhostProfile: "none.json" } } },
      "CreateContainerError",
      "none.json",
    ],
    [
      "a profile without a name",
      { securityContext: { seccompProfile: { type: "Localhost", localhostProfile: "" } } },
      "CreateContainerConfigError",
      "localhostProfile must be set",
    ],
    [
      "not to be root with an image that is",
      { securityContext: { runAsNonRoot: true } },
      "CreateContainerConfigError",
      "container has runAsNonRoot and image will run as root",
    ],
    ["user namespaces", { hostUsers: false }, "ContainerCreating", "needs containerd 2.0"],
  ])("a container waits that asks for %s", async (_, spec, reason, message) => {
    const pod = create({ containers: [{ name: "a", image: IMAGE, command: ["sleep", "600"] }], ...spec });
    const waiting = await eventually(
      () => statusOf(pod)?.containerStatuses?.[0]?.state?.waiting,
      (w) => w?.message?.includes(message) === true,
    );
    expect([waiting?.reason, world.life.events.some((e) => e.includes(message))]).toEqual([reason, true]);
    await remove(pod);
  });

  // The hole (CVE-2019-11245): the image's user was known at the first start only, and a container ran as root after its restart.
  test("a container is the image's user at each of its starts", async () => {
    const name = "skates.local/busybox:user";
    await world.importImage({ ...(await busyboxImageSpec({ name }, signal)), user: "1234" });
    const pod = create({
      securityContext: { runAsNonRoot: true },
      volumes: [{ name: "v", emptyDir: {} }],
      containers: [
        {
          name: "a",
          image: name,
          command: ["sh", "-c", "[ -e /v/ran ] && sleep 600; touch /v/ran; id -u >/dev/termination-log; exit 1"],
          terminationMessagePath: "/dev/termination-log",
          volumeMounts: [{ name: "v", mountPath: "/v" }],
        },
      ],
    });
    const status = await eventually(
      () => statusOf(pod)?.containerStatuses?.[0],
      (s) => s?.restartCount === 1 && s.state?.running !== undefined,
      30,
    );
    expect([status?.lastState?.terminated?.message, await exec(pod, ["id", "-u"])]).toEqual(["1234\n", "1234\n"]);
    await remove(pod);
  });
});
