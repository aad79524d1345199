import { hostname } from "node:os";
import { configMaps, type Node, nodes } from "@skates/api/core/v1";
import { isDns1123Subdomain, isStatus } from "@skates/apimachinery";
import { type Client, clientFor } from "@skates/client";
import { systemClock, systemRandom } from "@skates/component-base/node";
import { nodePki } from "@skates/pki/node";
import { httpsHandler, type HttpsHandlerOptions } from "@skates/transport/node";
import type { Command, Invocation } from "../cli/command.ts";
import { EXIT, failure, usageError } from "../cli/errors.ts";
import { givenOf } from "../cli/flags.ts";
import { type Steps, stepsTo } from "../cli/steps.ts";
import { type ClusterConfig, loadConfig, saveConfig } from "../cluster/config.ts";
import { type Paths, pathsOf } from "../cluster/data-dir.ts";
import { discoverCa, parseToken } from "../cluster/join/discover.ts";
import { nodeConfigFrom } from "../cluster/join/node-config.ts";
import { readNodeFiles, writeNodeCa, writeNodePair } from "../cluster/join/node-files.ts";
import { requestCertificate } from "../cluster/join/request-certificate.ts";
import { runtimeFrom } from "../cluster/runtime-flag.ts";
import { withFlags } from "../cluster/kept-flags.ts";
import { oneAtATime } from "../cluster/one-at-a-time.ts";
import { findProcesses, startProcess } from "../cluster/processes.ts";
import { untilOwnNodeReady } from "../cluster/wait.ts";
import { checkNodeFlags, NODE_FLAGS } from "../component-flags/component-flags.ts";

const NODE_WAIT_MS = 60_000;

/** Makes this machine a node of somebody else's cluster. */
export const join: Command = {
  name: "join",
  summary:
    "Makes a node of the cluster at the address, by a token of 'skates token create', and starts it. Without arguments: starts it again.",
  usage: "skates join https://SERVER:PORT --token ID.SECRET [flags]",
  takesArgs: true,
  flags: {
    token: { type: "string", value: "ID.SECRET", doc: "As 'skates token create' printed it." },
    "ca-cert-hash": {
      type: "list",
      value: "sha256:HEX",
      doc: "The CA that the cluster must have, as 'skates token create' printed it; without it the token's signature is trusted.",
    },
    "node-name": { type: "string", value: "NAME", doc: "The node's name (default: this machine's)." },
    runtime: {
      type: "string",
      value: "NAME",
      doc: "containerd (default) or simulated: containers are acted out.",
    },
    "no-install": { type: "bool", doc: "Install nothing: name what is missing and stop." },
    ...NODE_FLAGS,
  },
  async run(invocation) {
    const paths = pathsOf(invocation.dataDir);
    const steps = stepsTo(invocation.print);
    const waits = (pid: number): void => steps.note(`another command (pid ${pid}) works here: waiting for it`);
    await oneAtATime(paths, { signal: invocation.signal, waits }, async () => {
      const existing = loadConfig(paths);
      if (existing !== undefined && existing.joined === undefined)
        throw failure(`${paths.dataDir} has a cluster of its own`, "name another directory with --data-dir");
      if (existing !== undefined && invocation.args.length > 0)
        throw failure(`${paths.dataDir} is a node of ${existing.joined?.server} already`, "run 'skates delete' first");
      checkNodeFlags(invocation.flags);
      const config =
        existing === undefined
          ? await joinCluster(paths, invocation, steps)
          : withFlags(paths, existing, givenOf(NODE_FLAGS, invocation.flags));
      const [running] = findProcesses(paths);
      if (running !== undefined) return steps.note(`already running (pid ${running.pid})`);
      const agent = startProcess(paths, "agent", config);
      const starting = { paths, config, pids: { agent }, signal: invocation.signal };
      const { ca, client: credentials } = readNodeFiles(paths);
      await steps.step("node Ready", () =>
        withClient({ server: config.joined?.server ?? "", ca, ...credentials }, (client) => {
          const get = () => client.resource<Node>(nodes).get({ name: config.nodeName }, {}, invocation.signal);
          return untilOwnNodeReady(starting, get, NODE_WAIT_MS);
        }),
      );
    });
    return EXIT.done;
  },
};

