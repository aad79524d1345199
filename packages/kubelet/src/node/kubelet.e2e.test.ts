// Pods on a real containerd, from the worker down: starting and its time against bare CRI calls, ends, restarts, hooks, probes,
// adoption by another worker. Needs root and the packages; lives in a temporary data directory.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Container, Pod, PodSecurityContext } from "@skates/api/core/v1";
import { createMetrics, loggerTo, silentLogger, TaskGroup } from "@skates/component-base";
import { systemClock } from "@skates/component-base/node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { containerEnv } from "../env/container-env.ts";
import { ImagePuller } from "../image/image-puller.ts";
import { PodSet } from "../pod-set.ts";
import { noReferences, type References } from "../references.ts";
import { kubeletHandler } from "../server/kubelet-handler.ts";
import { statsPages } from "../server/stats.ts";
import { sandboxSpec } from "../spec/sandbox-spec.ts";
import type { NodeFacts, PodDeps } from "../worker/pod-deps.ts";
import type { PodWorker } from "../worker/pod-worker.ts";
import { dialPortForward, dialRemoteCommand, httpsHandler, serveHandler } from "@skates/transport/node";
import { fileLogReader } from "./logs/log-reader.ts";
import { rotateIfLarge } from "./logs/log-rotator.ts";
import { nodeStats } from "./machine/node-stats.ts";
import { runtimeStreams } from "./streams/pod-streams.ts";
import { type CriRuntime, criRuntime } from "./cri/cri-runtime.ts";
import {
  busyboxImageSpec,
  defaultRouteMtu,
  deleteNodeState,
  detectHost,
  ensurePauseImage,
  imageArchive,
  importImage,
  listMounts,
  listProcesses,
  nodePaths,
  localDirectories,
  nodePodHost,
  nodeProbeNetwork,
  openCgroups,
  type RunningContainerd,
  startContainerd,
  writeCni,
} from "./index.ts";

const signal = new AbortController().signal;
const clock = systemClock();
const host = process.platform === "linux" ? await detectHost({ dataDir: tmpdir(), busybox: true }, signal) : undefined;
const errors = host === undefined ? ["not Linux"] : host.findings.filter((f) => f.level === "error").map((f) => f.text);
if (errors.length > 0) process.stderr.write(`skipped: no real containers on this machine: ${errors.join("; ")}\n`);

const IMAGE = "skates.local/busybox:kubelet";
const base = mkdtempSync(join(tmpdir(), "skates-kubelet-"));
const paths = nodePaths(join(base, "data"));
const SECCOMP_ROOT = join(base, "seccomp");
let runtime: CriRuntime;
let containerd: RunningContainerd;
let pods = 0;
let life: Kubelet;

function containerdOptions(): Parameters<typeof startContainerd>[0] {
  const { cniBinDir = "", snapshotter = "native", restrictOomScore = true } = host ?? {};
  return { paths, cniBinDir, snapshotter, restrictOomScore, log: silentLogger };
}

/** What a kubelet has between API and runtime, without the API. */
interface Kubelet {
  readonly set: PodSet;
  readonly deps: Omit<PodDeps, "resizeRefusal">;
  readonly tasks: TaskGroup;
  readonly events: string[];
  readonly api: Map<string, Pod>;
}

const references: References = {
  ...noReferences,
  configMap: (namespace, name) =>
    Promise.resolve(
      name === "cfg"
        ? { apiVersion: "v1", kind: "ConfigMap", metadata: { namespace, name }, data: { k: "v", "app.conf": "x=1\n" } }
        : undefined,
    ),
  token: () => Promise.resolve({ token: "tok", expiresAtMs: Date.now() + 3_600_000 }),
};

