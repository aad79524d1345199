/** Program of the scheduler's thread: the scheduler on a client whose calls cross the port to the API server. */
import { hostname } from "node:os";
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { resourcesBehind } from "@skates/api";
import { clientFor, portHandler } from "@skates/client";
import { createScheduler, readSchedulerConfiguration } from "@skates/kube-scheduler";
import { extenderTransport } from "@skates/kube-scheduler/node";
import { parseFeatureGates, uuid } from "@skates/component-base";
import { nodePort } from "./node-port.ts";
import { processEnv } from "./process-env.ts";
import { throttledHandler } from "./throttled-handler.ts";
import type { SchedulerSettings } from "./scheduler-thread.ts";

const METRICS_MS = 10_000;

const { port, configuration, featureGates } = workerData as SchedulerSettings & { readonly port: MessagePort };
const env = processEnv("scheduler", parseFeatureGates(featureGates));
const read = configuration === undefined ? undefined : readSchedulerConfiguration(configuration);
const handler = portHandler(nodePort(port), resourcesBehind(env.gates));
const limited =
  read?.requests === undefined ? handler : throttledHandler(handler, { clock: env.clock, ...read.requests });
const client = clientFor(limited, {
  userAgent: "kube-scheduler",
  clock: env.clock,
  random: env.random,
});
// The thread is ended by the one that started it; nothing is lost with it, since all its state is in the API.
const never = new AbortController().signal;
const scheduler = createScheduler({
  client,
  env,
  configuration: read,
  identity: `${hostname()}_${uuid(env.random)}`,
  extenderTransport: extenderTransport(),
});
await Promise.all([scheduler.run(never), tellMetrics()]);

/** Nobody can ask this thread what it has counted: it tells the one that started it. */
async function tellMetrics(): Promise<never> {
  for (;;) {
    await env.clock.sleep(METRICS_MS, never);
    parentPort?.postMessage(env.metrics.render());
  }
}
