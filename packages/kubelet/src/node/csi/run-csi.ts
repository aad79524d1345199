import { join } from "node:path";
import type { Client } from "@skates/client";
import { type Env, hasCode, isAbort, messageOf, TaskGroup } from "@skates/component-base";
import { DriverRecords } from "../../csi/driver-records.ts";
import { RetryDelays } from "../../worker/retry-delays.ts";
import type { CsiDrivers } from "./csi-drivers.ts";
import type { CsiVolumes } from "./csi-volumes.ts";
import { runPluginRegistry } from "./plugin-registry.ts";

export interface CsiOptions {
  readonly client: Client;
  readonly env: Env;
  readonly settings: { readonly name: string };
  readonly paths: { readonly kubeletDir: string };
}

export interface Csi {
  readonly drivers: CsiDrivers;
  readonly volumes: CsiVolumes;
}

/** Takes drivers as they come and go, tells the API of them, and clears up what they have staged for nobody. */
export async function runCsi(options: CsiOptions, { drivers, volumes }: Csi, signal: AbortSignal): Promise<void> {
  const { client, settings, paths, env } = options;
  const { clock, log } = env;
  const records = new DriverRecords(client, settings.name);
  const tasks = new TaskGroup(signal);
  /** What fails is tried again after a growing while, for ever. */
  const persist = (what: string, work: (signal: AbortSignal) => Promise<void>): void =>
    tasks.spawn(async (inner) => {
      const delays = new RetryDelays(500, 60_000);
      for (;;) {
        try {
          return await work(inner);
        } catch (error) {
          if (isAbort(error, inner)) throw error;
          log.warn("work on CSI failed and will be tried again", { what, error: messageOf(error) });
          await clock.sleep(delays.next(), inner);
        }
      }
    });
  persist("the node's CSINode", (inner) => records.begin(inner));
  persist("the registration of plugins", (inner) =>
    runPluginRegistry(
      {
        folder: join(paths.kubeletDir, "plugins_registry"),
        drivers,
        records,
        clock,
        log,
        registered: (name) => persist("leftovers of a driver", (s) => clearLeftovers(volumes, name, s)),
      },
      inner,
    ),
  );
  await tasks.join();
}

async function clearLeftovers(volumes: CsiVolumes, driver: string, signal: AbortSignal): Promise<void> {
  try {
    await volumes.unstageLeftovers(driver, signal);
  } catch (error) {
    // It went meanwhile; when it comes again, so does this.
    if (!hasCode(error, "CsiDriverMissing")) throw error;
  }
}
