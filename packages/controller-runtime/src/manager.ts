import type { Client } from "@skates/client";
import { type Component, type Env, TaskGroup } from "@skates/component-base";
import type { Controller } from "./controller.ts";
import { createEventRecorder } from "./event-recorder.ts";
import { createInformers } from "./informers.ts";
import { type LeaderElectionOptions, leading } from "./leader-election.ts";
import { controllerComponent } from "./run-controller.ts";

export interface ManagerOptions {
  readonly client: Client;
  readonly env: Env;
  readonly controllers: readonly Controller<unknown>[];
  /** What else runs beside them: webhooks, servers of metrics. */
  readonly others?: readonly Component[] | undefined;
  /** Keys of a controller that are worked on at once; default 5. */
  readonly workers?: number | undefined;
  /** Several copies may run: only the one that holds this Lease works. Default: each one that runs works. */
  readonly leaderElection?: Pick<LeaderElectionOptions, "namespace" | "name" | "identity"> | undefined;
}

/**
 * Controllers with all that they share: one informer for each kind, a recorder of events for each of them, and, where that is wanted, the
 * election of a leader. `run` ends when `signal` aborts, and fails with the first of them that fails.
 */
export function createManager(options: ManagerOptions): Component {
  const { client, env, leaderElection } = options;
  const informers = createInformers(client, env);
  const working = options.controllers.flatMap((controller) => {
    const recorder = createEventRecorder({ client, env, component: controller.name });
    return [controllerComponent(controller, { client, informers, recorder, env, workers: options.workers }), recorder];
  });
  const inner: Component = {
    name: "controllers",
    ready: () => working.every((component) => component.ready()),
    run: (signal) => together([{ ...QUIET, run: (own) => informers.run(own) }, ...working], signal),
  };
  const elected = leaderElection === undefined ? inner : leading(inner, { client, env, ...leaderElection });
  const all = [elected, ...(options.others ?? [])];
  return {
    name: "manager",
    ready: () => all.every((component) => component.ready()),
    run: (signal) => together(all, signal),
  };
}

const QUIET = { name: "informers", ready: () => true } as const;

async function together(components: readonly Component[], signal: AbortSignal): Promise<void> {
  const group = new TaskGroup(signal);
  for (const component of components) group.spawn((inner) => component.run(inner));
  await group.join();
}
