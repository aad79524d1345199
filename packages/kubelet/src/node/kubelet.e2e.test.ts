// Pods on a real containerd, from the worker down: starting and its time against bare CRI calls, environment and volumes, limits, ends,
// hooks and probes. Needs root and the packages; lives in a temporary data directory.
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { containerSpec } from "../spec/container-spec.ts";
import { sandboxSpec } from "../spec/sandbox-spec.ts";
import {
  containerdPods,
  type ContainerdPods,
  eventually,
  hasContainers,
  IMAGE,
  signal,
} from "./testing/containerd-pods.ts";

describe.skipIf(!hasContainers)("pods on containerd", () => {
  const world = containerdPods();
  const { create, exec, isReady, remove, statusOf, workerOf } = world;

  test("a pod is Ready in at most one and a half times what bare CRI calls take", async () => {
    const bare: number[] = [];
    const whole: number[] = [];
    for (let i = 0; i < 4; i++) {
      bare.push(await bareCri(world));
      const at = performance.now();
      const pod = create({});
      await eventually(() => isReady(pod), Boolean);
      whole.push(performance.now() - at);
      expect(statusOf(pod)).toMatchObject({ phase: "Running", podIP: expect.stringMatching(/^10\.248\.0\./) });
      await remove(pod);
    }
    const median = (list: number[]): number => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)] ?? 0;
    process.stderr.write(
      `created to Ready: ${median(whole).toFixed(0)} ms; bare CRI calls: ${median(bare).toFixed(0)} ms\n`,
    );
    expect(median(whole)).toBeLessThan(median(bare) * 1.5 + 50);
    expect(world.life.set.pods()).toEqual([]);
  });

  test("environment, volumes, security, hosts file and last words", async () => {
    const pod = create({
      restartPolicy: "Never",
      hostname: "me",
      securityContext: { runAsUser: 1000, runAsGroup: 1000, fsGroup: 2000 },
      volumes: [
        { name: "cfg", configMap: { name: "cfg" } },
        { name: "tmp", emptyDir: {} },
        { name: "tok", projected: { sources: [{ serviceAccountToken: { path: "token" } }] } },
      ],
      containers: [
        {
          name: "a",
          image: IMAGE,
          terminationMessagePath: "/dev/termination-log",
          command: ["sh", "-c"],
          args: [
            "echo $(GREETING)-$(cat /cfg/app.conf)-$(cat /one)-$(cat /tok/token)-$(id -u):$(id -G)-$(hostname)-$(grep -c me /etc/hosts); touch /tmp2/x && echo last words > /dev/termination-log; exit 7",
          ],
          env: [
            { name: "FROM", valueFrom: { configMapKeyRef: { name: "cfg", key: "k" } } },
            { name: "GREETING", value: "hi-$(FROM)" },
          ],
          volumeMounts: [
            { name: "cfg", mountPath: "/cfg" },
            { name: "cfg", mountPath: "/one", subPath: "k" },
            { name: "tmp", mountPath: "/tmp2" },
            { name: "tok", mountPath: "/tok", readOnly: true },
          ],
          resources: { requests: { cpu: "100m", memory: "16Mi" }, limits: { memory: "64Mi" } },
        },
      ],
    });
    await eventually(
      () => statusOf(pod)?.phase,
      (phase) => phase === "Failed",
    );
    const status = statusOf(pod);
    const state = status?.containerStatuses?.[0]?.state?.terminated;
    expect({ phase: status?.phase, state, qos: status?.qosClass }).toMatchObject({
      phase: "Failed",
      state: { exitCode: 7, reason: "Error", message: "last words\n" },
      qos: "Burstable",
    });
    const log = workerOf(pod)?.state.observed.containers[0]?.logPath ?? "";
    expect(readFileSync(log, "utf8")).toContain("hi-v-x=1-v-tok-1000:1000 2000-me-1");
    await remove(pod);
  });

  test("changed limits reach the running container and its pod", async () => {
    const limits = (memory: string) => ({ requests: { memory }, limits: { memory } });
    const pod = create({
      containers: [{ name: "a", image: IMAGE, command: ["sleep", "600"], resources: limits("32Mi") }],
    });
    await eventually(() => isReady(pod), Boolean);
    const limit = () =>
      exec(pod, [
        "sh",
        "-c",
        "cat /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null || cat /sys/fs/cgroup/memory.max",
      ]);
    expect(Number(await limit())).toBe(32 * 1024 * 1024);
    for (const memory of ["64Mi", "16Mi"]) {
      const known = world.life.api.get(pod.metadata.uid ?? "") ?? pod;
      const changed = {
        ...known,
        spec: { ...known.spec, containers: [{ ...pod.spec.containers[0], name: "a", resources: limits(memory) }] },
      };
      world.life.api.set(pod.metadata.uid ?? "", changed);
      world.life.set.seen(changed);
      await eventually(
        () => statusOf(pod)?.containerStatuses?.[0]?.resources?.limits?.["memory"],
        (m) => m === memory,
      );
      expect(Number(await limit())).toBe(Number(memory.slice(0, -2)) * 1024 * 1024);
    }
    expect(statusOf(pod)?.containerStatuses?.[0]?.restartCount).toBe(0);
    await remove(pod);
  });

  test("all containers start again in place when one ends as its rule says: address, sandbox and volumes stay", async () => {
    const volumeMounts = [{ name: "v", mountPath: "/v" }];
    const rules = [{ action: "RestartAllContainers", exitCodes: { operator: "In", values: [42] } }];
    const first = "test $(wc -l </v/runs) -ge 2 || { sleep 1; exit 42; }; exec sleep 600";
    const pod = create({
      restartPolicy: "Never",
      volumes: [{ name: "v", emptyDir: {} }],
      initContainers: [{ name: "i", image: IMAGE, command: ["sh", "-c", "echo run >>/v/runs"], volumeMounts }],
      containers: [
        {
          name: "a",
          image: IMAGE,
          command: ["sh", "-c", first],
          volumeMounts,
          restartPolicy: "Never",
          restartPolicyRules: rules,
        },
        { name: "b", image: IMAGE, command: ["sleep", "600"], volumeMounts },
      ],
    });
    await eventually(() => isReady(pod), Boolean);
    const { podIP } = statusOf(pod) ?? {};
    const sandboxes = workerOf(pod)?.state.observed.sandboxes.map(({ id }) => id);
    await eventually(
      () => statusOf(pod)?.containerStatuses ?? [],
      (list) => list.every((one) => one.restartCount === 1 && one.ready),
    );
    expect(await exec(pod, ["cat", "/v/runs"])).toBe("run\nrun\n");
    expect([statusOf(pod)?.podIP, workerOf(pod)?.state.observed.sandboxes.map(({ id }) => id)]).toEqual([
      podIP,
      sandboxes,
    ]);
    expect(statusOf(pod)?.initContainerStatuses?.[0]).toMatchObject({ restartCount: 1, ready: true });
    expect(statusOf(pod)?.containerStatuses?.[1]?.lastState?.terminated).toMatchObject({
      exitCode: 137,
      reason: "RestartingAllContainers",
    });
    await remove(pod);
  });

  test("a killed process is restarted, then waits in CrashLoopBackOff", async () => {
    const pod = create({ containers: [{ name: "a", image: IMAGE, command: ["sh", "-c", "sleep 0.3; exit 1"] }] });
    const waiting = await eventually(
      () => statusOf(pod)?.containerStatuses?.[0],
      (s) => s?.state?.waiting?.reason === "CrashLoopBackOff",
    );
    expect(waiting).toMatchObject({ restartCount: 1, lastState: { terminated: { exitCode: 1 } } });
    await remove(pod);
  });

  test("an OOM kill is named", async () => {
    const pod = create({
      restartPolicy: "Never",
      containers: [
        {
          name: "a",
          image: IMAGE,
          command: ["sh", "-c", "x=a; while true; do x=$x$x; done"],
          resources: { limits: { memory: "20Mi" } },
        },
      ],
    });
    await eventually(
      () => statusOf(pod)?.phase,
      (phase) => phase === "Failed",
    );
    expect(statusOf(pod)?.containerStatuses?.[0]?.state?.terminated).toMatchObject({
      exitCode: 137,
      reason: "OOMKilled",
    });
    await remove(pod);
  });

  test("hooks run, probes decide, init containers and sidecars keep their order", async () => {
    const pod = create({
      initContainers: [
        { name: "i", image: IMAGE, command: ["true"] },
        { name: "s", image: IMAGE, command: ["sleep", "600"], restartPolicy: "Always" },
      ],
      containers: [
        {
          name: "a",
          image: IMAGE,
          command: ["sh", "-c", "mkdir /w; echo ok > /w/index.html; httpd -f -p 8080 -h /w"],
          ports: [{ name: "web", containerPort: 8080 }],
          lifecycle: { postStart: { exec: { command: ["touch", "/started"] } }, preStop: { sleep: { seconds: 0 } } },
          readinessProbe: { httpGet: { path: "/index.html", port: "web" }, periodSeconds: 1 },
          livenessProbe: { tcpSocket: { port: 8080 }, initialDelaySeconds: 1, periodSeconds: 1 },
          startupProbe: { exec: { command: ["cat", "/started"] }, periodSeconds: 1 },
        },
      ],
    });
    expect(await eventually(() => isReady(pod), Boolean)).toBe(true);
    expect(await exec(pod, ["ls", "/started"])).toBe("/started\n");
    expect(statusOf(pod)?.initContainerStatuses).toMatchObject([
      { name: "i", ready: true, state: { terminated: { reason: "Completed" } } },
      { name: "s", ready: true, started: true },
    ]);
    await remove(pod);
    expect(world.life.events.filter((e) => e.includes("Killing")).at(-1)).toBe("Normal Killing: Stopping container s");
  });
});