function startKubelet(api: Map<string, Pod>): Kubelet {
  const tasks = new TaskGroup(signal);
  const events: string[] = [];
  const recorder = {
    event: (_: unknown, type: string, reason: string, message: string) =>
      void events.push(`${type} ${reason}: ${message}`),
  };
  const node: NodeFacts = {
    hostIps: () => ["127.0.0.1"],
    allocatable: () => ({ cpu: "2", memory: "1Gi" }),
    memoryCapacityBytes: 8e9,
    operatingSystem: "linux",
    appArmor: false,
    seccomp: { byDefault: false, root: SECCOMP_ROOT },
    dns: () => ({ servers: ["10.96.0.10"], domain: "cluster.local", host: { servers: [], searches: [], options: [] } }),
    runtimeName: "containerd",
    version: "v1.36",
  };
  const cgroups = openCgroups(host?.cgroups ?? { version: 1, hierarchies: [] });
  const deps: Omit<PodDeps, "resizeRefusal"> = {
    runtime,
    host: nodePodHost({
      paths,
      cgroups,
      clusterDomain: "cluster.local",
      localDirectories: localDirectories(paths.volumesDir),
    })({ references, node }),
    references,
    containerEnv: (request, s) => containerEnv(references, request, s),
    puller: new ImagePuller({ runtime, clock, recorder, credentials: () => Promise.resolve([]), signal: tasks.signal }),
    runtimeHandler: () => Promise.reject(new Error("no runtime classes here")),
    network: nodeProbeNetwork,
    clock,
    log: loggerTo((l) => void process.stderr.write(`${l.level} ${l.message} ${JSON.stringify(l.pairs)}\n`)),
    recorder,
    tasks,
    node,
    api: {
      patchStatus: (pod, patch) => {
        const found = api.get(pod.metadata.uid ?? "");
        if (found === undefined) return Promise.resolve(undefined);
        const conditions = new Map((found.status?.conditions ?? []).map((c) => [c.type, c]));
        for (const c of (patch["conditions"] ?? []) as any[]) conditions.set(c.type, c);
        const lists = Object.entries(patch).map(([k, v]) => [
          k,
          Array.isArray(v) ? v.filter((x) => x.$patch === undefined) : v,
        ]);
        const next: any = {
          ...found,
          status: { ...found.status, ...Object.fromEntries(lists), conditions: [...conditions.values()] },
        };
        api.set(pod.metadata.uid ?? "", next);
        return Promise.resolve(next);
      },
      delete: (pod) => {
        api.delete(pod.metadata.uid ?? "");
        set.removed(pod);
        return Promise.resolve();
      },
    },
  };
  const set = new PodSet(deps);
  return { set, deps, tasks, events, api };
}

function podOf(spec: Partial<Pod["spec"]>): Pod {
  pods++;
  const uid = `00000000-0000-4000-8000-${String(pods).padStart(12, "0")}`;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: `p${pods}`, namespace: "default", uid },
    spec: {
      containers: [{ name: "a", image: IMAGE, command: ["sleep", "600"] }],
      restartPolicy: "Always",
      terminationGracePeriodSeconds: 2,
      ...spec,
    },
    status: { phase: "Pending" },
  };
}

function create(spec: Partial<Pod["spec"]>, on = life): Pod {
  const pod = podOf(spec);
  on.api.set(pod.metadata.uid ?? "", pod);
  on.set.seen(pod);
  return pod;
}

async function eventually<T>(look: () => T | Promise<T>, wanted: (value: T) => boolean, seconds = 20): Promise<T> {
  const until = performance.now() + seconds * 1000;
  for (;;) {
    const value = await look();
    if (wanted(value) || performance.now() > until) return value;
    await clock.sleep(5, signal);
  }
}
const statusOf = (pod: Pod, on = life) => on.api.get(pod.metadata.uid ?? "")?.status;
const isReady = (pod: Pod, on = life): boolean =>
  (statusOf(pod, on)?.conditions ?? []).some((c) => c.type === "Ready" && c.status === "True");
const workerOf = (pod: Pod): PodWorker | undefined => life.set.worker(pod.metadata.uid ?? "");
async function remove(pod: Pod): Promise<void> {
  const gone = {
    ...pod,
    metadata: { ...pod.metadata, deletionTimestamp: "2026-01-01T00:00:00Z", deletionGracePeriodSeconds: 1 },
  };
  life.api.set(pod.metadata.uid ?? "", { ...gone, status: statusOf(pod) });
  life.set.seen({ ...gone, status: statusOf(pod) });
  await eventually(
    () => workerOf(pod),
    (w) => w === undefined,
  );
}
async function exec(pod: Pod, command: readonly string[]): Promise<string> {
  const containerId = workerOf(pod)?.state.observed.containers.find((c) => c.state === "running")?.id ?? "";
  const { stdout, stderr } = await runtime.execSync({ containerId, command, timeoutSeconds: 10 }, signal);
  return Buffer.from(stdout).toString() + Buffer.from(stderr).toString();
}

