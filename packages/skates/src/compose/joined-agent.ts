import { type Node, nodes } from "@skates/api/core/v1";
import { isStatus } from "@skates/apimachinery";
import { type Client, clientFor } from "@skates/client";
import { type Component, type Env, messageOf, TaskGroup } from "@skates/component-base";
import { createSimulatedKubelet, simulatedServer } from "@skates/kubelet";
import { nodePki } from "@skates/pki/node";
import { serveHandler } from "@skates/transport/node";
import type { ClusterConfig } from "../cluster/config.ts";
import type { Paths } from "../cluster/data-dir.ts";
import { hostAddress } from "../cluster/host-address.ts";
import { type NodeFiles, readNodeFiles, writeNodePair } from "../cluster/join/node-files.ts";
import { requestCertificate } from "../cluster/join/request-certificate.ts";
import { GIT_VERSION } from "../version.ts";
import { liveHttps } from "./live-https.ts";
import { processEnv, watchForBugs } from "./process-env.ts";

const POLL_MS = 500;
/** Certificates are looked at this often, and renewed when less than a fifth of their time is left. */
const LOOK_MS = 5_000;
const LEFT_PART = 0.2;

/** A simulated node of a cluster whose server is elsewhere, under certificates that it renews itself. */
export async function runJoinedAgent(
  paths: Paths,
  config: ClusterConfig,
  server: string,
  signal: AbortSignal,
): Promise<void> {
  const env = processEnv("agent");
  watchForBugs(env);
  const address = hostAddress();
  let files = readNodeFiles(paths);
  const https = liveHttps(() => ({ server, ca: files.ca, ...files.client, userAgent: `kubelet/${GIT_VERSION}` }));
  const client = clientFor(https.handler, {
    userAgent: `kubelet/${GIT_VERSION}`,
    clock: env.clock,
    random: env.random,
    wire: true,
  });
  const tls = () => ({ ...files.server, clientCas: [files.ca] });
  const serving = await serveHandler({
    handler: simulatedServer({ client, nodeName: config.nodeName, clock: env.clock }),
    tls: tls(),
    address,
    port: 0,
    log: env.log,
    clock: env.clock,
  });
  const renewal = certificateRenewal({ paths, client, env, nodeName: config.nodeName, files: () => files }, (next) => {
    files = next;
    serving.replaceTls(tls());
  });
  const group = new TaskGroup(signal);
  group.spawn((inner) => renewal.run(inner));
  group.spawn(async (inner) => {
    const podCidr = await assignedPodCidr({ client, env, nodeName: config.nodeName }, inner);
    const kubelet = createSimulatedKubelet({
      name: config.nodeName,
      client,
      env,
      podCidr,
      address,
      version: GIT_VERSION,
      kubeletPort: serving.port,
    });
    await kubelet.run(inner);
  });
  try {
    await group.join();
  } finally {
    await serving.close();
    await https.close();
  }
}

interface OwnNode {
  readonly client: Client;
  readonly env: Env;
  readonly nodeName: string;
}

/** Registers the node, and waits for the part of the pods' addresses that the cluster gives it. */
async function assignedPodCidr({ client, env, nodeName }: OwnNode, signal: AbortSignal): Promise<string> {
  const typed = client.resource(nodes);
  const node: Node = {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: nodeName },
    spec: { taints: [{ key: "node.kubernetes.io/not-ready", effect: "NoSchedule" }] },
  };
  for (;;) {
    try {
      await typed.create(node, {}, signal).catch((error: unknown) => {
        if (!isStatus(error, "AlreadyExists")) throw error;
      });
      const { podCIDR } = (await typed.get({ name: nodeName }, {}, signal)).spec;
      if (podCIDR !== undefined) return podCIDR;
    } catch (error) {
      signal.throwIfAborted();
      env.log.warn("the node could not be registered", { cause: messageOf(error) });
    }
    await env.clock.sleep(POLL_MS, signal);
  }
}

interface RenewalOptions extends OwnNode {
  readonly paths: Paths;
  readonly files: () => NodeFiles;
}

/** Renews both certificates in time, by requests under the node's own name. */
function certificateRenewal(
  { paths, client, env, nodeName, files }: RenewalOptions,
  use: (next: NodeFiles) => void,
): Component {
  const pki = nodePki(env);
  const due = (cert: string): boolean => {
    const { notBeforeMs, notAfterMs } = pki.readCertificate(cert);
    return notAfterMs - env.clock.nowMs() < LEFT_PART * (notAfterMs - notBeforeMs);
  };
  return {
    name: "node-certificates",
    ready: () => true,
    async run(signal) {
      for (;;) {
        await env.clock.sleep(LOOK_MS, signal);
        for (const which of ["client", "server"] as const) {
          if (!due(files()[which].cert)) continue;
          try {
            const pair = await requestCertificate({ client, pki, clock: env.clock, nodeName, which }, signal);
            writeNodePair(paths, which, pair);
            use({ ...files(), [which]: pair });
            env.log.info("certificate renewed", { which });
          } catch (error) {
            signal.throwIfAborted();
            env.log.error("a certificate of the node could not be renewed", { which, cause: messageOf(error) });
          }
        }
      }
    },
  };
}
