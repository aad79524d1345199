import { type FSWatcher, watch } from "node:fs";
import { lstat, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type Clock, hasCode, isAbort, type Logger, messageOf, TaskGroup } from "@skates/component-base";
import { grpcClient } from "@skates/transport/node";
import type { DriverRecords } from "../../csi/driver-records.ts";
import { csiPluginOf } from "../../csi/plugin-info.ts";
import { RetryDelays } from "../../worker/retry-delays.ts";
import { Wakeup } from "../../worker/wakeup.ts";
import { connectDriver, type CsiDrivers, type CsiNodeClient } from "./csi-drivers.ts";
import { registrationService } from "./csi-methods.ts";
import { KeyedLock } from "./keyed-lock.ts";
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
const RENEWAL_RETRY_MS = 60_000;
/** More sockets than any node has drivers: the rest of them is not looked at. */
const SOCKETS_MAX = 500;

/**
 * Takes the plugins whose sockets are in the folder, and gives up those whose sockets go. One that is refused, or does not answer, is
 * asked again after a growing while. When the kubelet ends nothing is given up: the drivers are found again.
 */
export async function runPluginRegistry(options: PluginRegistryOptions, signal: AbortSignal): Promise<void> {
  const { folder, clock } = options;
  const following: Following = { ...options, locks: new KeyedLock() };
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
        tasks.spawn((inner) => followPlugin(following, path, { gone: stop.signal, ending: inner }));
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

interface Following extends PluginRegistryOptions {
  /** By the driver's name: one that comes and one of that name that goes do not undo each other's record. */
  readonly locks: KeyedLock;
}

interface Life {
  /** The socket is no longer there. */
  readonly gone: AbortSignal;
  /** The kubelet ends. */
  readonly ending: AbortSignal;
}

/** Registers a plugin, and gives it up when its socket goes. */
async function followPlugin(options: Following, path: string, { gone, ending }: Life): Promise<void> {
  const { clock, log, drivers } = options;
  const either = AbortSignal.any([gone, ending]);
  const delays = new RetryDelays(500, 122_000);
  while (!either.aborted) {
    try {
      const { name, driver } = await registerPlugin(options, path, either);
      await renewRecord(options, { name, driver }, either);
      if (ending.aborted) return driver.close();
      if (drivers.remove(name, driver)) await removeRecord(options, name, ending);
    } catch (error) {
      if (isAbort(error, either)) return;
      log.warn("a plugin could not be registered", { socket: path, error: messageOf(error) });
      await clock.sleep(delays.next(), either).catch(() => undefined);
    }
  }
}

/** Until the socket goes: what the driver says of the node is asked for again, as often as its CSIDriver says, if it says so. */
async function renewRecord(
  { records, clock, log, locks }: Following,
  { name, driver }: Registered,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      const periodMs = await records.renewalMs(name, signal);
      if (periodMs === undefined) return await ended(signal);
      await clock.sleep(periodMs, signal);
      const about = await driver.about(name, signal);
      await locks.run(name, () => records.add(about, signal));
    } catch (error) {
      if (signal.aborted) return;
      log.warn("what a driver says of the node could not be renewed", { driver: name, error: messageOf(error) });
      await clock.sleep(RENEWAL_RETRY_MS, signal).catch(() => undefined);
    }
  }
}

async function removeRecord(
  { records, clock, log, drivers, locks }: Following,
  name: string,
  ending: AbortSignal,
): Promise<void> {
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

interface Registered {
  readonly name: string;
  readonly driver: CsiNodeClient;
}

async function registerPlugin(
  { drivers, records, log, registered, locks }: Following,
  path: string,
  signal: AbortSignal,
): Promise<Registered> {
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
      const about = await driver.about(name, signal);
      drivers.add(name, driver);
      await locks.run(name, () => records.add(about, signal));
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
