import { isPodTerminal, type Namespace, namespaces, type Node, nodes, type Pod, pods } from "@skates/api/core/v1";
import { podDisruptionBudgets } from "@skates/api/policy/v1";
import type { Client } from "@skates/client";
import { type Component, type Env, TaskGroup } from "@skates/component-base";
import { createInformers, type Informer } from "@skates/controller-runtime";
import { ClusterFeed } from "./cluster-feed.ts";
import { createEventLanes } from "./event-lanes.ts";
import { Framework } from "./framework/framework.ts";
import type { SchedulerPlugin } from "./framework/plugin.ts";
import { notePending, schedulerMetrics } from "./metrics.ts";
import { watchOwners, watchVolumes } from "./surroundings.ts";
import { defaultPlugins } from "./plugins/default-plugins.ts";
import { SchedulingQueue } from "./queue/scheduling-queue.ts";
import { SchedulingCycle } from "./scheduling-cycle.ts";
import { Cluster } from "./snapshot/cluster.ts";

export interface SchedulerOptions {
  /** Under the scheduler's own identity (`system:kube-scheduler`). */
  readonly client: Client;
  readonly env: Env;
  /** Pods that name this scheduler are its own. Default `default-scheduler`. */
  readonly name?: string | undefined;
  /** In place of the default profile's. */
  readonly plugins?: readonly SchedulerPlugin[] | undefined;
  /** Bindings under way at once; default 128. */
  readonly bindingsMax?: number | undefined;
}

/** A turn of the event loop takes no longer than this. */
const TURN_MS = 8;
/** How often the sizes of queues and caches are put into metrics. */
const GAUGES_MS = 5_000;

/** Chooses a node for each pod that has none and binds it there. */
export function createScheduler(options: SchedulerOptions): Component {
  return new Scheduler(options);
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
    const { client, env, name = "default-scheduler" } = this.#options;
    const metrics = schedulerMetrics(env.metrics);
    const cluster = new Cluster();
    const informers = createInformers(client, env);
    const volumes = watchVolumes(informers);
    const framework = new Framework({
      plugins: this.#options.plugins ?? defaultPlugins({ volumes, owners: watchOwners(informers) }),
      snapshot: cluster,
      random: env.random.stream("scheduler"),
    });
    const queue = new SchedulingQueue({
      clock: env.clock,
      gated: (pod) => framework.gate(pod) !== undefined,
      eager: env.gates.enabled("SchedulerPopFromBackoffQ"),
      onMove: (pool, cause) => metrics.incoming.inc([pool, cause]),
    });
    const feed = new ClusterFeed({ cluster, queue, schedulerName: name });
    const nodeInformer: Informer<Node> = informers.for(nodes);
    const podInformer: Informer<Pod> = informers.for(pods);
    const namespaceInformer: Informer<Namespace> = informers.for(namespaces);
    const budgetInformer = informers.for(podDisruptionBudgets);
    const endings = [
      namespaceInformer.subscribe(feed.namespace),
      nodeInformer.subscribe(feed.node),
      podInformer.subscribe(feed.pod),
    ];
    const recorder = createEventLanes({ client, env, component: name });
    const group = new TaskGroup(signal);
    group.spawn((inner) => informers.run(inner));
    group.spawn((inner) => recorder.run(inner));
    const cycle = new SchedulingCycle({
      client,
      env,
      cluster,
      framework,
      queue,
      recorder,
      metrics,
      group,
      profile: name,
      random: env.random.stream("preemption"),
      budgets: () => budgetInformer.list(),
      bindingsMax: this.#options.bindingsMax ?? 128,
    });
    group.spawn(async (inner) => {
      await informers.whenSynced(inner);
      this.#ready = true;
      await this.#loop({ queue, cycle }, inner);
    });
    group.spawn(async (inner) => {
      for (;;) {
        await env.clock.sleep(GAUGES_MS, inner);
        notePending(metrics.pending, queue);
        metrics.cacheSize.set(["nodes"], cluster.nodeCount);
        metrics.cacheSize.set(["assumed_pods"], cluster.assumedCount);
        metrics.cacheSize.set(["pods"], podInformer.list().filter((pod) => !isPodTerminal(pod)).length);
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
      cycle.schedule(entry);
    }
  }
}
