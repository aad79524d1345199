/** Program of the scheduler's thread: the scheduler on a client whose calls cross the port to the API server. */
import { type MessagePort, workerData } from "node:worker_threads";
import { builtinResources } from "@skates/api";
import { clientFor, portHandler } from "@skates/client";
import { createScheduler, readSchedulerConfiguration } from "@skates/kube-scheduler";
import { extenderTransport } from "@skates/kube-scheduler/node";
import { nodePort } from "./node-port.ts";
import { processEnv } from "./process-env.ts";

const { port, configuration } = workerData as {
  readonly port: MessagePort;
  readonly configuration: string | undefined;
};
const env = processEnv("scheduler");
const client = clientFor(portHandler(nodePort(port), builtinResources), {
  userAgent: "kube-scheduler",
  clock: env.clock,
  random: env.random,
});
// The thread is ended by the one that started it; nothing is lost with it, since all its state is in the API.
await createScheduler({
  client,
  env,
  configuration: configuration === undefined ? undefined : readSchedulerConfiguration(configuration),
  extenderTransport: extenderTransport(),
}).run(new AbortController().signal);
