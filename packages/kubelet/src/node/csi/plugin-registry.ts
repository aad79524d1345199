import { type FSWatcher, watch } from "node:fs";
import { lstat, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type Clock, hasCode, isAbort, type Logger, messageOf, TaskGroup } from "@skates/component-base";
import { grpcClient } from "@skates/transport/node";
import type { DriverRecords } from "../../csi/driver-records.ts";
import { csiPluginOf } from "../../csi/plugin-info.ts";
import { RetryDelays } from "../../worker/retry-delays.ts";
import { Wakeup } from "../../worker/wakeup.ts";
import { connectDriver, type CsiDrivers } from "./csi-drivers.ts";
import { registrationService } from "./csi-methods.ts";
import { namesIn } from "./vol-data.ts";

export interface PluginRegistryOptions {
  /** `plugins_registry` below the kubelet's root. */
  readonly folder: string;
  readonly drivers: CsiDrivers;
  readonly records: DriverRecords;
  readonly clock: Clock;
  readonly log: Logger;
  /** A driver can be called from now on. */
  readonly registered: (name: string) => void;
}

/** Changes are seen at once; this is for those that the system did not tell of. */
const LOOK_MS = 10_000;
/** For a plugin to answer at its own socket. */
const ANSWER_MS = 10_000;
/** More sockets than any node has drivers: the rest of them is not looked at. */
const SOCKETS_MAX = 500;

/**
 * Takes the plugins whose sockets are in the folder, and gives up those whose sockets go. One that is refused, or does not answer, is
 * asked again after a growing while. When the kubelet ends nothing is given up: the drivers are found again.
 */
export async function runPluginRegistry(options: PluginRegistryOptions, signal: AbortSignal): Promise<void> {
  const { folder, clock } = options;
  const wakeup = new Wakeup();
  const followed = new Map<string, { readonly identity: string; readonly stop: AbortController }>();
  const tasks = new TaskGroup(signal);
  let watcher: FSWatcher | undefined;
  try {
    while (!signal.aborted) {
      await mkdir(folder, { recursive: true, mode: 0o750 });
      watcher ??= watchFolder(folder, () => wakeup.notify());
      const sockets = await socketsIn(folder);
      for (const [path, { identity, stop }] of followed) {
        if (sockets.get(path) === identity) continue;
        followed.delete(path);
        stop.abort(new Error("the socket is gone"));
      }
      for (const [path, identity] of sockets) {
        if (followed.has(path)) continue;
        const stop = new AbortController();
        followed.set(path, { identity, stop });
        tasks.spawn((inner) => followPlugin(options, path, { gone: stop.signal, ending: inner }));
      }
      await wakeup.wait(clock, clock.nowMs() + LOOK_MS, signal);
    }
  } finally {
    watcher?.close();
    tasks.stop();
    await tasks.join();
  }
}

/** A folder that cannot be watched is still looked at from time to time. */
function watchFolder(folder: string, changed: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(folder, changed);
    watcher.on("error", changed);
    return watcher;
  } catch (error) {
    if (hasCode(error, "ENOSPC") || hasCode(error, "EMFILE")) return undefined;
    throw error;
  }
}

/** Sockets by path, with what tells one from another that took its place. */
async function socketsIn(folder: string): Promise<ReadonlyMap<string, string>> {
  const sockets = new Map<string, string>();
  for (const name of (await namesIn(folder)).toSorted()) {
    if (name.startsWith(".") || sockets.size >= SOCKETS_MAX) continue;
    const path = join(folder, name);
    const stats = await lstat(path).catch(() => undefined); // gone meanwhile
    if (stats?.isSocket() === true) sockets.set(path, `${stats.ino} ${stats.ctimeMs}`);
  }
  return sockets;
}

interface Life {
  /** The socket is no longer there. */
  readonly gone: AbortSignal;
  /** The kubelet ends. */
  readonly ending: AbortSignal;
}

/** Registers a plugin, and gives it up when its socket goes. */
async function followPlugin(options: PluginRegistryOptions, path: string, { gone, ending }: Life): Promise<void> {
  const { clock, log, drivers, records } = options;
  const either = AbortSignal.any([gone, ending]);
  const delays = new RetryDelays(500, 122_000);
  while (!either.aborted) {
    try {
      const { name, driver } = await registerPlugin(options, path, either);
      await ended(either);
      if (ending.aborted) return driver.close();
      if (drivers.remove(name, driver)) await removeRecord(records, name, { clock, log, ending });
    } catch (error) {
      if (isAbort(error, either)) return;
      log.warn("a plugin could not be registered", { socket: path, error: messageOf(error) });
      await clock.sleep(delays.next(), either).catch(() => undefined);
    }
  }
}

async function removeRecord(
  records: DriverRecords,
  name: string,
  { clock, log, ending }: Pick<PluginRegistryOptions, "clock" | "log"> & { readonly ending: AbortSignal },
): Promise<void> {
  log.info("a driver is gone", { driver: name });
  const delays = new RetryDelays(500, 30_000);
  for (;;) {
    try {
      return await records.remove(name, ending);
    } catch (error) {
      if (isAbort(error, ending)) throw error;
      log.warn("a driver could not be taken from the node", { driver: name, error: messageOf(error) });
      await clock.sleep(delays.next(), ending);
    }
  }
}

async function registerPlugin(
  { drivers, records, log, registered }: PluginRegistryOptions,
  path: string,
  signal: AbortSignal,
) {
  const plugin = await grpcClient({ address: `unix://${path}` });
  try {
    const info = await plugin.unary(registrationService.getInfo, {}, { signal, timeoutMs: ANSWER_MS });
    const notify = (error?: string) => {
      const status = error === undefined ? { pluginRegistered: true } : { pluginRegistered: false, error };
      return plugin.unary(registrationService.notifyRegistrationStatus, status, { signal, timeoutMs: ANSWER_MS });
    };
    const taken = csiPluginOf(info, path);
    if ("refusal" in taken) {
      await notify(taken.refusal);
      throw new Error(taken.refusal);
    }
    const { name, endpoint } = taken;
    const driver = await connectDriver(endpoint);
    try {
      await records.add(await driver.about(name, signal), signal);
      drivers.add(name, driver);
      await notify();
    } catch (error) {
      drivers.remove(name, driver);
      if (isAbort(error, signal)) throw error;
      const message = `RegisterPlugin error -- plugin registration failed with err: ${messageOf(error)}`;
      await notify(message).catch(() => undefined); // it does not answer; that is told already
      throw new Error(message, { cause: error });
    }
    log.info("a driver is registered", { driver: name, endpoint });
    registered(name);
    return { name, driver };
  } finally {
    plugin.close();
  }
}

function ended(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
