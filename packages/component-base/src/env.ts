import type { Clock } from "./clock.ts";
import { type FeatureGates, featureGates } from "./feature-gates.ts";
import { type Logger, silentLogger } from "./logger.ts";
import { createMetrics } from "./metrics-registry.ts";
import type { Metrics } from "./metrics.ts";
import type { Random } from "./random.ts";

/** All that a component takes from its surroundings besides the API. */
export interface Env {
  readonly clock: Clock;
  readonly random: Random;
  readonly gates: FeatureGates;
  readonly log: Logger;
  readonly metrics: Metrics;
}

/** What must be given, and what has a neutral default: default gates, no log, a registry of its own. */
export interface EnvOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly gates?: FeatureGates | undefined;
  readonly log?: Logger | undefined;
  readonly metrics?: Metrics | undefined;
}

/** A complete environment. */
export function createEnv(options: EnvOptions): Env {
  return {
    clock: options.clock,
    random: options.random,
    gates: options.gates ?? featureGates(),
    log: options.log ?? silentLogger,
    metrics: options.metrics ?? createMetrics(),
  };
}

/** A part of the cluster with a life of its own. Reads no flags, never exits the process. */
export interface Component {
  readonly name: string;
  /** Works until `signal` aborts, then ends cleanly; rejects only when it cannot continue. */
  run(signal: AbortSignal): Promise<void>;
  ready(): boolean;
}
