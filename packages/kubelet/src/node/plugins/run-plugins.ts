import { join } from "node:path";
import { PLUGIN_TYPE } from "@skates/api/plugin-registration/v1";
import type { Client } from "@skates/client";
import { type Env, hasCode, isAbort, messageOf, TaskGroup } from "@skates/component-base";
import { DriverRecords } from "../../csi/driver-records.ts";
import { RetryDelays } from "../../worker/retry-delays.ts";
import type { CsiDrivers } from "../csi/csi-drivers.ts";
import { csiPlugins } from "../csi/csi-plugins.ts";
import type { CsiVolumes } from "../csi/csi-volumes.ts";
import type { DraDrivers } from "../dra/dra-drivers.ts";
import { draPlugins } from "../dra/dra-plugins.ts";
import { SliceCleaner } from "../dra/slice-cleaner.ts";
import { runPluginRegistry } from "./plugin-registry.ts";

export interface PluginsOptions {
  readonly client: Client;
  readonly env: Env;
  readonly settings: { readonly name: string };
  readonly paths: { readonly kubeletDir: string };
}

export interface Plugins {
  readonly csi: { readonly drivers: CsiDrivers; readonly volumes: CsiVolumes };
  /** Drivers of devices. */
  readonly dra: DraDrivers;
}

/**
 * Takes plugins as they come and go, and tells the API of them; clears up what CSI drivers have staged for nobody, and what drivers of
 * devices that are gone have offered.
 */
export async function runPlugins(options: PluginsOptions, { csi, dra }: Plugins, signal: AbortSignal): Promise<void> {
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
          log.warn("work on plugins failed and will be tried again", { what, error: messageOf(error) });
          await clock.sleep(delays.next(), inner);
        }
      }
    });
  persist("the node's CSINode", (inner) => records.begin(inner));
  const slices = new SliceCleaner({ client, nodeName: settings.name, clock, log, tasks });
  slices.begin();
  const registered = (name: string): void =>
    persist("leftovers of a driver", (inner) => clearLeftovers(csi.volumes, name, inner));
  const handlers = new Map([
    [PLUGIN_TYPE.csi, csiPlugins({ drivers: csi.drivers, records, clock, log, registered })],
    [PLUGIN_TYPE.dra, draPlugins({ drivers: dra, slices, clock })],
  ]);
  const folder = join(paths.kubeletDir, "plugins_registry");
  persist("the registration of plugins", (inner) => runPluginRegistry({ folder, handlers, clock, log }, inner));
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
