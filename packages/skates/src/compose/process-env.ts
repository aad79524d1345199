import { setMaxListeners } from "node:events";
import { createEnv, type Env, type FeatureGates } from "@skates/component-base";
import { createLogger, systemClock, systemRandom } from "@skates/component-base/node";

/** The real surroundings of a process; its log goes to standard error, which `up` has pointed at a file. */
export function processEnv(component: string, gates?: FeatureGates): Env {
  // Dozens of parts wait for the one signal that ends the process; that is no leak.
  setMaxListeners(0);
  return createEnv({
    clock: systemClock(),
    random: systemRandom(),
    log: createLogger({ component }),
    ...(gates === undefined ? {} : { gates }),
  });
}

/**
 * A promise that nobody awaits is a bug, and ends the process with a message: it is started again by `up` in a known state. The
 * store's library rejects one of its own when the disk is full; the write itself has been answered by then.
 */
export function watchForBugs(env: Env): void {
  process.on("unhandledRejection", (reason) => {
    const message = reason instanceof Error ? reason.message : String(reason);
    if (/commit failed|ENOSPC|MDB_/i.test(message)) {
      env.log.error("the store could not write", { error: message });
      return;
    }
    env.log.error("a promise was rejected and nobody waits for it", {
      error: reason instanceof Error ? (reason.stack ?? message) : message,
    });
    process.exitCode = 1;
    process.kill(process.pid, "SIGTERM");
  });
}
