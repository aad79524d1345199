import { createServer } from "node:net";
import { hostname } from "node:os";
import type { Command, Invocation } from "../cli/command.ts";
import { EXIT, failure, usageError } from "../cli/errors.ts";
import { ETCD_FLAGS, etcdFrom } from "../cli/etcd-flags.ts";
import { type FlagValues, givenOf } from "../cli/flags.ts";
import { seconds, type Steps, stepsTo } from "../cli/steps.ts";
import { type ClusterConfig, loadConfig, rangesOf, saveConfig } from "../cluster/config.ts";
import { type Paths, pathsOf } from "../cluster/data-dir.ts";
import { ensureEncryptionFile } from "../cluster/encryption.ts";
import { hostAddress } from "../cluster/host-address.ts";
import { oneAtATime } from "../cluster/one-at-a-time.ts";
import { preparePki } from "../cluster/pki.ts";
import { endProcesses, findProcesses, type Role, startProcess } from "../cluster/processes.ts";
import { registerCluster, unregisterCluster } from "../cluster/registry.ts";
import { withFlags } from "../cluster/kept-flags.ts";
import { runtimeFrom } from "../cluster/runtime-flag.ts";
import { mergeContext, userKubeconfigPath } from "../cluster/user-kubeconfig.ts";
import { checkComponentFlags, COMPONENT_FLAGS } from "../component-flags/component-flags.ts";
import { type Starting, untilApiReady, untilDnsAnswers, untilNodesReady } from "../cluster/wait.ts";

const FIRST_API_PORT = 6443;
const SIMULATED_NODES_MAX = 5_000;
const API_WAIT_MS = 30_000;
const NODE_WAIT_MS = 60_000;
const DNS_WAIT_MS = 30_000;
const GRACE_MS = 10_000;
const DOMAIN = "cluster.local";

/** Makes or starts the cluster and waits until it can be used. */
export const up: Command = {
  name: "up",
  summary: "Makes the cluster or starts the one that is there, and returns when its node is Ready and DNS answers.",
  usage: "skates up [flags]",
  flags: {
    "api-port": {
      type: "int",
      value: "N",
      doc: `Port of the API (default ${FIRST_API_PORT}, a further cluster the next).`,
    },
    runtime: { type: "string", value: "NAME", doc: "containerd (default) or simulated: containers are acted out." },
    "simulate-nodes": { type: "int", value: "N", doc: "So many simulated nodes (implies --runtime simulated)." },
    "no-merge": { type: "bool", doc: "Leave my kubeconfig alone." },
    "no-install": { type: "bool", doc: "Install nothing: name what is missing and stop." },
    ...ETCD_FLAGS,
    ...COMPONENT_FLAGS,
    foreground: { type: "bool", doc: "Stay, and stop the cluster's processes when interrupted." },
  },
  async run(invocation) {
    const paths = pathsOf(invocation.dataDir);
    const steps = stepsTo(invocation.print);
    const waits = (pid: number): void =>
      steps.note(`another command (pid ${pid}) works on this cluster: waiting for it`);
    const starting = await oneAtATime(paths, { signal: invocation.signal, waits }, async () =>
      startAll(paths, await ensureConfig(paths, invocation, steps), invocation, steps),
    );
    const { config } = starting;
    await waitForAll(starting, steps);
    const named = invocation.flags.bool("no-merge") ? config : mergeKubeconfig(paths, config);
    tell(paths, named, steps, invocation.print);
    if (invocation.flags.bool("foreground")) await stay(starting, invocation);
    return EXIT.done;
  },
};

/** The settings of the cluster that is there, or of a new one. */
async function ensureConfig(paths: Paths, { flags, signal }: Invocation, steps: Steps): Promise<ClusterConfig> {
  checkComponentFlags(flags);
  const existing = loadConfig(paths);
  if (existing?.joined !== undefined) {
    throw failure(`${paths.dataDir} is a node of ${existing.joined.server}`, "start it with 'skates join'");
  }
  const runtime = existing?.runtime ?? runtimeOf(flags);
  if (existing !== undefined) checkUnchanged(existing, flags);
  if (runtime === "containerd") {
    const { prepareHost } = await import("../cluster/prepare-host.ts");
    await steps.step("machine examined", () =>
      prepareHost(paths, { install: !flags.bool("no-install"), steps }, signal),
    );
  }
  if (existing !== undefined) return withFlags(paths, existing, givenOf(COMPONENT_FLAGS, flags));
  const etcd = etcdFrom(flags);
  const componentFlags = givenOf(COMPONENT_FLAGS, flags);
  const index = registerCluster(paths);
  const apiPort = flags.int("api-port") ?? FIRST_API_PORT + index;
  try {
    await checkPortFree(apiPort);
    return saveConfig(paths, {
      id: paths.id,
      index,
      runtime,
      simulatedNodes: runtime === "simulated" ? (flags.int("simulate-nodes") ?? 1) : 0,
      nodeName: hostname().toLowerCase(),
      ...rangesOf(index),
      clusterDomain: DOMAIN,
      apiPort,
      ...(etcd === undefined ? {} : { etcd }),
      ...(Object.keys(componentFlags).length === 0 ? {} : { flags: componentFlags }),
    });
  } catch (error) {
    unregisterCluster(paths);
    throw error;
  }
}

