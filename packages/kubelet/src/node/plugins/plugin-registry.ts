import { type FSWatcher, watch } from "node:fs";
import { lstat, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type Clock, hasCode, isAbort, type Logger, messageOf, TaskGroup } from "@skates/component-base";
import { grpcClient } from "@skates/transport/node";
import { type PluginOffer, pluginOffer } from "../../plugins/plugin-offer.ts";
import { RetryDelays } from "../../worker/retry-delays.ts";
import { Wakeup } from "../../worker/wakeup.ts";
import { namesIn } from "../csi/vol-data.ts";
import { registrationService } from "./registration-methods.ts";

/** What is done with plugins of one type. */
export interface PluginHandler {
  /** Why a plugin is not taken, in upstream's words; undefined: it may be. */
  refusal(offer: PluginOffer): string | undefined;
  /** Takes a plugin, which can be called once this resolves. What it throws is told to the plugin. */
  take(offer: PluginOffer, signal: AbortSignal): Promise<TakenPlugin>;
}

export interface TakenPlugin {
  /** What is to be done as long as the socket is there; resolves once `signal` has aborted. */
  follow(signal: AbortSignal): Promise<void>;
  /** The socket is gone: gives the plugin up. Rejects only when `ending` has aborted. */
  gone(ending: AbortSignal): Promise<void>;
  /** The kubelet ends: nothing is given up. */
  close(): void;
}

export interface PluginRegistryOptions {
  /** `plugins_registry` below the kubelet's root. */
  readonly folder: string;
  /** By the type that plugins say they are. */
  readonly handlers: ReadonlyMap<string, PluginHandler>;
  readonly clock: Clock;
  readonly log: Logger;
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
  const { clock, log } = options;
  const either = AbortSignal.any([gone, ending]);
  const delays = new RetryDelays(500, 122_000);
  while (!either.aborted) {
    try {
      const taken = await registerPlugin(options, path, either);
      await taken.follow(either);
      if (ending.aborted) return taken.close();
      await taken.gone(ending);
    } catch (error) {
      if (isAbort(error, either)) return;
      log.warn("a plugin could not be registered", { socket: path, error: messageOf(error) });
      await clock.sleep(delays.next(), either).catch(() => undefined);
    }
  }
}

async function registerPlugin(
  { handlers, log }: PluginRegistryOptions,
  path: string,
  signal: AbortSignal,
): Promise<TakenPlugin> {
  const plugin = await grpcClient({ address: `unix://${path}` });
  try {
    const offer = pluginOffer(
      await plugin.unary(registrationService.getInfo, {}, { signal, timeoutMs: ANSWER_MS }),
      path,
    );
    const notify = (error?: string) => {
      const status = error === undefined ? { pluginRegistered: true } : { pluginRegistered: false, error };
      return plugin.unary(registrationService.notifyRegistrationStatus, status, { signal, timeoutMs: ANSWER_MS });
    };
    const { type, name, endpoint } = offer;
    const handler = handlers.get(type);
    const refusal =
      handler === undefined
        ? `no handler registered for plugin type: ${type} at socket ${path}`
        : handler.refusal(offer);
    if (handler === undefined || refusal !== undefined) {
      await notify(refusal);
      throw new Error(refusal);
    }
    let taken: TakenPlugin | undefined;
    try {
      taken = await handler.take(offer, signal);
      await notify();
    } catch (error) {
      if (isAbort(error, signal)) {
        taken?.close();
        throw error;
      }
      await taken?.gone(signal);
      const message = `RegisterPlugin error -- plugin registration failed with err: ${messageOf(error)}`;
      await notify(message).catch(() => undefined); // it does not answer; that is told already
      throw new Error(message, { cause: error });
    }
    log.info("a plugin is registered", { type, name, endpoint });
    return taken;
  } finally {
    plugin.close();
  }
}
