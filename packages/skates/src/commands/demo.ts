import { setTimeout as sleep } from "node:timers/promises";
import { type Deployment, deployments } from "@skates/api/apps/v1";
import { services } from "@skates/api/core/v1";
import { type ApiObject, isStatus, keyOf, type Resource } from "@skates/apimachinery";
import type { Client } from "@skates/client";
import type { Command } from "../cli/command.ts";
import { CliError, EXIT, failure } from "../cli/errors.ts";
import { stepsTo } from "../cli/steps.ts";
import { adminClient } from "../cluster/admin-client.ts";
import { existingServerConfig } from "../cluster/config.ts";
import { pathsOf } from "../cluster/data-dir.ts";
import { findProcesses } from "../cluster/processes.ts";
import {
  DEMO_COMMAND,
  DEMO_IMAGE,
  DEMO_NAME,
  DEMO_NAMESPACE,
  DEMO_REPLICAS,
  demoDeployment,
  demoService,
} from "../demo/objects.ts";

const AVAILABLE_WAIT_MS = 60_000;
const FETCH_WAIT_MS = 15_000;
const POLL_MS = 50;

/** Deploys a small web application and fetches its page through the Service. May be run again. */
export const demo: Command = {
  name: "demo",
  summary: `Deploys a web application with ${DEMO_REPLICAS} replicas and a Service into '${DEMO_NAMESPACE}', and fetches it.`,
  usage: "skates demo [flags]",
  flags: {},
  async run({ dataDir, signal, print }) {
    const paths = pathsOf(dataDir);
    const config = existingServerConfig(paths);
    if (findProcesses(paths).length === 0) {
      throw new CliError(
        EXIT.notRunning,
        `the cluster in ${paths.dataDir} is not running: run 'skates up' to start it`,
      );
    }
    const steps = stepsTo(print);
    await using admin = adminClient(paths, config);
    const real = config.runtime === "containerd";
    if (real) {
      const { loadBusyboxImage } = await import("../cluster/images.ts");
      const spec = { name: DEMO_IMAGE, command: DEMO_COMMAND };
      await steps.step("image made on this machine and loaded", () => loadBusyboxImage(paths, spec, signal));
    }
    const address = await steps.step("Deployment and Service applied", async () => {
      await put(admin.client, deployments, demoDeployment(), signal);
      const service = await put(admin.client, services, demoService(), signal);
      return service.spec.clusterIP ?? "";
    });
    await steps.step(`${DEMO_REPLICAS} replicas available`, () => untilAvailable(admin.client, signal));
    if (!real) {
      print("the containers are simulated: there is no page to fetch");
      return EXIT.done;
    }
    const page = await steps.step(`page fetched from http://${address}/`, () =>
      fetchPage(`http://${address}/`, signal),
    );
    print(page.trimEnd());
    return EXIT.done;
  },
};

/** Creates the object, or patches the one that is there to what it should be. */
async function put<T extends ApiObject>(
  client: Client,
  resource: Resource<T>,
  wanted: T,
  signal: AbortSignal,
): Promise<T> {
  try {
    return await client.resource(resource).create(wanted, {}, signal);
  } catch (error) {
    if (!isStatus(error, "AlreadyExists")) throw error;
    return client.resource(resource).patch(keyOf(wanted), { type: "merge", body: wanted }, {}, signal);
  }
}

async function untilAvailable(client: Client, signal: AbortSignal): Promise<void> {
  const untilMs = performance.now() + AVAILABLE_WAIT_MS;
  for (;;) {
    const now = await client.resource(deployments).get({ namespace: DEMO_NAMESPACE, name: DEMO_NAME }, {}, signal);
    if (isAvailable(now)) return;
    if (performance.now() > untilMs) {
      const { readyReplicas = 0 } = now.status ?? {};
      const what = `${readyReplicas} of ${DEMO_REPLICAS} replicas are ready after ${AVAILABLE_WAIT_MS / 1000} s`;
      throw failure(what, `see 'kubectl describe pods -l app.kubernetes.io/name=${DEMO_NAME}'`);
    }
    await sleep(POLL_MS, undefined, { signal });
  }
}

function isAvailable({ metadata, spec, status }: Deployment): boolean {
  if (status === undefined || (status.observedGeneration ?? 0) < (metadata.generation ?? 0)) return false;
  const wanted = spec.replicas ?? 1;
  return status.updatedReplicas === wanted && status.availableReplicas === wanted && (status.replicas ?? 0) === wanted;
}

async function fetchPage(url: string, signal: AbortSignal): Promise<string> {
  const untilMs = performance.now() + FETCH_WAIT_MS;
  for (;;) {
    try {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(2_000)]);
      const response = await fetch(url, { signal: limit });
      if (response.ok) return await response.text();
      throw new Error(`HTTP ${response.status}`);
    } catch (cause) {
      signal.throwIfAborted();
      if (performance.now() > untilMs)
        throw failure(`${url} does not answer`, "see 'nft list ruleset' and the agent's log", cause);
      await sleep(POLL_MS, undefined, { signal });
    }
  }
}
