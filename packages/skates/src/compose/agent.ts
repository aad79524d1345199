import { readFileSync } from "node:fs";
import { endpointSlices } from "@skates/api/discovery/v1";
import { type Node, nodes, services } from "@skates/api/core/v1";
import { announceInApi, type ClusterDnsOptions, createClusterDns } from "@skates/cluster-dns";
import { forwardTo, listenDns, nameServersOf } from "@skates/cluster-dns/node";
import { type Component, type Env, TaskGroup } from "@skates/component-base";
import { createInformer, createInformers, type Informer, type Informers } from "@skates/controller-runtime";
import { createKubeProxy, type KubeProxy, serviceKeysOf } from "@skates/kube-proxy";
import { conntrackFlows } from "@skates/kube-proxy/node";
import { createNodeRoutes, type Kubelet, parseResolvConf } from "@skates/kubelet";
import { createNodeKubelet, type CriRuntime, criRuntime, hostRouteTable } from "@skates/kubelet/node";
import { nftDataPlane } from "@skates/packet-filter/node";
import { flagsFrom } from "../cli/flags.ts";
import { evictionFrom } from "../component-flags/eviction.ts";
import { podLimitsFrom, seccompDefaultFrom } from "../component-flags/kubelet.ts";
import { tlsPolicyFrom } from "../component-flags/tls.ts";
import type { ClusterConfig } from "../cluster/config.ts";
import type { Paths } from "../cluster/data-dir.ts";
import { GIT_VERSION } from "../version.ts";
import { prepareNodeHost } from "./node-host.ts";
import type { NodeAccess } from "./node-access.ts";
import { externalCloudProviderFrom } from "../component-flags/cloud-provider.ts";

const RESOLV_CONF = "/etc/resolv.conf";
const MAX_PODS = 110;

interface Surroundings {
  readonly paths: Paths;
  readonly config: ClusterConfig;
  readonly env: Env;
  /** Of this machine. */
  readonly address: string;
  readonly access: NodeAccess;
}

/** kubelet, kube-proxy and cluster DNS of this machine, until `signal` aborts. Pods stay when it ends. */
export async function runAgent(surroundings: Surroundings, signal: AbortSignal): Promise<void> {
  const { paths, config, env, address, access } = surroundings;
  const group = new TaskGroup(signal);
  for (const part of access.upkeep) group.spawn((inner) => part.run(inner));
  const podCidr = await access.podCidr(group.signal);
  // The machine is made ready while the API server starts.
  const [host] = await Promise.all([
    prepareNodeHost({ paths, config, podCidr, env }, group),
    access.untilReachable(group.signal),
  ]);
  const runtime = await criRuntime({ address: host.containerd.endpoint });
  const informers = createInformers(access.kubeProxy, env);
  const allNodes = createInformer<Node>(access.kubeProxy.resource(nodes), nodes, { env, keep: whereabouts });
  const proxy = kubeProxy(surroundings, informers, allNodes);
  const components = [
    kubelet(surroundings, runtime, podCidr),
    proxy,
    clusterDns(surroundings, informers, proxy),
    createNodeRoutes({
      env,
      nodes: allNodes,
      nodeName: config.nodeName,
      clusterCidr: config.podCidr,
      table: hostRouteTable(paths.node, config.podCidr),
    }),
  ];
  allNodes.subscribe(({ object: { metadata, spec } }) => {
    if (metadata.name === config.nodeName && spec?.podCIDR !== undefined) host.usePodCidr(spec.podCIDR);
  });
  group.spawn((inner) => informers.run(inner));
  group.spawn((inner) => allNodes.run(inner));
  for (const component of components) group.spawn((inner) => component.run(inner));
  env.log.info("node is running", { node: config.nodeName, address });
  try {
    await group.join();
  } finally {
    runtime.close();
  }
}

/** What routes and zones need of a node: of thousands, the rest would be most of the agent's memory. */
function whereabouts({ apiVersion, kind, metadata, spec, status }: Node): Node {
  const { name, uid, resourceVersion, creationTimestamp, labels } = metadata;
  return {
    apiVersion,
    kind,
    metadata: { name, uid, resourceVersion, creationTimestamp, labels },
    spec: { podCIDR: spec.podCIDR },
    status: { addresses: status?.addresses },
  };
}

function kubelet({ paths, config, env, address, access }: Surroundings, runtime: CriRuntime, podCidr: string): Kubelet {
  return createNodeKubelet({
    settings: {
      name: config.nodeName,
      labels: {},
      taints: [],
      addresses: [address],
      externalCloudProvider: externalCloudProviderFrom(flagsFrom(config.flags ?? {})),
      podCidr: access.choosesPodCidr ? podCidr : undefined,
      maxPods: MAX_PODS,
      version: GIT_VERSION,
      reserved: { milliCpu: 0, memoryBytes: 0 },
    },
    client: access.kubelet,
    env,
    runtime,
    paths: paths.node,
    dns: { servers: [config.dnsAddress], domain: config.clusterDomain, host: parseResolvConf(resolvConf()) },
    ...podLimitsFrom(flagsFrom(config.flags ?? {})),
    eviction: evictionFrom(flagsFrom(config.flags ?? {})),
    seccompDefault: seccompDefaultFrom(flagsFrom(config.flags ?? {})),
    tls: access.tls(),
    onTls: (replace) => access.onTls(() => replace(access.tls())),
    listen: { address, port: 0, policy: tlsPolicyFrom(flagsFrom(config.flags ?? {})) },
  });
}

function kubeProxy(
  { paths, config, env, address }: Surroundings,
  informers: Informers,
  allNodes: Informer<Node>,
): KubeProxy {
  return createKubeProxy({
    env,
    services: informers.for(services),
    slices: informers.for(endpointSlices, { indexes: { service: serviceKeysOf } }),
    nodeName: config.nodeName,
    nodes: allNodes,
    dataPlane: nftDataPlane(),
    flows: conntrackFlows(env.log),
    table: { tableName: `skates_${paths.id}_services`, nodeAddresses: [address], podCidr: config.podCidr },
  });
}

function clusterDns({ config, env, address, access }: Surroundings, informers: Informers, proxy: KubeProxy): Component {
  const servers = nameServersOf(resolvConf(), [config.dnsAddress, address]);
  return createClusterDns({
    env,
    announce: access.dns === undefined ? announceToProxy(proxy) : announceInApi(access.dns),
    services: informers.for(services),
    slices: informers.for(endpointSlices, { indexes: { service: serviceKeysOf } }),
    domain: config.clusterDomain,
    serviceAddress: config.dnsAddress,
    nodeName: config.nodeName,
    nodeAddress: address,
    listen: (resolve) => listenDns({ address, port: 0, resolve, clock: env.clock }),
    forward: servers.length > 0 ? forwardTo(servers) : undefined,
  });
}

/** Pods of this node ask this node: it may not write to the cluster where its DNS is, and need not. */
function announceToProxy(proxy: KubeProxy): ClusterDnsOptions["announce"] {
  return ({ service: { metadata }, slice }) => {
    proxy.useSlices(`${metadata.namespace ?? ""}/${metadata.name}`, [slice]);
    return Promise.resolve();
  };
}

/** What the machine itself resolves names with. */
function resolvConf(): string {
  try {
    return readFileSync(RESOLV_CONF, "utf8");
  } catch {
    return ""; // a machine without resolver: only the cluster's names
  }
}
