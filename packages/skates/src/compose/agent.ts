import { readFileSync } from "node:fs";
import { endpointSlices } from "@skates/api/discovery/v1";
import { type Node, nodes, services } from "@skates/api/core/v1";
import { createClusterDns } from "@skates/cluster-dns";
import { forwardTo, listenDns, nameServersOf } from "@skates/cluster-dns/node";
import { type Component, type Env, TaskGroup } from "@skates/component-base";
import { createInformer, createInformers, type Informer, type Informers } from "@skates/controller-runtime";
import { createKubeProxy, serviceKeysOf } from "@skates/kube-proxy";
import { conntrackFlows } from "@skates/kube-proxy/node";
import { type Kubelet, parseResolvConf } from "@skates/kubelet";
import { createNodeKubelet, type CriRuntime, criRuntime } from "@skates/kubelet/node";
import { nftDataPlane } from "@skates/packet-filter/node";
import { flagsFrom } from "../cli/flags.ts";
import { podLimitsFrom, seccompDefaultFrom } from "../component-flags/kubelet.ts";
import { tlsPolicyFrom } from "../component-flags/tls.ts";
import type { ClusterConfig } from "../cluster/config.ts";
import type { Paths } from "../cluster/data-dir.ts";
import { hostAddress } from "../cluster/host-address.ts";
import { dnsIdentity } from "../cluster/pki.ts";
import { GIT_VERSION } from "../version.ts";
import { type ApiClients, apiClients } from "./api-clients.ts";
import { nodePodCidr, prepareNodeHost } from "./node-host.ts";
import { type LivePki, openLivePki } from "./live-pki.ts";
import { reloading } from "./reload.ts";
import { externalCloudProviderFrom } from "../component-flags/cloud-provider.ts";
import { featureGatesFrom } from "../component-flags/feature-gates.ts";
import { processEnv, watchForBugs } from "./process-env.ts";

const RESOLV_CONF = "/etc/resolv.conf";
const MAX_PODS = 110;

interface Surroundings {
  readonly paths: Paths;
  readonly config: ClusterConfig;
  readonly env: Env;
  readonly pki: LivePki;
  readonly clients: ApiClients;
  /** Of this machine. */
  readonly address: string;
}

/** kubelet, kube-proxy and cluster DNS of this machine, until `signal` aborts. Pods stay when it ends. */
export async function runAgent(paths: Paths, config: ClusterConfig, signal: AbortSignal): Promise<void> {
  const env = processEnv("agent", featureGatesFrom(flagsFrom(config.flags ?? {})));
  watchForBugs(env);
  const address = hostAddress();
  const group = new TaskGroup(signal);
  const pki = await openLivePki({ paths, config, address, process: "agent" }, env);
  await using clients = apiClients(config, () => pki.current().ca.cert, env);
  const surroundings = { paths, config, env, pki, clients, address };
  // The machine is made ready while the API server starts.
  const [{ containerd }] = await Promise.all([
    prepareNodeHost(paths, config, env, group),
    clients.untilReachable(group.signal),
  ]);
  const runtime = await criRuntime({ address: containerd.endpoint });
  const proxyClient = clients.as("kube-proxy", () => pki.current().kubeProxy);
  const informers = createInformers(proxyClient, env);
  const fieldSelector = `metadata.name=${config.nodeName}`;
  const ownNode = createInformer(proxyClient.resource(nodes), nodes, { env, fieldSelector });
  const components = [
    await kubelet(surroundings, runtime),
    kubeProxy(surroundings, informers, ownNode),
    await clusterDns(surroundings, informers),
    pki.renewal,
    reloading(env, pki.files),
  ];
  group.spawn((inner) => informers.run(inner));
  group.spawn((inner) => ownNode.run(inner));
  for (const component of components) group.spawn((inner) => component.run(inner));
  env.log.info("node is running", { node: config.nodeName, address });
  try {
    await group.join();
  } finally {
    runtime.close();
  }
}

async function kubelet(
  { paths, config, env, pki, clients, address }: Surroundings,
  runtime: CriRuntime,
): Promise<Kubelet> {
  const identity = await pki.follow((at) => at.node({ name: config.nodeName, ipAddresses: [address] }));
  const tls = () => ({ ...identity().server, clientCas: [pki.current().ca.cert] });
  return createNodeKubelet({
    settings: {
      name: config.nodeName,
      labels: {},
      taints: [],
      addresses: [address],
      externalCloudProvider: externalCloudProviderFrom(flagsFrom(config.flags ?? {})),
      podCidr: nodePodCidr(config),
      maxPods: MAX_PODS,
      version: GIT_VERSION,
      reserved: { milliCpu: 0, memoryBytes: 0 },
    },
    client: clients.as("kubelet", () => identity().client),
    env,
    runtime,
    paths: paths.node,
    dns: { servers: [config.dnsAddress], domain: config.clusterDomain, host: parseResolvConf(resolvConf()) },
    ...podLimitsFrom(flagsFrom(config.flags ?? {})),
    seccompDefault: seccompDefaultFrom(flagsFrom(config.flags ?? {})),
    tls: tls(),
    onTls: (replace) => pki.onChange(() => replace(tls())),
    listen: { address, port: 0, policy: tlsPolicyFrom(flagsFrom(config.flags ?? {})) },
  });
}

function kubeProxy(
  { paths, config, env, address }: Surroundings,
  informers: Informers,
  ownNode: Informer<Node>,
): Component {
  return createKubeProxy({
    env,
    services: informers.for(services),
    slices: informers.for(endpointSlices, { indexes: { service: serviceKeysOf } }),
    nodeName: config.nodeName,
    nodes: ownNode,
    dataPlane: nftDataPlane(),
    flows: conntrackFlows(env.log),
    table: { tableName: `skates_${paths.id}_services`, nodeAddresses: [address], podCidr: config.podCidr },
  });
}

async function clusterDns(
  { config, env, pki, clients, address }: Surroundings,
  informers: Informers,
): Promise<Component> {
  const servers = nameServersOf(resolvConf(), [config.dnsAddress, address]);
  return createClusterDns({
    env,
    client: clients.as("cluster-dns", await pki.follow(dnsIdentity)),
    services: informers.for(services),
    slices: informers.for(endpointSlices, { indexes: { service: serviceKeysOf } }),
    domain: config.clusterDomain,
    serviceAddress: config.dnsAddress,
    nodeName: config.nodeName,
    nodeAddress: address,
    listen: (resolve) => listenDns({ address, port: 0, resolve }),
    forward: servers.length > 0 ? forwardTo(servers) : undefined,
  });
}

/** What the machine itself resolves names with. */
function resolvConf(): string {
  try {
    return readFileSync(RESOLV_CONF, "utf8");
  } catch {
    return ""; // a machine without resolver: only the cluster's names
  }
}
