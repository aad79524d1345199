import { type Env, TaskGroup } from "@skates/component-base";
import { createSimulatedKubelet, simulatedServer } from "@skates/kubelet";
import { serveHandler } from "@skates/transport/node";
import { flagsFrom } from "../cli/flags.ts";
import type { ClusterConfig } from "../cluster/config.ts";
import { externalCloudProviderFrom } from "../component-flags/cloud-provider.ts";
import { podLimitsFrom } from "../component-flags/kubelet.ts";
import { tlsPolicyFrom } from "../component-flags/tls.ts";
import { GIT_VERSION } from "../version.ts";
import type { NodeAccess } from "./node-access.ts";

export interface JoinedSimulation {
  readonly config: ClusterConfig;
  readonly env: Env;
  /** Of this machine. */
  readonly address: string;
  readonly access: NodeAccess;
}

/** A simulated node of a cluster whose server is elsewhere, until `signal` aborts. */
export async function runJoinedSimulation(
  { config, env, address, access }: JoinedSimulation,
  signal: AbortSignal,
): Promise<void> {
  const flags = flagsFrom(config.flags ?? {});
  const serving = await serveHandler({
    handler: simulatedServer({ client: access.kubelet, nodeName: config.nodeName, clock: env.clock }),
    tls: access.tls(),
    policy: tlsPolicyFrom(flags),
    address,
    port: 0,
    log: env.log,
    clock: env.clock,
  });
  access.onTls(() => serving.replaceTls(access.tls()));
  const group = new TaskGroup(signal);
  for (const part of access.upkeep) group.spawn((inner) => part.run(inner));
  group.spawn(async (inner) => {
    const kubelet = createSimulatedKubelet({
      name: config.nodeName,
      client: access.kubelet,
      env,
      podCidr: await access.podCidr(inner),
      address,
      externalCloudProvider: externalCloudProviderFrom(flags),
      unsafeSysctls: podLimitsFrom(flags).unsafeSysctls,
      version: GIT_VERSION,
      kubeletPort: serving.port,
    });
    await kubelet.run(inner);
  });
  try {
    await group.join();
  } finally {
    await serving.close();
  }
}
