/**
 * A pod from the request that creates it to Ready as a watcher of the API sees it, serial, image present; beside it the same sandbox
 * and container by bare CRI calls to the same containerd, one after the other in turn. Needs root and containerd.
 * Run: npx tsx scripts/bench/pod-latency.ts [runs]
 */
import { join } from "node:path";
import { type Pod, pods } from "@skates/api/core/v1";
import { type Client, clientFor } from "@skates/client";
import { systemClock, systemRandom } from "@skates/component-base/node";
import { type CriRuntime, criRuntime, nodePaths } from "@skates/kubelet/node";
import { httpsHandler } from "@skates/transport/node";
import { type BenchCluster, benchCluster, upFlags } from "./lib/cluster.ts";
import { median, report } from "./lib/figure.ts";

type SandboxSpec = Parameters<CriRuntime["runSandbox"]>[0];
type ContainerSpec = Parameters<CriRuntime["createContainer"]>[0]["spec"];

const RUNS = Number(process.argv[2] ?? 20);
/** `demo` makes it on this machine. */
const IMAGE = "docker.io/skates/demo:1";
const COMMAND = ["sleep", "3600"];
const UNLIMITED = { cpuPeriodUs: 0, cpuQuotaUs: 0, cpuShares: 2, memoryLimitBytes: 0, oomScoreAdj: 1000 };
const NAMESPACES = { network: "pod", pid: "container", ipc: "pod" } as const;
const SECCOMP = { type: "RuntimeDefault" } as const;
const CONTAINER: ContainerSpec = {
  name: "main",
  attempt: 0,
  image: IMAGE,
  userImage: IMAGE,
  command: COMMAND,
  args: [],
  workingDir: "",
  env: [],
  mounts: [],
  devices: [],
  cdiDevices: [],
  labels: {},
  annotations: {},
  logPath: "main.log",
  stdin: false,
  stdinOnce: false,
  tty: false,
  resources: UNLIMITED,
  security: {
    privileged: false,
    namespaces: NAMESPACES,
    addCapabilities: [],
    dropCapabilities: [],
    runAsUsername: "",
    supplementalGroups: [],
    strictSupplementalGroups: false,
    readOnlyRootFilesystem: false,
    noNewPrivileges: false,
    maskedPaths: [],
    readOnlyPaths: [],
    seccomp: SECCOMP,
  },
};
const signal = new AbortController().signal;

const cluster = await benchCluster();
try {
  cluster.skates("up", ...upFlags(cluster));
  cluster.skates("demo");
  await measure(cluster);
} finally {
  cluster.delete();
}

async function measure({ dataDir, port, pem }: BenchCluster): Promise<void> {
  const https = httpsHandler({
    server: `https://127.0.0.1:${port}`,
    ca: pem("ca.crt"),
    cert: pem("admin.crt"),
    key: pem("admin.key"),
  });
  const surroundings = { userAgent: "bench", clock: systemClock(), random: systemRandom(), wire: true };
  const client = clientFor(https.handler, surroundings);
  const paths = nodePaths(dataDir);
  const runtime = await criRuntime({ address: `unix://${paths.containerd.socket}` });
  const whole: number[] = [];
  const bare: number[] = [];
  for (let i = -2; i < RUNS; i++) {
    const bareMs = await byCri(runtime, `bare-${i}`, join(dataDir, "bench-logs"));
    const wholeMs = await byApi(client, `bench-${i}`);
    if (i >= 0) {
      bare.push(bareMs);
      whole.push(wholeMs);
    }
  }
  runtime.close();
  await https.close();
  report({ what: "sandbox and container by bare CRI calls, median", value: median(bare), unit: "ms" });
  report({
    what: "pod from created to Ready through the API, median",
    value: median(whole),
    unit: "ms",
    aim: median(bare) * 1.5,
  });
}

/** From the request to the event that says Ready. */
async function byApi(client: Client, name: string): Promise<number> {
  const key = { namespace: "default", name };
  const api = client.resource(pods);
  const { resourceVersion } = await api.list({ namespace: "default" }, signal);
  const stop = new AbortController();
  const options = {
    namespace: "default",
    fieldSelector: `metadata.name=${name}`,
    resourceVersion,
  };
  const until = async (holds: (pod: Pod | undefined) => boolean): Promise<number> => {
    for await (const event of api.watch(options, stop.signal)) {
      if (event.type === "DELETED" ? holds(undefined) : event.type !== "BOOKMARK" && holds(event.object)) {
        return performance.now();
      }
    }
    throw new Error("the watch ended");
  };
  const ready = until(
    (pod) => pod?.status?.conditions?.some((c) => c.type === "Ready" && c.status === "True") === true,
  );
  const fromMs = performance.now();
  await api.create(podOf(name), {}, signal);
  const ms = (await ready) - fromMs;
  const gone = until((pod) => pod === undefined);
  await api.delete(key, { gracePeriodSeconds: 0 }, signal);
  await gone;
  stop.abort();
  return ms;
}

function podOf(name: string): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "default" },
    spec: {
      automountServiceAccountToken: false,
      containers: [{ name: "main", image: IMAGE, imagePullPolicy: "IfNotPresent", command: COMMAND }],
    },
  };
}

async function byCri(runtime: CriRuntime, name: string, logDirectory: string): Promise<number> {
  const sandbox = sandboxOf(name, logDirectory);
  const fromMs = performance.now();
  const sandboxId = await runtime.runSandbox(sandbox, signal);
  const id = await runtime.createContainer({ sandboxId, sandbox, spec: CONTAINER }, signal);
  await runtime.startContainer(id, signal);
  const ms = performance.now() - fromMs;
  await runtime.stopContainer(id, 0, signal);
  await runtime.stopSandbox(sandboxId, signal);
  await runtime.removeSandbox(sandboxId, signal);
  return ms;
}

function sandboxOf(name: string, logDirectory: string): SandboxSpec {
  return {
    namespace: "default",
    name,
    uid: `uid-${name}`,
    attempt: 0,
    hostname: name,
    logDirectory,
    dns: { servers: [], searches: [], options: [] },
    portMappings: [],
    labels: {},
    annotations: {},
    cgroupParent: "",
    sysctls: {},
    namespaces: NAMESPACES,
    supplementalGroups: [],
    privileged: false,
    seccomp: SECCOMP,
    runtimeHandler: "",
  };
}
