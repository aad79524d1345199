import { isPodTerminal, namespaces, nodes, type Pod, pods } from "@skates/api/core/v1";
import { podGroups } from "@skates/api/scheduling/v1alpha2";
import type { Client } from "@skates/client";
import { type Env, TaskGroup } from "@skates/component-base";
import { createInformers } from "@skates/controller-runtime";
import { buildProfile } from "../config/build-profile.ts";
import { defaultConfiguration, type SchedulerConfiguration } from "../config/read-configuration.ts";
import { Extenders, type ExtenderTransport, resourcesOfExtenders } from "../extenders/extenders.ts";
import { WaitingPods } from "../framework/waiting-pods.ts";
import { NO_GROUPS, watchPodGroups } from "../gangs/pod-groups.ts";
import { schedulerMetrics } from "../metrics.ts";
import { builtinPlugins, defaultPluginNames } from "../plugins/registry.ts";
import { Cluster } from "../snapshot/cluster.ts";
import { podInfoOf } from "../snapshot/pod-info.ts";
import { watchDevices, watchOwners, watchVolumes } from "../surroundings.ts";
import { type Explanation, explainPod } from "./explain-pod.ts";
import { withOpinions } from "./with-extenders.ts";

export interface ExplainOptions {
  /** May read what the scheduler reads; nothing is written. */
  readonly client: Client;
  readonly env: Env;
  readonly configuration?: SchedulerConfiguration | undefined;
  /** How extenders are reached; without it they are not asked. */
  readonly extenderTransport?: ExtenderTransport | undefined;
}

/**
 * Reads the cluster once and asks the plugins of the pod's profile, and extenders, why it is or is not scheduled. Undefined: no profile has the pod's
 * scheduler name.
 */
export async function explainPending(
  { client, env, configuration = defaultConfiguration(), extenderTransport: transport }: ExplainOptions,
  pod: Pod,
  signal: AbortSignal,
): Promise<Explanation | undefined> {
  const one = configuration.profiles.find(({ schedulerName }) => schedulerName === pod.spec.schedulerName);
  if (one === undefined) return undefined;
  const cluster = new Cluster();
  const informers = createInformers(client, env);
  const all = { nodes: informers.for(nodes), pods: informers.for(pods), namespaces: informers.for(namespaces) };
  const groups = env.gates.enabled("GenericWorkload") ? informers.for(podGroups) : undefined;
  const waiting = new WaitingPods(env.clock);
  const handle = {
    client,
    env,
    cluster,
    waiting,
    volumes: watchVolumes(informers),
    owners: watchOwners(informers),
    devices: watchDevices(informers),
    preemption: {
      client,
      clock: env.clock,
      recorder: () => ({ event: () => undefined }),
      waiting,
      metrics: schedulerMetrics(env.metrics),
      random: env.random,
      budgets: () => [],
    },
    ofExtenders: resourcesOfExtenders(configuration.extenders),
    podGroups: groups === undefined ? NO_GROUPS : watchPodGroups({ groups, pods: all.pods, cluster }),
    wake: () => undefined,
  };
  const profile = buildProfile(one, { registry: builtinPlugins(handle), defaults: defaultPluginNames(env.gates) });
  const stop = new AbortController();
  const group = new TaskGroup(AbortSignal.any([signal, stop.signal]));
  group.spawn((inner) => informers.run(inner));
  try {
    await informers.whenSynced(signal);
    for (const { metadata } of all.namespaces.list()) cluster.setNamespace(metadata.name, metadata.labels ?? {});
    for (const node of all.nodes.list()) cluster.setNode(node);
    for (const other of all.pods.list()) {
      const { nodeName = "" } = other.spec;
      if (nodeName !== "" && !isPodTerminal(other)) cluster.setPod(podInfoOf(other), nodeName);
    }
    const info = podInfoOf(pod);
    const explanation = explainPod(info, { profile, cluster });
    if (transport === undefined || explanation.feasible.length === 0) return explanation;
    const { extenders } = configuration;
    const asked = new Extenders({ env, extenders, transport, random: env.random });
    const left = explanation.feasible.flatMap(({ node }) => cluster.node(node) ?? []);
    return withOpinions(explanation, await asked.opinions(info, left, signal));
  } finally {
    stop.abort(new Error("explained"));
    await group.join();
  }
}
