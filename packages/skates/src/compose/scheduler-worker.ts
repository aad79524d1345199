/** Program of the scheduler's thread: the scheduler on a client whose calls cross the port to the API server. */
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { resourcesBehind } from "@skates/api";
import { clientFor, portHandler } from "@skates/client";
import { createScheduler, readSchedulerConfiguration } from "@skates/kube-scheduler";
import { extenderTransport } from "@skates/kube-scheduler/node";
import { parseFeatureGates } from "@skates/component-base";
import { nodePort } from "./node-port.ts";
import { processEnv } from "./process-env.ts";
import type { SchedulerSettings } from "./scheduler-thread.ts";

const METRICS_MS = 10_000;

const { port, configuration, featureGates } = workerData as SchedulerSettings & { readonly port: MessagePort };
const env = processEnv("scheduler", parseFeatureGates(featureGates));
const client = clientFor(portHandler(nodePort(port), resourcesBehind(env.gates)), {
  userAgent: "kube-scheduler",
  clock: env.clock,
  random: env.random,
});
// The thread is ended by the one that started it; nothing is lost with it, since all its state is in the API.
const never = new AbortController().signal;
const scheduler = createScheduler({
  client,
  env,
  configuration: configuration === undefined ? undefined : readSchedulerConfiguration(configuration),
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