describe.skipIf(errors.length > 0)("pods on containerd", () => {
  beforeAll(async () => {
    mkdirSync(paths.dataDir, { recursive: true });
    await writeCni(paths, { podCidr: "10.248.0.0/24", mtu: await defaultRouteMtu(), hostPorts: false });
    containerd = await startContainerd(containerdOptions(), signal);
    await ensurePauseImage(containerd, signal);
    const file = join(base, "busybox.tar");
    writeFileSync(file, await imageArchive(await busyboxImageSpec({ name: IMAGE, files: [] }, signal)));
    await importImage(containerd, file, signal);
    runtime = await criRuntime({ address: `unix://${paths.containerd.socket}` });
    life = startKubelet(new Map());
    await life.set.adopt(signal);
    life.set.endOrphans();
  });

  afterAll(async () => {
    life?.tasks.stop();
    await life?.tasks.join();
    runtime?.close();
    await deleteNodeState(paths, silentLogger, signal);
    rmSync(base, { recursive: true, force: true });
  });

  test("a pod is Ready in at most one and a half times what bare CRI calls take", async () => {
    const bare: number[] = [];
    const whole: number[] = [];
    for (let i = 0; i < 4; i++) {
      bare.push(await bareCri());
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
    expect(life.set.pods()).toEqual([]);
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
    const { readFileSync } = await import("node:fs");
    expect(readFileSync(log, "utf8")).toContain("hi-v-x=1-v-tok-1000:1000 2000-me-1");
    await remove(pod);
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
      const known = life.api.get(pod.metadata.uid ?? "") ?? pod;
      const changed = {
        ...known,
        spec: { ...known.spec, containers: [{ ...pod.spec.containers[0], name: "a", resources: limits(memory) }] },
      };
      life.api.set(pod.metadata.uid ?? "", changed);
      life.set.seen(changed);
      await eventually(
        () => statusOf(pod)?.containerStatuses?.[0]?.resources?.limits?.["memory"],
        (m) => m === memory,
      );
      expect(Number(await limit())).toBe(Number(memory.slice(0, -2)) * 1024 * 1024);
    }
    expect(statusOf(pod)?.containerStatuses?.[0]?.restartCount).toBe(0);
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
    expect(life.events.filter((e) => e.includes("Killing")).at(-1)).toBe("Normal Killing: Stopping container s");
  });

  test("its API: logs, exec, attach, port-forward, stats", async () => {
    const pod = create({
      containers: [
        {
          name: "a",
          image: IMAGE,
          command: [
            "sh",
            "-c",
            "echo two >&2; sleep 0.2; echo one; echo three; mkdir /w; echo hi > /w/index.html; httpd -p 8080 -h /w; cat",
          ],
          stdin: true,
        },
      ],
    });
    await eventually(() => isReady(pod), Boolean);
    const api = await startApi();
    const { name } = pod.metadata;
    const logs = (query: string) => api.get(`/containerLogs/default/${name}/a?${query}`);
    await eventually(
      () => logs(""),
      (r) => r.text.includes("three"),
    );
    expect(await logs("tailLines=1")).toEqual({ status: 200, text: "three\n" });
    expect((await logs("stream=Stderr")).text).toBe("two\n");
    expect((await logs("timestamps=true&tailLines=1")).text).toMatch(/^\d{4}-\d\d-\d\dT\S+ three\n$/);
    expect(await logs("previous=true")).toEqual({
      status: 400,
      text: `previous terminated container "a" in pod "${name}" not found`,
    });
    expect((await api.get(`/containerLogs/default/nobody/a`)).status).toBe(404);
    expect(JSON.parse((await api.get("/pods")).text).items).toHaveLength(1);

    const query = new URLSearchParams(
      "input=1&output=1&error=1&command=sh&command=-c&command=read%20x%3B%20echo%20got%20%24x%3B%20echo%20err%20%3E%262%3B%20exit%203",
    );
    const command = await dialRemoteCommand(
      { handler: api.handler, path: `/exec/default/${name}/a`, query, signal, over: "websocket" },
      { stdin: true, stdout: true, stderr: true, tty: false },
    );
    await command.writeStdin(new TextEncoder().encode("hello\n"));
    const [out, err] = await Promise.all([textOf(command.stdout), textOf(command.stderr)]);
    expect([out, err]).toEqual(["got hello\n", "err\n"]);
    expect(await command.status).toMatchObject({
      status: "Failure",
      details: { causes: [{ reason: "ExitCode", message: "3" }] },
    });

    const followed = api.get(`/containerLogs/default/${name}/a?follow=true&tailLines=0`);
    const attached = await dialRemoteCommand(
      {
        handler: api.handler,
        path: `/attach/default/${name}/a`,
        query: new URLSearchParams("input=1&output=1"),
        signal,
      },
      { stdin: true, stdout: true, stderr: false, tty: false },
    );
    await attached.writeStdin(new TextEncoder().encode("typed\n"));
    const first = attached.stdout[Symbol.asyncIterator]();
    expect(new TextDecoder().decode((await first.next()).value)).toBe("typed\n");
    attached.close();

    const forwarder = await dialPortForward({
      handler: api.handler,
      path: `/portForward/default/${name}`,
      signal,
      over: "websocket",
    });
    const { stream, failure } = await forwarder.open(8080);
    await stream.write(new TextEncoder().encode("GET /index.html HTTP/1.0\r\n\r\n"));
    expect(await textOf(stream.readable)).toContain("hi\n");
    await stream.end();
    expect(await failure).toBeUndefined();
    const refused = await forwarder.open(9);
    expect(await refused.failure).toMatch(/connection refused/);
    forwarder.close();

    const summary = JSON.parse((await api.get("/stats/summary")).text);
    expect(summary.pods[0]).toMatchObject({ podRef: { name, namespace: "default" }, containers: [{ name: "a" }] });
    expect(summary.pods[0].memory.workingSetBytes).toBeGreaterThan(0);
    expect(summary.node.cpu.usageCoreNanoSeconds).toBeGreaterThan(0);
    const of = `container="a",namespace="default",pod="${name}"`;
    expect((await api.get("/metrics/resource")).text).toContain(`container_memory_working_set_bytes{${of}}`);
    await remove(pod);
    expect((await followed).text).toBe("typed\n");
    await api.close();
  });

  test("logs are rotated, and followers do not notice", async () => {
    const pod = create({
      containers: [
        {
          name: "a",
          image: IMAGE,
          command: ["sh", "-c", "i=0; while true; do i=$((i+1)); echo line $i; sleep 0.02; done"],
        },
      ],
    });
    await eventually(() => isReady(pod), Boolean);
    const container = workerOf(pod)?.state.observed.containers[0];
    if (container === undefined) throw new Error("no container");
    const log = await fileLogReader(clock).read(
      { container, options: { follow: true, previous: false, timestamps: false, stream: "All" }, running: () => true },
      signal,
    );
    const seen: string[] = [];
    const reading = (async () => {
      for await (const chunk of log) {
        seen.push(...new TextDecoder().decode(chunk).trim().split("\n"));
        if (seen.length > 100) return;
      }
    })();
    const rotator = { pods: life.set, runtime, clock, log: silentLogger, sizeBytesMax: 10, filesMax: 3 };
    for (let i = 0; i < 3; i++) {
      await clock.sleep(1100, signal);
      await rotateIfLarge(rotator, container, signal);
    }
    await reading;
    expect(seen.slice(0, 100)).toEqual(Array.from({ length: 100 }, (_, i) => `line ${i + 1}`));
    expect(
      readdirSync(dirname(container.logPath))
        .map((f) => f.replace(/\d{8}-\d{6}/, "T"))
        .toSorted(),
    ).toEqual(["0.log", "0.log.T", "0.log.T.gz"]);
    await remove(pod);
  });

  test("the runtime is killed and started again: pods run on, and what ended meanwhile is noticed", async () => {
    const stays = create({});
    const ends = create({});
    await eventually(() => isReady(stays) && isReady(ends), Boolean);
    const before = statusOf(stays)?.containerStatuses?.[0]?.containerID;
    const pidText = await exec(ends, ["sh", "-c", "cat /proc/self/stat | cut -d' ' -f4; hostname"]);
    expect(pidText).toContain(ends.metadata.name);
    process.kill(containerd.pid, "SIGKILL");
    await eventually(
      () =>
        runtime.version(signal).then(
          () => false,
          () => true,
        ),
      Boolean,
    );
    const inside = (await listProcesses()).filter((p) => p.args.join(" ") === "sleep 600");
    expect(inside.length).toBeGreaterThanOrEqual(2);
    // The later of the two belongs to the pod that was made last.
    process.kill(Math.max(...inside.map((p) => p.pid)), "SIGKILL");
    containerd = await startContainerd(containerdOptions(), signal);
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
    life.tasks.stop();
    await life.tasks.join();
    life.api.delete(lost.metadata.uid ?? "");
    life = startKubelet(life.api);
    await life.set.adopt(signal);
    for (const known of life.api.values()) life.set.seen(known);
    life.set.endOrphans();
    await eventually(
      () => runtime.list({ podUid: lost.metadata.uid }, signal),
      (l) => l.sandboxes.length === 0,
    );
    expect(await runtime.list({ podUid: lost.metadata.uid }, signal)).toEqual({ sandboxes: [], containers: [] });
    expect(workerOf(pod)?.state.status.containerStatuses?.[0]).toMatchObject({
      containerID: before,
      restartCount: 0,
      ready: true,
    });
    await remove(pod);
    expect((await listMounts()).filter((m) => m.point.startsWith(join(paths.kubeletDir, "pods")))).toEqual([]);
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
    mkdirSync(SECCOMP_ROOT, { recursive: true });
    writeFileSync(
      join(SECCOMP_ROOT, "all.json"),
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
    expect([waiting?.reason, life.events.some((e) => e.includes(message))]).toEqual([reason, true]);
    await remove(pod);
  });

  // The hole (CVE-2019-11245): the image's user was known at the first start only, and a container ran as root after its restart.
  test("a container is the image's user at each of its starts", async () => {
    const name = "skates.local/busybox:user";
    const file = join(base, "user.tar");
    writeFileSync(file, await imageArchive({ ...(await busyboxImageSpec({ name }, signal)), user: "1234" }));
    await importImage(containerd, file, signal);
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

async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of chunks) text += decoder.decode(chunk, { stream: true });
  return text;
}

/** The kubelet's API on loopback, called as the API server would. */
async function startApi() {
  const { set: set_, deps } = life;
  const cgroups = openCgroups(host?.cgroups ?? { version: 1, hierarchies: [] });
  const kubelet = kubeletHandler({
    pods: set_,
    clock,
    access: () => Promise.resolve(),
    logs: fileLogReader(clock),
    streams: runtimeStreams(runtime, clock),
    stats: statsPages({
      nodeName: "n",
      pods: set_,
      runtime,
      clock,
      metrics: createMetrics(),
      nodeStats: nodeStats(cgroups, base),
    }),
  });
  const certificate = {
    commonName: "kube-apiserver-kubelet-client",
    organizations: [],
    serialNumber: "1",
    fingerprint: "f1",
    notAfterMs: 0,
  };
  const peer = { tls: { remoteAddress: "127.0.0.1", certificate } };
  const serving = await serveHandler({
    handler: (request) => kubelet({ ...request, peer }),
    address: "127.0.0.1",
    port: 0,
    log: deps.log,
    clock,
  });
  const { handler, close } = httpsHandler({ server: `http://127.0.0.1:${serving.port}` });
  return {
    handler,
    get: async (target: string) => {
      const { pathname, searchParams } = new URL(target, "http://kubelet");
      const response = await handler({
        method: "GET",
        path: pathname,
        query: searchParams,
        headers: {},
        body: { kind: "none" },
        peer,
        signal,
      });
      return {
        status: response.status,
        text: response.body.kind === "bytes" ? await textOf(chunksOf(response.body.chunks)) : "",
      };
    },
    close: async () => {
      await close();
      await serving.close();
    },
  };
}

async function* chunksOf(chunks: AsyncIterable<Uint8Array> | readonly Uint8Array[]): AsyncIterable<Uint8Array> {
  yield* chunks;
}

/** The same pod by nothing but the calls that it takes. */
async function bareCri(): Promise<number> {
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
  const { containerSpec } = await import("../spec/container-spec.ts");
  const spec = containerSpec({
    pod,
    container: pod.spec.containers[0] ?? { name: "a" },
    restartCount: 0,
    imageId: IMAGE,
    imageUser: { username: "" },
    seccomp: { byDefault: false, root: SECCOMP_ROOT },
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
