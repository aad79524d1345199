import { isPodTerminal, nodes, namespaces, type Pod, pods } from "@skates/api/core/v1";
import { podDisruptionBudgets } from "@skates/api/policy/v1";
import { podGroups } from "@skates/api/scheduling/v1alpha2";
import type { Client } from "@skates/client";
import { type Component, type Env, TaskGroup, uuid } from "@skates/component-base";
import { createInformers, type Informer, leading } from "@skates/controller-runtime";
import { AssumedPods } from "./assumed-pods.ts";
import { BindingCycle } from "./binding-cycle.ts";
import { ClusterFeed } from "./cluster-feed.ts";
import { buildProfile } from "./config/build-profile.ts";
import { defaultConfiguration, type SchedulerConfiguration } from "./config/read-configuration.ts";
import { createEventRecorders, recordersFor } from "./event-recorders.ts";
import { Extenders, type ExtenderTransport, resourcesOfExtenders } from "./extenders/extenders.ts";
import { Framework } from "./framework/framework.ts";
import { MeasuredTimes } from "./framework/plugin-times.ts";
import { NO_GROUPS, watchPodGroups } from "./gangs/pod-groups.ts";
import { WaitingPods } from "./framework/waiting-pods.ts";
import { notePending, type SchedulerMetrics, schedulerMetrics } from "./metrics.ts";
import { PodStatuses } from "./pod-status.ts";
import { builtinPlugins, defaultPluginNames, type Plugins } from "./plugins/registry.ts";
import { SchedulingQueue } from "./queue/scheduling-queue.ts";
import { SchedulingCycle } from "./scheduling-cycle.ts";
import { Cluster } from "./snapshot/cluster.ts";
import { watchDevices, watchOwners, watchVolumes } from "./surroundings.ts";

export interface SchedulerOptions {
  /** Under the scheduler's own identity (`system:kube-scheduler`). */
  readonly client: Client;
  readonly env: Env;
  /** Profiles, their plugins, and extenders; default: one profile, upstream's. */
  readonly configuration?: SchedulerConfiguration | undefined;
  /** Further plugins, for the configuration to enable. */
  readonly plugins?: Plugins | undefined;
  /** How extenders are reached; without it a configuration with extenders is refused. */
  readonly extenderTransport?: ExtenderTransport | undefined;
  /** Tells this scheduler from others that want to lead, where the configuration lets them elect; default: by chance. */
  readonly identity?: string | undefined;
  /** Pods under way to their nodes at once; default 128. */
  readonly bindingsMax?: number | undefined;
}

/** A turn of the event loop takes no longer than this. */
const TURN_MS = 8;
/** How often the sizes of queues and caches are put into metrics. */
const GAUGES_MS = 5_000;

/** Chooses a node for each pod that has none and binds it there; where the configuration says so, only while it leads. */
export function createScheduler(options: SchedulerOptions): Component {
  const scheduler = new Scheduler(options);
  const { client, env, configuration } = options;
  if (configuration?.leaderElection === undefined) return scheduler;
  const identity = options.identity ?? `kube-scheduler_${uuid(env.random.stream("identity"))}`;
  return leading(scheduler, { client, env, identity, ...configuration.leaderElection });
}

class Scheduler implements Component {
  readonly name = "kube-scheduler";
  readonly #options: SchedulerOptions;
  #ready = false;

  constructor(options: SchedulerOptions) {
    this.#options = options;
  }