async function joinCluster(paths: Paths, { args, flags, signal }: Invocation, steps: Steps): Promise<ClusterConfig> {
  const [address, ...rest] = args;
  const given = flags.string("token");
  if (address === undefined || rest.length > 0 || given === undefined) throw usageError(`usage: ${join.usage}`);
  const server = originOf(address);
  const token = parseToken(given);
  const runtime = runtimeFrom(flags) ?? "containerd";
  const nodeName = flags.string("node-name") ?? hostname().toLowerCase();
  const [wrong] = isDns1123Subdomain(nodeName);
  if (wrong !== undefined) throw usageError(`invalid value ${JSON.stringify(nodeName)} for flag --node-name: ${wrong}`);
  const hashes = flags.list("ca-cert-hash");
  if (runtime === "containerd") {
    const { prepareHost } = await import("../cluster/prepare-host.ts");
    const install = !flags.bool("no-install");
    await steps.step("machine examined", () => prepareHost(paths, { install, steps }, signal));
  }
  const ca = await steps.step("cluster recognized", () => discoverCa({ server, token, hashes }, signal));
  const bearer = { server, ca, token: `${token.id}.${token.secret}` };
  const settings = await withClient(bearer, async (client) => {
    await checkNameFree(client, nodeName, signal);
    return await readSettings(client, signal);
  });
  const common = { pki: nodePki({ clock: systemClock(), random: systemRandom() }), clock: systemClock(), nodeName };
  const ours = await steps.step("client certificate signed", () =>
    withClient(bearer, (client) => requestCertificate({ ...common, client, which: "client" }, signal)),
  );
  const serving = await steps.step("serving certificate signed", () =>
    withClient({ server, ca, ...ours }, (client) => requestCertificate({ ...common, client, which: "server" }, signal)),
  );
  writeNodeCa(paths, ca);
  writeNodePair(paths, "client", ours);
  writeNodePair(paths, "server", serving);
  const flagsOfNode = givenOf(NODE_FLAGS, flags);
  return saveConfig(paths, {
    id: paths.id,
    index: 0,
    runtime,
    simulatedNodes: runtime === "simulated" ? 1 : 0,
    nodeName,
    ...settings,
    apiPort: Number(new URL(server).port || 443),
    joined: { server },
    ...(Object.keys(flagsOfNode).length === 0 ? {} : { flags: flagsOfNode }),
  });
}

/** Two machines under one name would take each other's pods: upstream's question, from kubeadm. */
async function checkNameFree(client: Client, name: string, signal: AbortSignal): Promise<void> {
  const found = await client
    .resource<Node>(nodes)
    .get({ name }, {}, signal)
    .catch((error: unknown) => {
      if (isStatus(error, "NotFound")) return undefined;
      throw error;
    });
  if (found?.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") !== true) return;
  throw failure(
    `the cluster has a node ${name} already, which is Ready`,
    `name this one with --node-name, or run 'kubectl delete node ${name}' if it is gone for good`,
  );
}

function originOf(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url?.protocol === "https:" && url.pathname === "/") return url.origin;
  throw usageError(`invalid address ${JSON.stringify(address)}: https://SERVER:PORT`);
}

async function withClient<T>(options: HttpsHandlerOptions, use: (client: Client) => Promise<T>): Promise<T> {
  const https = httpsHandler(options);
  try {
    return await use(clientFor(https.handler, { userAgent: "skates", clock: systemClock(), random: systemRandom() }));
  } catch (error) {
    if (!isStatus(error, "Unauthorized")) throw error;
    throw failure(
      "the cluster does not let the token in: it has expired, was deleted or is not for authentication",
      "make a new one on the server with 'skates token create'",
    );
  } finally {
    await https.close();
  }
}

async function readSettings(client: Client, signal: AbortSignal) {
  const key = { namespace: "kube-system", name: "skates-node" };
  const settings = nodeConfigFrom((await client.resource(configMaps).get(key, {}, signal)).data ?? {});
  if (settings === undefined)
    throw failure("the cluster does not say how its nodes are set up", "see its ConfigMap kube-system/skates-node");
  return settings;
}
