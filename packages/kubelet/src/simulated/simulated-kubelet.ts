import type { Client } from "@skates/client";
import type { Env } from "@skates/component-base";
import { createKubelet, type Kubelet } from "../kubelet.ts";
import { SimulatedHost } from "./simulated-host.ts";
import { simulatedNetwork } from "./simulated-network.ts";
import { SimulatedRuntime } from "./simulated-runtime.ts";

export interface SimulatedNodeOptions {
  readonly name: string;
  readonly client: Client;
  readonly env: Env;
  /** `10.244.3.0/24`. */
  readonly podCidr: string;
  readonly externalCloudProvider?: boolean | undefined;
  readonly address: string;
  readonly version: string;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly cpus?: number | undefined;
  readonly memoryBytes?: number | undefined;
  readonly maxPods?: number | undefined;
  readonly unsafeSysctls?: readonly string[] | undefined;
  /** Where its API answers, for logs and exec to be refused; 0: nowhere. */
  readonly kubeletPort?: number | undefined;
}

const GIB = 1024 ** 3;

/** A kubelet whose containers are acted out. Many fit into one process: a node costs its watch, its lease and its pods. */
export function createSimulatedKubelet(options: SimulatedNodeOptions): Kubelet {
  const { name, client, env, podCidr } = options;
  return createKubelet({
    settings: {
      name,
      labels: { "skates.io/simulated": "true", ...options.labels },
      taints: [],
      addresses: [options.address],
      externalCloudProvider: options.externalCloudProvider,
      podCidr,
      maxPods: options.maxPods ?? 110,
      version: options.version,
      kubeletPort: options.kubeletPort ?? 0,
      localVolumesDir: "/simulated/volumes",
      reserved: { milliCpu: 0, memoryBytes: 0 },
    },
    machine: {
      cpus: options.cpus ?? 8,
      memoryBytes: options.memoryBytes ?? 32 * GIB,
      ephemeralStorageBytes: 100 * GIB,
      machineId: name,
      systemUuid: name,
      bootId: name,
      kernelVersion: "simulated",
      osImage: "Skates simulated node",
      operatingSystem: "linux",
      architecture: "amd64",
    },
    client,
    env,
    runtime: new SimulatedRuntime({ clock: env.clock, podCidr, node: name }),
    runtimeName: "simulated",
    host: () => new SimulatedHost(),
    network: simulatedNetwork,
    dns: { servers: [], domain: "cluster.local", host: { servers: [], searches: [], options: [] } },
    appArmor: true,
    unsafeSysctls: options.unsafeSysctls,
    withoutReferences: true,
  });
}
