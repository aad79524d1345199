// Pods on a real containerd, from the worker down: starting and its time against bare CRI calls, ends, restarts, hooks, probes,
// adoption by another worker. Needs root and the packages; lives in a temporary data directory.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Pod } from "@skates/api/core/v1";
import { loggerTo, silentLogger, TaskGroup } from "@skates/component-base";
import { systemClock } from "@skates/component-base/node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { containerEnv } from "../env/container-env.ts";
import { ImagePuller } from "../image/image-puller.ts";
import { PodSet } from "../pod-set.ts";
import { noReferences, type References } from "../references.ts";
import { sandboxSpec } from "../spec/sandbox-spec.ts";
import type { NodeFacts, PodDeps } from "../worker/pod-deps.ts";
import type { PodWorker } from "../worker/pod-worker.ts";
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
  nodePaths,
  nodePodHost,
  nodeProbeNetwork,
  openCgroups,
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
let runtime: CriRuntime;
let pods = 0;
let life: Kubelet;

/** What a kubelet has between API and runtime, without the API. */
interface Kubelet {
  readonly set: PodSet;
  readonly deps: PodDeps;
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
    dns: () => ({ servers: ["10.96.0.10"], domain: "cluster.local", host: { servers: [], searches: [], options: [] } }),
    runtimeName: "containerd",
    version: "v1.36",
  };
  const cgroups = openCgroups(host?.cgroups ?? { version: 1, hierarchies: [] });
  const deps: PodDeps = {
    runtime,
    host: nodePodHost({ paths, cgroups, clusterDomain: "cluster.local" })({ references, node }),
    references,
    containerEnv: (request, s) => containerEnv(references, request, s),
    puller: new ImagePuller({ runtime, clock, recorder, credentials: () => Promise.resolve([]), signal: tasks.signal }),
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
    const containerd = await startContainerd(
      {
        paths,
        cniBinDir: host?.cniBinDir ?? "",
        snapshotter: host?.snapshotter ?? "native",
        restrictOomScore: host?.restrictOomScore ?? true,
        log: silentLogger,
      },
      signal,
    );
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
});

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
