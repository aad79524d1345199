import { TaskGroup } from "@skates/component-base";
import { createSimulatedKubelet, simulatedServer } from "@skates/kubelet";
import { serveHandler } from "@skates/transport/node";
import type { ClusterConfig } from "../cluster/config.ts";
import type { Paths } from "../cluster/data-dir.ts";
import { hostAddress } from "../cluster/host-address.ts";
import { externalCloudProviderFrom } from "../component-flags/cloud-provider.ts";
import { GIT_VERSION } from "../version.ts";
import { apiClients } from "./api-clients.ts";
import { openLivePki } from "./live-pki.ts";
import { reloading } from "./reload.ts";
import { flagsFrom } from "../cli/flags.ts";
import { podLimitsFrom } from "../component-flags/kubelet.ts";
import { tlsPolicyFrom } from "../component-flags/tls.ts";
import { featureGatesFrom } from "../component-flags/feature-gates.ts";
import { processEnv, watchForBugs } from "./process-env.ts";

/** Of one node: to open a connection takes more than a request. */
const CONNECTIONS_MAX = 8;

/** Nodes whose containers are acted out, all in this process, each under an identity of its own. */
export async function runSimulatedAgent(paths: Paths, config: ClusterConfig, signal: AbortSignal): Promise<void> {
  const env = processEnv("agent", featureGatesFrom(flagsFrom(config.flags ?? {})));
  watchForBugs(env);
  const address = hostAddress();
  const pki = await openLivePki({ paths, config, address, process: "agent" }, env);
  await using clients = apiClients(config, () => pki.current().ca.cert, env);
  await clients.untilReachable(signal);
  const group = new TaskGroup(signal);
  const names = Array.from({ length: config.simulatedNodes }, (_, i) => simulatedNodeName(i));
  // One server stands for all nodes, under all their names.
  const identity = await pki.follow((at) => at.node({ name: "simulated", ipAddresses: [address], dnsNames: names }));
  const tls = () => ({ ...identity().server, clientCas: [pki.current().ca.cert] });
  const serving = await serveHandler({
    handler: simulatedServer({
      client: clients.as("kubelet", () => identity().client),
      nodeName: "simulated",
      clock: env.clock,
    }),
    tls: tls(),
    policy: tlsPolicyFrom(flagsFrom(config.flags ?? {})),
    address,
    port: 0,
    log: env.log,
    clock: env.clock,
  });
  pki.onChange(() => serving.replaceTls(tls()));
  for (const [i, name] of names.entries()) {
    const user = { name: `system:node:${name}`, groups: ["system:nodes"] };
    const own = await pki.follow((at) => at.client(`kubelet-client-${name}`, user));
    const kubelet = createSimulatedKubelet({
      name,
      client: clients.as(`kubelet/${GIT_VERSION}`, own, CONNECTIONS_MAX),
      env,
      podCidr: simulatedPodCidr(config.podCidr, i),
      address,
      externalCloudProvider: externalCloudProviderFrom(flagsFrom(config.flags ?? {})),
      version: GIT_VERSION,
      kubeletPort: serving.port,
      unsafeSysctls: podLimitsFrom(flagsFrom(config.flags ?? {})).unsafeSysctls,
    });
    group.spawn((inner) => kubelet.run(inner));
  }
  for (const part of [pki.renewal, reloading(env, pki.files)]) group.spawn((inner) => part.run(inner));
  env.log.info("simulated nodes are running", { count: config.simulatedNodes });
  try {
    await group.join();
  } finally {
    await serving.close();
  }
}

function simulatedNodeName(index: number): string {
  return `simulated-${index}`;
}

/** A /24 of the pods' range for each node; past 256 nodes ranges are shared, for their addresses carry no packets. */
function simulatedPodCidr(podCidr: string, index: number): string {
  const [a = "10", b = "244"] = podCidr.split(".");
  return `${a}.${b}.${index % 256}.0/24`;
}
