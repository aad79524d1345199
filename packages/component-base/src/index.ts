/**
 * What every component takes from its surroundings: time, chance, logs, metrics, feature gates, and the small tools
 * (assertions, errors, task groups) that go with them. Start with `env.ts`. Real clocks, random sources and log
 * writers are in `@skates/component-base/node`.
 */
export { AnswerCache, type AnswerCacheOptions } from "./answer-cache.ts";
export { AssertionError, assert, must, unreachable } from "./assert.ts";
export { type Clock, type Deadline, deadline } from "./clock.ts";
export { type Component, createEnv, type Env, type EnvOptions } from "./env.ts";
export { asError, type ComponentBaseErrorCode, hasCode, isAbort, messageOf, OperatingError } from "./errors.ts";
export { FEATURE_GATES, type FeatureSpec, type FeatureStage } from "./feature-gate-table.ts";
export { type FeatureGates, featureGates, parseFeatureGates } from "./feature-gates.ts";
export { Heap } from "./heap.ts";
export { type Logger, type LogLine, type LogPairs, loggerTo, silentLogger } from "./logger.ts";
export type { Counter, Gauge, Histogram, MetricOptions, Metrics } from "./metrics.ts";
export { createMetrics } from "./metrics-registry.ts";
export { nameSuffix, pick, type Random, seededRandom, uuid } from "./random.ts";
export { sha256Hex } from "./sha256.ts";
export { TaskGroup } from "./task-group.ts";
export { type VirtualClock, virtualClock } from "./virtual-clock.ts";