function runtimeOf(flags: FlagValues): ClusterConfig["runtime"] {
  const nodes = flags.int("simulate-nodes");
  if (nodes !== undefined && (nodes < 1 || nodes > SIMULATED_NODES_MAX)) {
    throw usageError(`invalid value "${nodes}" for flag --simulate-nodes: 1 to ${SIMULATED_NODES_MAX}`);
  }
  const runtime = runtimeFrom(flags) ?? (nodes === undefined ? "containerd" : "simulated");
  if (runtime === "containerd" && nodes !== undefined) {
    throw usageError("--simulate-nodes does not go with --runtime containerd: leave out one of them");
  }
  return runtime;
}

/** What was decided when the cluster was made cannot be changed by a later `up`. */
function checkUnchanged(config: ClusterConfig, flags: FlagValues): void {
  const wanted: readonly (readonly [string, string | number | undefined, string | number])[] = [
    ["--api-port", flags.int("api-port"), config.apiPort],
    ["--runtime", flags.string("runtime"), config.runtime],
    ["--simulate-nodes", flags.int("simulate-nodes"), config.simulatedNodes],
    [
      "--etcd-servers",
      etcdFrom(flags)?.servers.join(","),
      config.etcd?.servers.join(",") ?? "(none; 'skates migrate' moves it)",
    ],
    ["--etcd-prefix", etcdFrom(flags)?.prefix, config.etcd?.prefix ?? ""],
  ];
  for (const [flag, value, fixed] of wanted) {
    if (value === undefined || value === fixed) continue;
    throw failure(`this cluster was made with ${flag} ${fixed}`, `leave the flag out, or run 'skates delete' first`);
  }
}

async function checkPortFree(port: number): Promise<void> {
  if (port < 1 || port > 65_535) throw usageError(`invalid value "${port}" for flag --api-port: 1 to 65535`);
  await new Promise<void>((resolve, reject) => {
    const probe = createServer();
    probe.once("error", (cause) => {
      reject(failure(`port ${port} for the API is in use or not allowed`, "name a free one with --api-port N", cause));
    });
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve()));
  });
}

/** Starts what does not run yet. */
async function startAll(paths: Paths, config: ClusterConfig, { signal }: Invocation, steps: Steps): Promise<Starting> {
  const running = findProcesses(paths);
  const pids: Partial<Record<Role, number>> = {};
  for (const { role, pid } of running) pids[role] = pid;
  if (pids.server !== undefined && pids.agent !== undefined) {
    steps.note(`already running: server (pid ${pids.server}) and agent (pid ${pids.agent})`);
    return { paths, config, pids, signal };
  }
  if (pids.server === undefined) await checkPortFree(config.apiPort);
  if (config.etcd === undefined) ensureEncryptionFile(paths);
  await steps.step("certificates in place", () => preparePki(paths, config, hostAddress()));
  await steps.step("processes started", () => {
    for (const role of ["server", "agent"] as const) pids[role] ??= startProcess(paths, role, config);
    return Promise.resolve();
  });
  return { paths, config, pids, signal };
}

async function waitForAll(starting: Starting, steps: Steps): Promise<void> {
  const { config } = starting;
  await steps.step("API server ready", () => untilApiReady(starting, API_WAIT_MS));
  const nodes = config.runtime === "simulated" ? config.simulatedNodes : 1;
  const title = nodes === 1 ? "node Ready" : `${nodes} nodes Ready`;
  await steps.step(title, () => untilNodesReady(starting, nodes, NODE_WAIT_MS + nodes * 100));
  // Simulated nodes carry no packets: there is no DNS to ask.
  if (config.runtime === "containerd") await steps.step("DNS answers", () => untilDnsAnswers(starting, DNS_WAIT_MS));
}

function mergeKubeconfig(paths: Paths, config: ClusterConfig): ClusterConfig {
  const file = config.mergedInto ?? userKubeconfigPath();
  const context = mergeContext(file, paths.kubeconfig, { dataDir: paths.dataDir, previous: config.context });
  if (context === config.context && file === config.mergedInto) return config;
  return saveConfig(paths, { ...config, context, mergedInto: file });
}

function tell(paths: Paths, config: ClusterConfig, steps: Steps, print: (line: string) => void): void {
  print(`ready after ${seconds(steps.elapsedMs())}: https://127.0.0.1:${config.apiPort}`);
  if (config.context !== undefined) print(`try: kubectl --context ${config.context} get nodes`);
  else print(`try: KUBECONFIG=${paths.kubeconfig} kubectl get nodes`);
}

async function stay({ paths, config }: Starting, { signal, print }: Invocation): Promise<void> {
  print("running until interrupted");
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
  await endProcesses(paths, GRACE_MS);
  if (config.runtime === "containerd") {
    const { stopContainerRuntime } = await import("../cluster/node.ts");
    await stopContainerRuntime(paths, new AbortController().signal);
  }
}
