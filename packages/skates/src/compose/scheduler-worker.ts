/** Program of the scheduler's thread: the scheduler on a client whose calls cross the port to the API server. */
import { type MessagePort, workerData } from "node:worker_threads";
import { builtinResources } from "@skates/api";
import { clientFor, portHandler } from "@skates/client";
import { createScheduler } from "@skates/kube-scheduler";
import { nodePort } from "./node-port.ts";
import { processEnv } from "./process-env.ts";

const { port } = workerData as { readonly port: MessagePort };
const env = processEnv("scheduler");
const client = clientFor(portHandler(nodePort(port), builtinResources), {
  userAgent: "kube-scheduler",
  clock: env.clock,
  random: env.random,
});
// The thread is ended by the one that started it; nothing is lost with it, since all its state is in the API.
await createScheduler({ client, env }).run(new AbortController().signal);
