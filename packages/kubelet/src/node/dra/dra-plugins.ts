import { connect } from "node:net";
import type { Clock } from "@skates/component-base";
import { draRefusal, draService } from "../../dra/plugin-info.ts";
import type { PluginHandler } from "../plugins/plugin-registry.ts";
import { connectDraPlugin, type DraDrivers } from "./dra-drivers.ts";
import type { SliceCleaner } from "./slice-cleaner.ts";

export interface DraPluginsOptions {
  readonly drivers: DraDrivers;
  readonly slices: SliceCleaner;
  readonly clock: Clock;
}

/** How often it is looked whether a plugin still answers: one that was killed leaves its sockets behind. */
const LOOK_MS = 5000;
const CONNECT_MS = 2000;

/** Plugins that prepare devices. What a driver offers of this node goes when it is away for long. */
export function draPlugins({ drivers, slices, clock }: DraPluginsOptions): PluginHandler {
  return {
    refusal: draRefusal,
    async take(offer) {
      const { name, endpoint } = offer;
      const service = draService(offer);
      if (service === undefined) throw new Error(draRefusal(offer));
      const plugin = await connectDraPlugin(endpoint, service);
      drivers.add(name, plugin);
      slices.sync(name, drivers.usable(name));
      return {
        async follow(signal) {
          while (!signal.aborted) {
            await clock.sleep(LOOK_MS, signal).catch(() => undefined);
            if (signal.aborted) return;
            plugin.connected = await answers(endpoint);
            slices.sync(name, drivers.usable(name));
          }
        },
        gone() {
          drivers.remove(name, plugin);
          slices.sync(name, drivers.usable(name));
          return Promise.resolve();
        },
        close: () => plugin.close(),
      };
    },
  };
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path, timeout: CONNECT_MS });
    const done = (connected: boolean): void => {
      socket.destroy();
      resolve(connected);
    };
    socket.once("connect", () => done(true));
    socket.on("error", () => done(false));
    socket.once("timeout", () => done(false));
  });
}
