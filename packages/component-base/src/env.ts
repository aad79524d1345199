import type { Clock } from "./clock.ts";
import type { FeatureGates } from "./feature-gates.ts";
import type { Logger } from "./logger.ts";
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

/** A part of the cluster with a life of its own. Reads no flags, never exits the process. */
export interface Component {
  readonly name: string;
  /** Works until `signal` aborts, then ends cleanly; rejects only when it cannot continue. */
  run(signal: AbortSignal): Promise<void>;
  ready(): boolean;
}
