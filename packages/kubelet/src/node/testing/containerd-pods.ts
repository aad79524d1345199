import { noDeviceClaims } from "../../device-claims.ts";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { strategicMergePatch } from "@skates/apimachinery";
import { type Node, type Pod, PodStatus } from "@skates/api/core/v1";
import { loggerTo, must, silentLogger, TaskGroup } from "@skates/component-base";
import { systemClock } from "@skates/component-base/node";
import { afterAll, beforeAll } from "vitest";
import { containerEnv } from "../../env/container-env.ts";
import { ImagePuller } from "../../image/image-puller.ts";
import { PodSet } from "../../pod-set.ts";
import { noReferences, type References } from "../../references.ts";
import type { NodeFacts, PodDeps } from "../../worker/pod-deps.ts";
import type { PodWorker } from "../../worker/pod-worker.ts";
import { type CriRuntime, criRuntime } from "../cri/cri-runtime.ts";
import {
  busyboxImageSpec,
  defaultRouteMtu,
  deleteNodeState,
  detectHost,
  ensurePauseImage,
  imageArchive,
  importImage,
  localDirectories,
  type NodePaths,
  nodePaths,
  nodePodHost,
  nodeProbeNetwork,
  openCgroups,
  type RunningContainerd,
  startContainerd,
  writeCni,
} from "../index.ts";
import { UserNamespaces } from "../../pod/user-namespaces.ts";
import { sysctlAllowlist } from "../../spec/sysctls.ts";

export const signal = new AbortController().signal;
export const clock = systemClock();
export const IMAGE = "skates.local/busybox:kubelet";

const host = process.platform === "linux" ? await detectHost({ dataDir: tmpdir(), busybox: true }, signal) : undefined;
const errors = host === undefined ? ["not Linux"] : host.findings.filter((f) => f.level === "error").map((f) => f.text);
if (errors.length > 0) process.stderr.write(`skipped: no real containers on this machine: ${errors.join("; ")}\n`);

/** Whether this machine can run containers; why not was told. */
export const hasContainers = errors.length === 0;
export const cgroups = openCgroups(host?.cgroups ?? { version: 1, hierarchies: [] });

/** What a kubelet has between API and runtime, without the API. */
export interface Life {
  readonly set: PodSet;
  readonly deps: Omit<PodDeps, "resizeRefusal">;
  readonly tasks: TaskGroup;
  readonly events: string[];
  readonly api: Map<string, Pod>;
}

/** A containerd of the tests' own in a temporary directory, from before the first test of this block to after the last. */
export function containerdPods(): ContainerdPods {
  const pods = new ContainerdPods();
  beforeAll(() => pods.start());
  afterAll(() => pods.stop());
  return pods;
}

/** Pods on a real containerd, under a kubelet that can be ended and replaced. */
export class ContainerdPods {
  readonly base = mkdtempSync(join(tmpdir(), "skates-kubelet-"));
  readonly paths: NodePaths = nodePaths(join(this.base, "data"));
  readonly seccompRoot = join(this.base, "seccomp");
  #count = 0;
  #runtime: CriRuntime | undefined;
  #containerd: RunningContainerd | undefined;
  #life: Life | undefined;