  ready(): boolean {
    return this.#ready;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { client, env, configuration = defaultConfiguration() } = this.#options;
    const metrics = schedulerMetrics(env.metrics);
    const cluster = new Cluster();
    const informers = createInformers(client, env);
    const budgets = informers.for(podDisruptionBudgets);
    // Nodes before pods: what was there first is then seen first.
    const nodeInformer = informers.for(nodes);
    const podInformer: Informer<Pod> = informers.for(pods);
    const groups = env.gates.enabled("GenericWorkload") ? informers.for(podGroups) : undefined;
    const waiting = new WaitingPods(env.clock);
    const recorders = createEventRecorders({
      client,
      env,
      names: configuration.profiles.map((one) => one.schedulerName),
    });
    const recorder = recordersFor(recorders);
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
        recorder,
        waiting,
        metrics,
        random: env.random.stream("preemption"),
        budgets: () => budgets.list(),
      },
      ofExtenders: resourcesOfExtenders(configuration.extenders),
      podGroups: groups === undefined ? NO_GROUPS : watchPodGroups({ groups, pods: podInformer, cluster }),
      // The queue comes later, and no plugin wakes anybody before.
      wake: (uid: string) => queue.wake(uid),
    };
    const registry = { ...builtinPlugins(handle), ...this.#options.plugins?.(handle) };
    const profiles = configuration.profiles.map((one) =>
      buildProfile(one, { registry, defaults: defaultPluginNames(env.gates) }),
    );
    const times = profiles.map(({ name }) => new MeasuredTimes({ metrics, clock: env.clock, profile: name }));
    const frameworks = new Map(
      profiles.map((profile, i) => {
        const random = env.random.stream(`scheduler/${profile.name}`);
        return [profile.name, new Framework({ profile, snapshot: cluster, random, times: times[i] })];
      }),
    );
    const sort = profiles[0]?.plugins.queueSort[0]?.queueSort;
    const queue = new SchedulingQueue({
      clock: env.clock,
      gate: (pod) => frameworks.get(pod.pod.spec.schedulerName ?? "")?.gate(pod)?.plugin,
      sort: (a, b) => sort?.(a, b) ?? 0,
      backoffMs: configuration.podInitialBackoffSeconds * 1000,
      backoffMsMax: configuration.podMaxBackoffSeconds * 1000,
      eager: env.gates.enabled("SchedulerPopFromBackoffQ"),
      onMove: (pool, cause) => metrics.incoming.inc([pool, cause]),
      onHint: ({ plugin, event, helps, seconds }) =>
        metrics.hintSeconds.observe([plugin, event, helps ? "Queue" : "QueueSkip"], seconds),
    });
    const feed = new ClusterFeed({ cluster, queue, schedulerNames: new Set(frameworks.keys()) });
    const endings = [
      informers.for(namespaces).subscribe(feed.namespace),
      nodeInformer.subscribe(feed.node),
      podInformer.subscribe(feed.pod),
      handle.volumes.subscribe(feed.storage),
      handle.devices.subscribe(feed.devices),
      ...(groups === undefined ? [] : [groups.subscribe(feed.podGroups)]),
    ];
    if (configuration.withoutEffect.length > 0) {
      const fields = configuration.withoutEffect.join(", ");
      env.log.info("fields of the scheduler's configuration that mean nothing here", { fields });
    }
    const group = new TaskGroup(signal);
    group.spawn((inner) => informers.run(inner));
    for (const one of recorders.values()) group.spawn((inner) => one.run(inner));
    const extenders = new Extenders({
      env,
      extenders: configuration.extenders,
      transport: this.#options.extenderTransport ?? noTransport,
      random: env.random.stream("extenders"),
    });
    const statuses = new PodStatuses({ client, env, recorder, group });
    const assumed = new AssumedPods({ client, env, cluster, feed });
    const onBound = (uid: string): void => assumed.bound(uid);
    const cycle = new SchedulingCycle({
      env,
      cluster,
      frameworks,
      extenders,
      queue,
      statuses,
      waiting,
      metrics,
      group,
      bindings: new BindingCycle({ env, extenders, statuses, recorder, metrics, onBound }),
      bindingsMax: this.#options.bindingsMax ?? 128,
    });
    group.spawn((inner) => assumed.run(inner));
    group.spawn(async (inner) => {
      await informers.whenSynced(inner);
      this.#ready = true;
      await this.#loop({ queue, cycle }, inner);
    });
    group.spawn(async (inner) => {
      for (;;) {
        await env.clock.sleep(GAUGES_MS, inner);
        metrics.underWay.set(["binding"], cycle.underWay);
        for (const one of times) one.flush();
        noteSizes(metrics, { queue, cluster, running: podInformer.list().filter((pod) => !isPodTerminal(pod)).length });
      }
    });
    try {
      await group.join();
    } finally {
      for (const end of endings) end();
      this.#ready = false;
    }
  }

  async #loop(
    { queue, cycle }: { readonly queue: SchedulingQueue; readonly cycle: SchedulingCycle },
    signal: AbortSignal,
  ): Promise<void> {
    const { clock } = this.#options.env;
    let startMs = clock.monotonicMs();
    while (!signal.aborted) {
      await cycle.room(signal);
      let entry = queue.takeNow();
      if (entry === undefined) {
        entry = await queue.take(signal);
        startMs = clock.monotonicMs();
      } else if (clock.monotonicMs() - startMs > TURN_MS) {
        await clock.sleep(0, signal);
        startMs = clock.monotonicMs();
      }
      // It may have gone while we slept.
      if (queue.has(entry)) cycle.schedule(entry);
    }
  }
}

function noteSizes(
  metrics: SchedulerMetrics,
  { queue, cluster, running }: { readonly queue: SchedulingQueue; readonly cluster: Cluster; readonly running: number },
): void {
  notePending(metrics, queue);
  metrics.cacheSize.set(["nodes"], cluster.nodeCount);
  metrics.cacheSize.set(["assumed_pods"], cluster.assumedCount);
  metrics.cacheSize.set(["pods"], running);
}

function noTransport(): Promise<never> {
  return Promise.reject(new Error("extenders cannot be reached from here"));
}
