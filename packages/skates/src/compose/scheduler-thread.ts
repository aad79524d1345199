import { fileURLToPath } from "node:url";
import { MessageChannel, Worker } from "node:worker_threads";
import type { Handler } from "@skates/apimachinery";
import { servePort } from "@skates/client";
import { type Component, type Metrics, OperatingError } from "@skates/component-base";
import { nodePort } from "./node-port.ts";

/** The worker's program, beside the entry of the bundle. */
const PROGRAM = fileURLToPath(new URL("./scheduler-worker.mjs", import.meta.url));

/** What the thread is told. */
export interface SchedulerSettings {
  /** The text of a KubeSchedulerConfiguration; undefined: the default. */
  readonly configuration: string | undefined;
  /** As a flag gives them: `A=true,B=false`. */
  readonly featureGates: string;
}

/**
 * The scheduler in a thread of its own: its calculations hold up no request, and a second core is used. `handler` answers its calls
 * under its identity; `settings` cross as they are. What it counts is shown among `metrics`, at most ten seconds old. Runs until `signal`
 * aborts; fails when the thread ends by itself.
 */
export function schedulerThread(handler: Handler, settings: SchedulerSettings, metrics: Metrics): Component {
  let online = false;
  let counted = "";
  metrics.include(() => counted);
  return {
    name: "kube-scheduler",
    ready: () => online,
    async run(signal) {
      const { port1, port2 } = new MessageChannel();
      const worker = new Worker(PROGRAM, {
        workerData: { port: port2, ...settings },
        transferList: [port2],
        resourceLimits: { maxYoungGenerationSizeMb: 8 },
      });
      servePort(nodePort(port1), handler, signal);
      const ended = new Promise<void>((resolve, reject) => {
        worker.once("online", () => (online = true));
        worker.on("message", (text: string) => (counted = text));
        worker.once("error", (cause) =>
          reject(new OperatingError("SchedulerFailed", "the scheduler's thread failed", { cause })),
        );
        worker.once("exit", () => {
          online = false;
          if (signal.aborted) resolve();
          else reject(new OperatingError("SchedulerFailed", "the scheduler's thread ended"));
        });
      });
      const stop = (): void => void worker.terminate();
      signal.addEventListener("abort", stop, { once: true });
      try {
        await ended;
      } finally {
        signal.removeEventListener("abort", stop);
        port1.close();
      }
    },
  };
}