  get runtime(): CriRuntime {
    return must(this.#runtime, "a runtime");
  }
  get containerd(): RunningContainerd {
    return must(this.#containerd, "a containerd");
  }
  get life(): Life {
    return must(this.#life, "a kubelet");
  }

  async start(): Promise<void> {
    mkdirSync(this.paths.dataDir, { recursive: true });
    await writeCni(this.paths, { podCidr: "10.248.0.0/24", mtu: await defaultRouteMtu(), hostPorts: false });
    await this.startContainerd();
    await ensurePauseImage(this.containerd, signal);
    await this.importImage(await busyboxImageSpec({ name: IMAGE, files: [] }, signal));
    this.#runtime = await criRuntime({ address: `unix://${this.paths.containerd.socket}` });
    await this.startKubelet(new Map());
  }

  async stop(): Promise<void> {
    await this.stopKubelet();
    this.#runtime?.close();
    await deleteNodeState(this.paths, silentLogger, signal);
    rmSync(this.base, { recursive: true, force: true });
  }

  async startContainerd(): Promise<void> {
    const { cniBinDir = "", snapshotter = "native", restrictOomScore = true } = host ?? {};
    const options = { paths: this.paths, cniBinDir, snapshotter, restrictOomScore, log: silentLogger };
    this.#containerd = await startContainerd(options, signal);
  }

  async importImage(image: Parameters<typeof imageArchive>[0]): Promise<void> {
    const file = join(this.base, "image.tar");
    writeFileSync(file, await imageArchive(image));
    await importImage(this.containerd, file, signal);
  }

  /** One that finds these pods in its API, takes over those that run, and ends what belongs to nobody. */
  async startKubelet(api: Map<string, Pod>): Promise<void> {
    const { set } = (this.#life = this.#newLife(api));
    await set.adopt(signal);
    for (const known of api.values()) set.seen(known);
    set.endOrphans();
  }

  async stopKubelet(): Promise<void> {
    this.#life?.tasks.stop();
    await this.#life?.tasks.join();
  }

  #newLife(api: Map<string, Pod>): Life {
    const { runtime, paths } = this;
    const tasks = new TaskGroup(signal);
    const events: string[] = [];
    const recorder = {
      event: (_: unknown, type: string, reason: string, message: string) =>
        void events.push(`${type} ${reason}: ${message}`),
    };
    const node = nodeFacts(this.seccompRoot);
    const directories = localDirectories(paths.volumesDir);
    const host = nodePodHost({
      paths,
      cgroups,
      clusterDomain: "cluster.local",
      localDirectories: directories,
      nodeName: "node",
      clock,
    })({
      references,
      node,
      status: { changed: () => undefined, written: () => Promise.resolve() },
      recorder,
      grown: () => Promise.resolve(),
    });
    const deps: Omit<PodDeps, "resizeRefusal"> = {
      runtime,
      host,
      claims: noDeviceClaims,
      users: new UserNamespaces(host, 110),
      references,
      containerEnv: (request, s) => containerEnv(references, request, s),
      puller: new ImagePuller({
        runtime,
        clock,
        recorder,
        credentials: () => Promise.resolve([]),
        signal: tasks.signal,
      }),
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
          const next = { ...found, status: strategicMergePatch(PodStatus, found.status ?? {}, patch) as PodStatus };
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
    const set = new PodSet(deps, { last: () => OWN_NODE, read: () => Promise.resolve(OWN_NODE) });
    return { set, deps, tasks, events, api };
  }

  podOf = (spec: Partial<Pod["spec"]>): Pod => {
    this.#count++;
    const uid = `00000000-0000-4000-8000-${String(this.#count).padStart(12, "0")}`;
    return {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: `p${this.#count}`, namespace: "default", uid },
      spec: {
        containers: [{ name: "a", image: IMAGE, command: ["sleep", "600"] }],
        restartPolicy: "Always",
        terminationGracePeriodSeconds: 2,
        ...spec,
      },
      status: { phase: "Pending" },
    };
  };

  create = (spec: Partial<Pod["spec"]>): Pod => {
    const pod = this.podOf(spec);
    this.life.api.set(pod.metadata.uid ?? "", pod);
    this.life.set.seen(pod);
    return pod;
  };

  statusOf = (pod: Pod): PodStatus | undefined => this.life.api.get(pod.metadata.uid ?? "")?.status;

  isReady = (pod: Pod): boolean =>
    (this.statusOf(pod)?.conditions ?? []).some((c) => c.type === "Ready" && c.status === "True");

  workerOf = (pod: Pod): PodWorker | undefined => this.life.set.worker(pod.metadata.uid ?? "");

  remove = async (pod: Pod): Promise<void> => {
    const gone = {
      ...pod,
      metadata: { ...pod.metadata, deletionTimestamp: "2026-01-01T00:00:00Z", deletionGracePeriodSeconds: 1 },
      status: this.statusOf(pod),
    };
    this.life.api.set(pod.metadata.uid ?? "", gone);
    this.life.set.seen(gone);
    await eventually(
      () => this.workerOf(pod),
      (w) => w === undefined,
    );
  };

  exec = async (pod: Pod, command: readonly string[]): Promise<string> => {
    const containerId = this.workerOf(pod)?.state.observed.containers.find((c) => c.state === "running")?.id ?? "";
    const { stdout, stderr } = await this.runtime.execSync({ containerId, command, timeoutSeconds: 10 }, signal);
    return Buffer.from(stdout).toString() + Buffer.from(stderr).toString();
  };
}

/** The value once it is as wanted, or as it is when the time is up. */
export async function eventually<T>(
  look: () => T | Promise<T>,
  wanted: (value: T) => boolean,
  seconds = 20,
): Promise<T> {
  const until = performance.now() + seconds * 1000;
  for (;;) {
    const value = await look();
    if (wanted(value) || performance.now() > until) return value;
    await clock.sleep(5, signal);
  }
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

const OWN_NODE: Node = { apiVersion: "v1", kind: "Node", metadata: { name: "n" }, spec: {} };

function nodeFacts(seccompRoot: string): NodeFacts {
  return {
    hostIps: () => ["127.0.0.1"],
    pressure: () => ({ memory: false, disk: false, pid: false }),
    allocatable: () => ({ cpu: "2", memory: "1Gi" }),
    memoryCapacityBytes: 8e9,
    operatingSystem: "linux",
    appArmor: false,
    sysctls: sysctlAllowlist(),
    features: ["RestartAllContainersOnContainerExits"],
    seccomp: { byDefault: false, root: seccompRoot },
    dns: () => ({ servers: ["10.96.0.10"], domain: "cluster.local", host: { servers: [], searches: [], options: [] } }),
    runtimeName: "containerd",
    version: "v1.36",
  };
}