/** The same pod by nothing but the calls that it takes. */
async function bareCri({ life, podOf, runtime, seccompRoot }: ContainerdPods): Promise<number> {
  const pod = podOf({});
  const { host: podHost } = life.deps;
  await podHost.setUpPod(pod, signal);
  const at = performance.now();
  const sandbox = sandboxSpec({
    pod,
    attempt: 0,
    hostname: pod.metadata.name,
    logDirectory: podHost.logDirectory(pod),
    cgroupParent: podHost.cgroupParent(pod),
    dns: { servers: [], searches: [], options: [] },
    runtimeHandler: "",
  });
  const sandboxId = await runtime.runSandbox(sandbox, signal);
  const spec = containerSpec({
    pod,
    container: pod.spec.containers[0] ?? { name: "a" },
    restartCount: 0,
    imageId: IMAGE,
    cdiDevices: [],
    imageUser: { username: "" },
    seccomp: { byDefault: false, root: seccompRoot },
    env: [],
    files: { mounts: [], devices: [] },
    memoryCapacityBytes: 8e9,
  });
  mkdirSync(join(podHost.logDirectory(pod), "a"), { recursive: true });
  const id = await runtime.createContainer({ sandboxId, sandbox, spec }, signal);
  await runtime.startContainer(id, signal);
  const took = performance.now() - at;
  await runtime.removeSandbox(sandboxId, signal);
  await podHost.tearDownPod(pod.metadata.uid ?? "", signal);
  return took;
}
