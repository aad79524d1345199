import { type Clock, isAbort, type Logger, messageOf } from "@skates/component-base";
import type { DriverRecords } from "../../csi/driver-records.ts";
import { csiRefusal } from "../../csi/plugin-info.ts";
import { RetryDelays } from "../../worker/retry-delays.ts";
import { KeyedLock } from "../keyed-lock.ts";
import type { PluginHandler } from "../plugins/plugin-registry.ts";
import { connectDriver, type CsiDrivers, type CsiNodeClient } from "./csi-drivers.ts";

export interface CsiPluginsOptions {
  readonly drivers: CsiDrivers;
  readonly records: DriverRecords;
  readonly clock: Clock;
  readonly log: Logger;
  /** A driver can be called from now on. */
  readonly registered: (name: string) => void;
}

const RENEWAL_RETRY_MS = 60_000;

interface Driver extends CsiPluginsOptions {
  readonly name: string;
  readonly client: CsiNodeClient;
  /** By the driver's name: one that comes and one of that name that goes do not undo each other's record. */
  readonly locks: KeyedLock;
}

/** Plugins that are CSI drivers: known to those who mount by them, and to the API. */
export function csiPlugins(options: CsiPluginsOptions): PluginHandler {
  const { drivers, records, registered } = options;
  const locks = new KeyedLock();
  return {
    refusal: csiRefusal,
    async take({ name, endpoint }, signal) {
      const client = await connectDriver(endpoint);
      try {
        const about = await client.about(name, signal);
        drivers.add(name, client);
        await locks.run(name, () => records.add(about, signal));
      } catch (error) {
        drivers.remove(name, client);
        throw error;
      }
      registered(name);
      const driver: Driver = { ...options, name, client, locks };
      return {
        follow: (socket) => renewRecord(driver, socket),
        gone: (ending) => (drivers.remove(name, client) ? removeRecord(driver, ending) : Promise.resolve()),
        close: () => client.close(),
      };
    },
  };
}

/** Until the socket goes: what the driver says of the node is asked for again, as often as its CSIDriver says, if it says so. */
async function renewRecord({ records, clock, log, locks, name, client }: Driver, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      const periodMs = await records.renewalMs(name, signal);
      if (periodMs === undefined) return await ended(signal);
      await clock.sleep(periodMs, signal);
      const about = await client.about(name, signal);
      await locks.run(name, () => records.add(about, signal));
    } catch (error) {
      if (signal.aborted) return;
      log.warn("what a driver says of the node could not be renewed", { driver: name, error: messageOf(error) });
      await clock.sleep(RENEWAL_RETRY_MS, signal).catch(() => undefined);
    }
  }
}

async function removeRecord({ records, clock, log, drivers, locks, name }: Driver, ending: AbortSignal): Promise<void> {
  log.info("a driver is gone", { driver: name });
  const delays = new RetryDelays(500, 30_000);
  for (;;) {
    try {
      // Another of its name may be there by now.
      return await locks.run(name, () => (drivers.has(name) ? Promise.resolve() : records.remove(name, ending)));
    } catch (error) {
      if (isAbort(error, ending)) throw error;
      log.warn("a driver could not be taken from the node", { driver: name, error: messageOf(error) });
      await clock.sleep(delays.next(), ending);
    }
  }
}

function ended(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
